"""The way out: one sender that knows pace, retries and people who left."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from coachbot.delivery.channel import Channel, Later, OutcomeUnknown, Refused, Unreachable
from coachbot.delivery.pace import Pace
from coachbot.dialogue.messages import Reply
from coachbot.storage import queues
from coachbot.storage.queues import Outgoing
from coachbot.storage.store import Store

log = logging.getLogger(__name__)

GIVEN_UP_AFTER = timedelta(hours=24)
LONGEST_PAUSE = 60.0
MAYBE_ARRIVED = "outcome unknown"
BATCH = 200
LOOK_EVERY = 5.0
FIRST_PAUSE = 0.5


class Outbox:
    """Sends what waits in the outbox, each chat in its order, answers before everything else."""

    def __init__(self, store: Store, channel: Channel, pace: Pace, now: Callable[[], datetime]) -> None:
        self._store, self._channel, self._pace, self._now = store, channel, pace, now
        self._news = asyncio.Event()
        self._sending: dict[str, asyncio.Task[None]] = {}
        self._empty = asyncio.Event()
        self._empty.set()

    def wake(self) -> None:
        """Say that there is something new."""
        self._empty.clear()
        self._news.set()

    async def settle(self) -> None:
        """Wait until nothing is left that could be sent now."""
        await self._empty.wait()

    async def run(self) -> None:
        """Send for ever; cancelling stops it, and what was in flight is sent again after the next start."""
        try:
            while True:
                self._news.clear()
                wait = await self._round()
                if wait is None and not self._sending and not self._news.is_set():
                    self._empty.set()
                try:
                    await asyncio.wait_for(self._news.wait(), wait or LOOK_EVERY)
                except TimeoutError:
                    continue
        finally:
            for task in self._sending.values():
                task.cancel()
            await asyncio.gather(*self._sending.values(), return_exceptions=True)

    async def _round(self) -> float | None:
        """Start sending all that may go now; returns seconds until the next may, or None when nothing waits."""
        passed = set(self._sending)  # before the look: what is in flight now may read as unsent and be sent by then
        try:
            async with self._store.read() as connection:
                waiting = await queues.unsent(connection, self._channel.name, BATCH)
        except Exception:  # the database is in trouble: look again soon
            log.exception("the outbox cannot be read")
            return 1.0
        soonest: float | None = None
        for message in waiting:
            if message.address in passed:
                continue
            passed.add(message.address)
            delay = max((message.due_at - self._now()).total_seconds(), self._pace.delay(message.address))
            if delay > 0:
                soonest = delay if soonest is None else min(soonest, delay)
                continue
            self._pace.take(message.address)
            self._sending[message.address] = asyncio.create_task(self._send(message))
        return soonest

    async def _send(self, message: Outgoing) -> None:
        try:
            await self._try(message)
        except Exception:
            log.exception("message %d: the outcome could not be noted; it will be sent again", message.id)
            await asyncio.sleep(1)
        finally:
            self._sending.pop(message.address, None)
            self._news.set()

    async def _try(self, message: Outgoing) -> None:
        try:
            sent = await self._channel.send(message.address, Reply.model_validate(message.body))
        except Unreachable as error:
            await self._note(queues.set_aside, message.id, "held", str(error))
        except Refused as error:
            log.warning("message %d refused: %s", message.id, error)
            await self._note(queues.set_aside, message.id, "dead", str(error))
        except Later as error:
            if error.seconds is not None:
                self._pace.hold(error.seconds)
            await self._later(message, str(error), error.seconds)
        except OutcomeUnknown as error:
            await self._maybe_arrived(message, str(error))
        else:
            await self._note(queues.mark_sent, message.id, sent, self._now())

    async def _later(self, message: Outgoing, why: str, seconds: float | None) -> None:
        """Wait for the messenger as long as it takes, within reason: an outage must not cost anybody the answer."""
        now = self._now()
        if now - message.created_at > GIVEN_UP_AFTER:
            log.warning("message %d given up: %s", message.id, why)
            await self._note(queues.set_aside, message.id, "dead", why)
            return
        pause = seconds if seconds is not None else min(FIRST_PAUSE * 2 ** min(message.attempts, 10), LONGEST_PAUSE)
        await self._note(queues.postpone, message.id, why, now + timedelta(seconds=pause))

    async def _maybe_arrived(self, message: Outgoing, why: str) -> None:
        """Send once more at most: one double is better than no answer, two are not."""
        if message.error == MAYBE_ARRIVED:
            log.warning("message %d given up after a second unknown outcome: %s", message.id, why)
            await self._note(queues.set_aside, message.id, "dead", why)
            return
        await self._note(queues.postpone, message.id, MAYBE_ARRIVED, self._now() + timedelta(seconds=FIRST_PAUSE))

    async def _note(self, change: Callable[..., object], *arguments: object) -> None:
        async with self._store.write() as connection:
            await change(connection, *arguments)  # type: ignore[misc]  # all of queues' changes are coroutines
