"""What the commands do, apart from reading their arguments."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import sys
import threading
import uuid
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from coachbot.analysis import corpus
from coachbot.analysis.classifier import ReplyClassifier
from coachbot.analysis.evaluation import Report, compare
from coachbot.analysis.labels import DIMENSIONS, ORDINAL, Assessment, Exchange
from coachbot.app import Application, load_coach, running
from coachbot.channels.telegram import TelegramChannel
from coachbot.channels.terminal import TerminalChannel
from coachbot.coaching.advice import Advice
from coachbot.dialogue.messages import Reply
from coachbot.models import Models, Trained, name_of
from coachbot.settings import Settings
from coachbot.storage import queues

log = logging.getLogger(__name__)


def train(models: Models, replies: Sequence[Path] | None, folder: Path | None) -> Trained:
    """Train with a progress bar on standard error."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("训练模型", total=None)
        return models.train(replies, folder, lambda done, steps: progress.update(task, completed=done, total=steps))


def ready(models: Models) -> ReplyClassifier:
    """Return the model of the data folder, trained first if it is missing."""
    kept = models.load()
    if kept is not None:
        return kept
    Console(stderr=True).print("第一次使用，先训练模型（约一分钟）……")
    return train(models, None, None).classifier


async def chat(settings: Settings, person: str) -> None:
    """Practise in the terminal until the input ends."""
    models = Models(settings)
    classifier = ready(models)
    coach = load_coach(settings, name_of(models.folder))
    typed = sys.stdin.isatty()
    channel = TerminalChannel(Console(highlight=False, soft_wrap=not typed), person, plain=not typed)
    async with running(settings, channel, coach, classifier, paced=False) as application:
        async with application.store.read() as connection:
            newest = await queues.newest_sent(connection, channel.name, person)
        if newest is not None:
            channel.offer(Reply.model_validate(newest).buttons)
        if typed:
            await _say(application, channel, person, "/start")
        while (line := await _read_line(typed)) is not None:
            if line.strip() or not typed:
                await _say(application, channel, person, line)


async def _read_line(typed: bool) -> str | None:
    """Wait for a line; None at the end. A thread of its own, so that Ctrl-C need not wait for Enter."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str | None] = loop.create_future()

    def read() -> None:
        try:
            got = input("> ") if typed else sys.stdin.readline()
        except EOFError:
            got = ""
            ended = True
        else:
            ended = not typed and not got
        with contextlib.suppress(RuntimeError):  # the chat may be over by now
            loop.call_soon_threadsafe(line.set_result, None if ended else got.rstrip("\r\n"))

    threading.Thread(target=read, daemon=True).start()
    return await line


async def _say(application: Application, channel: TerminalChannel, person: str, line: str) -> None:
    raw = {"person": person, **channel.read(line)}
    await application.inbox.accept([(uuid.uuid4().hex, person, raw)])
    await application.settle()


async def bot(settings: Settings) -> None:
    """Serve Telegram until a signal asks to stop."""
    models = Models(settings)
    channel = TelegramChannel(settings.token, settings.telegram_api_url)
    try:
        name = await channel.open()
        classifier = await asyncio.to_thread(ready, models)
        coach = await asyncio.to_thread(load_coach, settings, name_of(models.folder))
        async with running(settings, channel, coach, classifier) as application:
            log.info("@%s is listening", name)
            polling = asyncio.create_task(channel.poll(application.inbox.accept))
            loop = asyncio.get_running_loop()
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.add_signal_handler(number, polling.cancel)
            with contextlib.suppress(asyncio.CancelledError):
                await polling
            log.info("stopping")
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(application.settle(), 10)
    finally:
        await channel.close()


def classify(
    settings: Settings, classifier: ReplyClassifier, lines: Iterable[bytes],
    write: Callable[[str], None], complain: Callable[[str], None],
) -> int:  # fmt: skip
    """Answer each good line; returns how many were bad."""
    advice = Advice.load(settings.folder("intents"))
    bad = 0
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            raw = corpus.parse_json(line.decode("utf-8-sig"))
            exchange = corpus.parse_exchange(raw)
        except UnicodeDecodeError:
            bad += 1
            complain(f"line {number}: not UTF-8")
        except ValueError as error:
            bad += 1
            complain(f"line {number}: {error}")
        else:
            write(json.dumps(to_dict(raw.get("id"), exchange, classifier.assess(exchange), advice), ensure_ascii=False))
    return bad


def to_dict(identity: object, exchange: Exchange, assessment: Assessment, advice: Advice) -> dict[str, Any]:
    """Return an assessment as `classify` prints it; outside a scene there is nothing left to ask."""
    score = None
    if assessment.scorable:
        phrases = len(advice.phrases_in(exchange.reply))
        score = advice.rubric.score(assessment.labels, exchange.citizen_disc, open_=False, phrases=phrases).total
    confidence, evidence = assessment.confidence, assessment.evidence
    return {
        "id": identity,
        "labels": assessment.labels.to_dict(),
        "fit": assessment.fit(exchange.citizen_disc),
        "score": score,
        "scorable": assessment.scorable,
        "abstain": list(assessment.abstain),
        "confidence": {
            **_rounded(confidence.ordinal),
            "disc": _rounded(confidence.disc),
            "pitfalls": _rounded(confidence.pitfalls),
        },
        "evidence": {**evidence.ordinal, "disc": evidence.disc, "pitfalls": evidence.pitfalls},
    }  # fmt: skip


def _rounded(chances: Any) -> dict[str, float]:
    return {name: round(chance, 4) for name, chance in chances.items()}


def evaluate(classifier: ReplyClassifier, file: Path) -> Report:
    """Compare the model with the labels in a file."""
    try:
        rows = list(corpus.read(file))
    except (OSError, UnicodeDecodeError) as error:
        raise corpus.BadRow(0, f"the file cannot be read ({type(error).__name__})", file.name) from error
    return compare([row.labels for row in rows], classifier.predict([row.exchange for row in rows]))


def table(title: str, report: Report) -> Table:
    """Show agreement figures."""
    shown = Table("dimension", "QWK", "macro-F1", "per label (F1)", title=title)
    for name in DIMENSIONS:
        each = report.per_label.get(name, {})
        labels = "  ".join(f"{label} {_figure(value)}" for label, value in each.items())
        kappa = _figure(report.kappa[name]) if name in ORDINAL else ""
        shown.add_row(name, kappa, _figure(report.macro_f1[name]), labels)
    return shown


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
