"""One message, one transaction: read the state, take a dialogue step, store everything that follows from it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime
from random import Random

from coachbot.analysis.classifier import ReplyClassifier
from coachbot.analysis.labels import Assessment
from coachbot.delivery.channel import Channel
from coachbot.dialogue import router
from coachbot.dialogue.messages import Incoming
from coachbot.dialogue.router import Meaning
from coachbot.dialogue.state import Coach, State, Turn
from coachbot.storage import queues, records
from coachbot.storage.queues import Received
from coachbot.storage.store import Store


class Conversations:
    """Handles stored messages. A crash before the commit means the message is done again; after it, never again."""

    def __init__(
        self, store: Store, channel: Channel, coach: Coach, classifier: ReplyClassifier,
        now: Callable[[], datetime], wake: Callable[[], None],
    ) -> None:  # fmt: skip
        self._store, self._channel, self._coach = store, channel, coach
        self._classifier, self._now, self._wake = classifier, now, wake

    async def handle(self, message: Received) -> None:
        """Do one message of the inbox."""
        parsed = self._channel.parse(message.raw)
        if parsed is None:
            async with self._store.write() as connection:
                await queues.finish(connection, message.id, self._now())
            return
        address, incoming = parsed
        async with self._store.read() as connection:
            _, raw_state = await records.find_person(connection, message.channel, address)
        state = State.model_validate(raw_state)
        meaning = router.read(incoming, state, self._coach)
        assessment = await self._assess(meaning, state)  # before the transaction: it must not keep others waiting
        await self._step(message, address, incoming, state, meaning, assessment)
        self._wake()

    async def _assess(self, meaning: Meaning, state: State) -> Assessment | None:
        asked = router.exchange(meaning, state, self._coach)
        if asked is None:
            return None
        return await asyncio.to_thread(self._classifier.assess, *asked)

    async def _step(
        self, message: Received, address: str, incoming: Incoming, state: State, meaning: Meaning,
        assessment: Assessment | None,
    ) -> None:  # fmt: skip
        now = self._now()
        async with self._store.write() as connection:
            if await queues.received(connection, message.id) is None:
                return  # another process that shares the database did it meanwhile
            await queues.release(connection, message.channel, address)
            person, _ = await records.find_person(connection, message.channel, address)
            if person is None:
                person = await records.add_person(connection, message.channel, address, incoming.name, now)
            mine = records.SqlRecords(connection, person)
            rng = Random(f"{person}/{message.id}")  # noqa: S311 - chooses scenes, guards nothing
            turn = Turn(state, incoming, message.id, assessment, mine, self._coach, now, rng)
            after, reply = await router.respond(turn, meaning)
            await mine.save_state(after.model_dump(mode="json"))
            await queues.enqueue(connection, message.channel, address, "answer", [reply.model_dump(mode="json")], now)
            await queues.finish(connection, message.id, now)
