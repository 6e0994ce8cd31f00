"""Which flow a message belongs to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from coachbot.analysis.labels import STYLES, Exchange
from coachbot.dialogue import practice, progress, texts
from coachbot.dialogue.messages import Incoming, Reply, parse_code
from coachbot.dialogue.state import Coach, State, Turn

COMMANDS = {"/start": "start", "/help": "help", "/practice": "practice", "/progress": "progress"}
GUESSES: dict[str, str] = {
    **{style: style for style in STYLES},
    **dict(zip(("支配", "影响", "稳健", "谨慎"), STYLES, strict=True)),
}
LEAVING = frozenset({"practice", "progress", "help", "answer", "again", "skip", "quit"})
"""Requests that may interrupt a round; 「你好」「谢谢」 and the like are then words for the citizen."""


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a message is in the person's present state."""

    kind: Literal["request", "guess", "attempt", "press", "command", "unreadable", "unclear"]
    content: str = ""


def read(incoming: Incoming, state: State, coach: Coach) -> Meaning:
    """Say what a message means; text that is neither command nor request is a try while a scene is on the table."""
    if incoming.kind != "text":
        return Meaning("press", incoming.content) if incoming.kind == "press" else Meaning("unreadable")
    said = incoming.content.strip()
    if said.startswith("/"):
        return Meaning("command", said.split()[0].split("@")[0].lower())
    in_round = state.scenario(coach.library) is not None
    if state.step == "guess" and in_round and (style := _style(said)):
        return Meaning("guess", style)
    request = coach.recognizer.recognize(said, awaiting_reply=in_round)
    if request is not None and (not in_round or request in LEAVING):
        return Meaning("request", request)
    return Meaning("attempt", incoming.content) if in_round else Meaning("unclear")


def _style(said: str) -> str | None:
    bare = said.upper().removesuffix("吧").removesuffix("型").strip()
    bare = bare.replace(" ", "")
    if bare[:1] in STYLES and bare[1:] in GUESSES:
        bare = bare[:1]
    return GUESSES.get(bare)


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
        return await progress.show(turn)
    if request == "start":
        return texts.welcome(turn.coach.advice, open_)
    if request == "thanks":
        return texts.thanks(open_)
    return texts.help_(turn.coach.advice) if request == "help" else texts.can_do(understood=bool(request))


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
