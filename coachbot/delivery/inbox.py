"""The way in: stored first, then done once, in each person's order."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from coachbot.storage import queues
from coachbot.storage.queues import Received
from coachbot.storage.store import Connection, Store

log = logging.getLogger(__name__)

TRIES = 5
AT_ONCE = 32
FIRST_PAUSE = 0.05
KEPT = timedelta(days=5)
"""Done messages are kept this long to recognise a message that comes twice; Telegram forgets after a day."""

Message = tuple[str, str, Mapping[str, Any]]
"""(key, person, raw)."""


class Inbox:
    """Stores what comes in and hands it on: one message of a person at a time, people side by side."""

    def __init__(
        self, store: Store, channel: str, handle: Callable[[Received], Awaitable[None]], now: Callable[[], datetime]
    ) -> None:
        self._store, self._channel, self._handle, self._now = store, channel, handle, now
        self._forgot = now()
        self._lines: dict[str, deque[int]] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._places = asyncio.Semaphore(AT_ONCE)
        self._idle = asyncio.Event()
        self._idle.set()

    async def start(self) -> None:
        """Take up what an earlier run left undone."""
        async with self._store.write() as connection:
            await self._forget(connection)
            left = await queues.waiting(connection, self._channel)
        for number, person in left:
            self._line_up(number, person)

    async def accept(self, messages: Iterable[Message]) -> None:
        """Store messages durably; once this returns they may be confirmed to the messenger."""
        fresh: list[tuple[int, str]] = []
        async with self._store.write() as connection:
            if self._now() - self._forgot > timedelta(days=1):
                await self._forget(connection)
            for key, person, raw in messages:
                number = await queues.receive(connection, self._channel, key, person, raw, self._now())
                if number is not None:
                    fresh.append((number, person))
        for number, person in fresh:
            self._line_up(number, person)

    async def _forget(self, connection: Connection) -> None:
        await queues.forget_done(connection, self._now() - KEPT)
        self._forgot = self._now()

    async def settle(self) -> None:
        """Wait until everything accepted so far is done."""
        await self._idle.wait()

    async def stop(self) -> None:
        """Stop at once: what is not committed is done again after the next start."""
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _line_up(self, number: int, person: str) -> None:
        self._idle.clear()
        self._lines.setdefault(person, deque()).append(number)
        if person not in self._tasks:
            self._tasks[person] = asyncio.create_task(self._serve(person))

    async def _serve(self, person: str) -> None:
        line = self._lines[person]
        while line:
            async with self._places:
                await self._do(line[0])
            line.popleft()
        del self._lines[person], self._tasks[person]
        if not self._tasks:
            self._idle.set()

    async def _do(self, number: int) -> None:
        """Do one message; a failure is tried again, and after the last try the message is set aside as dead."""
        for attempt in range(1_000_000):
            try:
                async with self._store.read() as connection:
                    message = await queues.received(connection, number)
                if message is not None:
                    await self._handle(message)
                return
            except Exception as error:  # whatever goes wrong with one message must not stop the others
                log.exception("message %d failed", number)
                if await self._dead(number, error):
                    return
            await asyncio.sleep(min(FIRST_PAUSE * 2 ** min(attempt, 8), 10))

    async def _dead(self, number: int, error: Exception) -> bool:
        try:
            async with self._store.write() as connection:
                return await queues.fail(connection, number, type(error).__name__, TRIES, self._now())
        except Exception:  # the database itself is in trouble: the message keeps its tries
            log.exception("message %d: the failure could not be noted", number)
            return False
