"""What the dialogue needs of the storage, as a Protocol."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from coachbot.analysis.labels import Style
from coachbot.coaching.progress import Past


class Records(Protocol):
    """One person's records within the running transaction."""

    async def save_state(self, state: Mapping[str, Any]) -> None:
        """Replace the conversation state."""

    async def open_round(self, scene: str, now: datetime) -> int:
        """Begin a round and return its id."""

    async def save_guess(self, round_id: int, guess: Style) -> None:
        """Keep which type the trainee guessed."""

    async def add_attempt(self, attempt: Mapping[str, Any], rubric: Mapping[str, Any]) -> None:
        """Store one scored reply."""

    async def past(self) -> list[Past]:
        """Return scored attempts, oldest first."""

    async def seen(self) -> dict[str, datetime]:
        """When each scene was shown last."""
