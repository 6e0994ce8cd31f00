"""People who say, press and see, the same in every channel."""

from __future__ import annotations

import asyncio
import io
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from rich.console import Console

from coachbot.analysis.classifier import ReplyClassifier
from coachbot.app import Application, running
from coachbot.channels.telegram import TelegramChannel
from coachbot.channels.terminal import TerminalChannel
from coachbot.dialogue.state import Coach
from coachbot.settings import Settings
from tests.support.botapi import Specification
from tests.support.fake_telegram import TOKEN, FakeRequest, FakeTelegram


class Person(Protocol):
    """A trainee."""

    async def says(self, text: str) -> str:
        """Write; returns all that comes back."""

    async def presses(self, label: str) -> str:
        """Press the newest button with this label; returns all that comes back."""


@dataclass
class Clock:
    """A clock that stands still until it is moved."""

    at: datetime = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def pass_(self, **more: float) -> None:
        self.at += timedelta(**more)


@dataclass
class World:
    """A running coach and the people around it."""

    application: Application
    newcomer: Callable[[], Person]
    clock: Clock
    telegram: FakeTelegram | None = None
    channel: TelegramChannel | TerminalChannel | None = None


@dataclass
class TelegramPerson:
    id: int
    telegram: FakeTelegram
    application: Application

    async def says(self, text: str | None) -> str:
        return await self._after(self.telegram.say(self.id, text))

    async def presses(self, label: str) -> str:
        for message in reversed(self.telegram.to(self.id)):
            for text, data in message.buttons:
                if text == label:
                    return await self._after(self.telegram.press(self.id, data, message.id))
        raise AssertionError(f"no button {label}")

    async def sends_code(self, data: str) -> str:
        return await self._after(self.telegram.press(self.id, data))

    async def _after(self, update: int) -> str:
        before = len(self.telegram.to(self.id))
        while self.telegram.confirmed <= update:
            await asyncio.sleep(0.001)
        await self.application.settle()
        new = self.telegram.to(self.id)[before:]
        assert len(new) <= 1, "one message in, at most one message out"
        return "\n".join(message.text for message in new)


@dataclass
class TerminalPerson:
    name: str
    channel: TerminalChannel
    out: io.StringIO
    application: Application
    _labels: dict[str, str] = field(default_factory=dict)

    async def says(self, text: str) -> str:
        self.out.seek(0)
        self.out.truncate()
        raw = {"person": self.name, **self.channel.read(text)}
        await self.application.inbox.accept([(uuid.uuid4().hex, self.name, raw)])
        await self.application.settle()
        seen = self.out.getvalue()
        for line in seen.splitlines():
            if line.startswith("[1] "):
                self._labels = {}
                for choice in line.split("  "):
                    number, label = choice.split("] ", 1)
                    self._labels[label] = number.removeprefix("[")
        return seen

    async def presses(self, label: str) -> str:
        return await self.says(self._labels[label])


@asynccontextmanager
async def telegram_world(settings: Settings, coach: Coach, classifier: ReplyClassifier) -> AsyncIterator[World]:
    telegram = FakeTelegram(spec=Specification.from_environment())
    channel = TelegramChannel(TOKEN, "https://api.example.org", FakeRequest(telegram))
    clock = Clock()
    await channel.open()
    ticks = iter(range(10**9))
    async with running(settings, channel, coach, classifier, now=clock.now, clock=lambda: next(ticks)) as application:
        polling = asyncio.create_task(channel.poll(application.inbox.accept, 0))
        ids = iter(range(7001, 8000))
        try:
            newcomer: Callable[[], Person] = lambda: TelegramPerson(next(ids), telegram, application)  # noqa: E731
            yield World(application, newcomer, clock, telegram, channel)
        finally:
            polling.cancel()
            await asyncio.gather(polling, return_exceptions=True)
            await channel.close()
    assert not telegram.problems, telegram.problems


@asynccontextmanager
async def terminal_world(settings: Settings, coach: Coach, classifier: ReplyClassifier) -> AsyncIterator[World]:
    out = io.StringIO()
    channel = TerminalChannel(Console(file=out), "test", plain=True)
    clock = Clock()
    ticks = iter(range(10**9))
    async with running(settings, channel, coach, classifier, now=clock.now, clock=lambda: next(ticks)) as application:
        names = iter(f"学员{number}" for number in range(1000))
        newcomer: Callable[[], Person] = lambda: TerminalPerson(next(names), channel, out, application)  # noqa: E731
        yield World(application, newcomer, clock, channel=channel)
