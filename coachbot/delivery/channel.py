"""What delivery needs of a messenger, and how sending can fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from coachbot.dialogue.messages import Incoming, Reply


class Unreachable(Exception):
    """The person blocked the bot or is gone: stop until they come back."""


class Refused(Exception):
    """The messenger will never take this message."""


class Later(Exception):
    """Not now; `seconds` says when, None leaves it to the sender."""

    def __init__(self, why: str, seconds: float | None = None) -> None:
        super().__init__(why)
        self.seconds = seconds


class OutcomeUnknown(Exception):
    """The message may have arrived or not."""


class Channel(Protocol):
    """A messenger."""

    name: str

    def parse(self, raw: Mapping[str, Any]) -> tuple[str, Incoming] | None:
        """Return (address, message), or None for what needs no answer."""

    async def send(self, address: str, reply: Reply) -> str:
        """Send and return the messenger's id; raises one of the errors above."""
