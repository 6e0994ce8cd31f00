"""Which flow a message belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from coachbot.analysis.labels import STYLES, Exchange
from coachbot.analysis.text import Text
from coachbot.dialogue import practice, progress, texts
from coachbot.dialogue.messages import Incoming, Reply, parse_code
from coachbot.dialogue.state import Coach, State, Turn

COMMANDS = {"/start": "start", "/help": "help", "/practice": "practice", "/progress": "progress"}
GUESSES: dict[str, str] = {
    **{style.lower(): style for style in STYLES},
    **dict(zip(("支配", "影响", "稳健", "谨慎"), STYLES, strict=True)),
}
GUESS = re.compile(
    r"(我|应该|觉得|认为|可能|大概|是|猜|选|更像|像|这|位|个|的?群众)*(?P<letter>[disc])?(?P<name>支配|影响|稳健|谨慎)?"
    r"(型|的|类|吧|啊|呢)*"
)
"""「D」「我猜是支配型吧」「D 支配型」, on normalised text without punctuation."""
TOO_SHORT = 2
"""While the type is asked for, so short a text is neither a guess nor a reply."""
LEAVING = frozenset({"practice", "progress", "help", "answer", "again", "skip", "quit"})
"""Requests that may interrupt a round; 「你好」「谢谢」 and the like are then words for the citizen."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message is in the person's present state."""

    kind: Literal["request", "guess", "no guess", "attempt", "press", "command", "unreadable", "unclear"]
    content: str = ""


def read(incoming: Incoming, state: State, coach: Coach) -> Meaning:
    """Say what a message means; text that is neither command nor request is a try while a scene is on the table."""
    if incoming.kind != "text":
        return Meaning("press", incoming.content) if incoming.kind == "press" else Meaning("unreadable")
    said = incoming.content.strip()
    if said.startswith("/"):
        return Meaning("command", said.split()[0].split("@")[0].lower())
    if state.scenario(coach.library) is not None:
        return _in_round(said, incoming.content, state, coach)
    request = coach.recognizer.recognize(said)
    return Meaning("request", request) if request is not None else Meaning("unclear")


def _in_round(said: str, whole: str, state: State, coach: Coach) -> Meaning:
    if state.step == "guess" and (style := _style(said)):
        return Meaning("guess", style)
    request = coach.recognizer.recognize(said, awaiting_reply=True)
    if request in LEAVING or (request == "thanks" and state.step == "done"):
        return Meaning("request", request or "")
    if state.step == "guess" and len(said) <= TOO_SHORT:
        return Meaning("no guess")
    return Meaning("attempt", whole)


def _style(said: str) -> str | None:
    bare = "".join(c for c in Text.of(said).chars if c.isalnum())
    match = GUESS.fullmatch(bare)
    if match is None:
        return None
    return GUESSES.get(match["name"] or match["letter"] or "")


def exchange(meaning: Meaning, state: State, coach: Coach) -> tuple[Exchange, str] | None:
    """Return what has to be classified before the step, with the scene's model answer; None when nothing has."""
    scenario = state.scenario(coach.library)
    if meaning.kind != "attempt" or scenario is None:
        return None
    return Exchange(meaning.content, scenario.citizen, scenario.disc), scenario.answer


async def respond(turn: Turn, meaning: Meaning) -> tuple[State, Reply]:
    """Take one step: the new state, and the one message that answers."""
    if meaning.kind == "press":
        return await _pressed(turn, meaning.content)
    if meaning.kind == "guess":
        return await practice.guess(turn, meaning.content)
    if meaning.kind == "attempt":
        return await practice.attempt(turn)
    if meaning.kind == "no guess":
        return turn.state, texts.choose_first(practice.shown(turn))
    if meaning.kind == "unreadable":
        return turn.state, texts.only_text(practice.shown(turn))
    request = COMMANDS.get(meaning.content, "") if meaning.kind == "command" else meaning.content
    return await _requested(turn, request)


async def _requested(turn: Turn, request: str) -> tuple[State, Reply]:
    if request == "practice":
        return await practice.open_round(turn)
    if request in {"answer", "again", "skip", "quit"}:
        return await practice.asked(turn, request)
    return turn.state, await _told(turn, request)


async def _told(turn: Turn, request: str) -> Reply:
    """Answer what changes nothing."""
    open_ = practice.shown(turn)
    if request == "progress":
        return texts.then(await progress.show(turn), open_)
    if request == "start":
        return texts.welcome(turn.coach.advice, open_)
    if request == "thanks":
        return texts.thanks(open_)
    return (
        texts.then(texts.help_(turn.coach.advice), open_)
        if request == "help"
        else texts.can_do(understood=bool(request))
    )


async def _pressed(turn: Turn, raw: str) -> tuple[State, Reply]:
    parsed = parse_code(raw)
    if parsed is None:
        return turn.state, texts.expired()
    action, arguments = parsed
    if action == "do" and len(arguments) == 1:
        return await _requested(turn, arguments[0])
    if action in practice.ACTIONS and arguments:
        return await practice.pressed(turn, action, arguments)
    return turn.state, texts.expired()
