"""The one place that wires everything."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from coachbot.analysis import corpus
from coachbot.analysis.classifier import ReplyClassifier
from coachbot.analysis.requests import RequestRecognizer
from coachbot.coaching.advice import Advice
from coachbot.coaching.content import Library, load_yaml
from coachbot.conversation import Conversations
from coachbot.delivery.channel import Channel
from coachbot.delivery.inbox import Inbox
from coachbot.delivery.outbox import Outbox
from coachbot.delivery.pace import Pace
from coachbot.dialogue.state import Coach
from coachbot.settings import Settings
from coachbot.storage.store import Store

Clock = Callable[[], datetime]

REPLIES_AS_OTHERS = 600
"""Replies of the corpus that teach the request recogniser what a request is not."""


def utc_now() -> datetime:
    """Return the present, aware."""
    return datetime.now(UTC)


def load_coach(settings: Settings, model: str) -> Coach:
    """Read all content; raises ContentError that names file and line."""
    intents, data = settings.folder("intents"), settings.folder("training_data")
    requests: dict[str, list[str]] = load_yaml(intents / "requests.yaml", dict[str, list[str]])
    others = requests.pop("other", [])
    files = (file for file in sorted((data / "replies").rglob("*.jsonl")) if not file.name.startswith(corpus.LOCKED))
    replies = (row.exchange.reply for file in files for row in islice(corpus.read(file), 40))
    return Coach(
        library=Library.load(data),
        advice=Advice.load(intents),
        recognizer=RequestRecognizer(requests, [*others, *islice(replies, REPLIES_AS_OTHERS)]),
        model=model,
    )


@dataclass(frozen=True, slots=True)
class Application:
    """A running coach behind one channel."""

    store: Store
    inbox: Inbox
    outbox: Outbox

    async def settle(self) -> None:
        """Wait until everything that came in is done and everything that can go out is out."""
        await self.inbox.settle()
        await self.outbox.settle()


@asynccontextmanager
async def running(
    settings: Settings,
    channel: Channel,
    coach: Coach,
    classifier: ReplyClassifier,
    *,
    paced: bool = True,
    now: Clock = utc_now,
    clock: Callable[[], float] = time.monotonic,
) -> AsyncIterator[Application]:
    """Open the database, take up what was left undone, and serve until the block ends.

    Raises:
        StoreError: when the database cannot be used.
    """
    store = Store(settings.database)
    try:
        await store.open()
        outbox = Outbox(store, channel, Pace(settings.send_per_second, clock) if paced else Pace.none(), now)
        conversations = Conversations(store, channel, coach, classifier, now, outbox.wake)
        inbox = Inbox(store, channel.name, conversations.handle, now)
        outbox.wake()
        await inbox.start()
        sender = asyncio.create_task(outbox.run())
        try:
            yield Application(store, inbox, outbox)
        finally:
            await inbox.stop()
            sender.cancel()
            await asyncio.gather(sender, return_exceptions=True)
    finally:
        await store.close()
