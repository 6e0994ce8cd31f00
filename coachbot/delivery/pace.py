"""How fast a messenger may be spoken to."""

from __future__ import annotations

import math
from collections.abc import Callable

BURST = 3
"""Messages that one chat may get at once before the pace of one a second holds."""


class Pace:
    """Messages a second overall, and a small burst and then one a second in each chat."""

    def __init__(self, per_second: float, clock: Callable[[], float], *, chats: bool = True) -> None:
        self._each = 1.0 if chats else 0.0
        self._interval = 1 / per_second
        self._clock = clock
        self._free = 0.0
        self._chats: dict[str, float] = {}

    @classmethod
    def none(cls) -> Pace:
        """No pace at all, for a channel that nobody else limits."""
        return cls(math.inf, lambda: 0.0, chats=False)

    def delay(self, address: str) -> float:
        """Seconds until a message to this chat may go."""
        now = self._clock()
        chat = self._chats.get(address, 0.0) - (BURST - 1)
        return max(self._free - now, chat - now, 0.0)

    def take(self, address: str) -> None:
        """Count a message that goes now."""
        now = self._clock()
        self._free = max(self._free, now) + self._interval
        self._chats[address] = max(self._chats.get(address, 0.0), now) + self._each
        if len(self._chats) > 10_000:
            self._chats = {chat: until for chat, until in self._chats.items() if until > now}

    def hold(self, seconds: float) -> None:
        """Be silent for a while, because the messenger asked for it."""
        self._free = max(self._free, self._clock() + seconds)
