"""The practice round: a scene, a guess, a reply, feedback, another try."""

from __future__ import annotations

from coachbot.analysis.labels import STYLES
from coachbot.coaching import feedback
from coachbot.coaching.choice import next_scene
from coachbot.coaching.content import Scenario
from coachbot.dialogue import texts
from coachbot.dialogue.messages import Reply
from coachbot.dialogue.state import State, Turn

ACTIONS = frozenset({"guess", "skip", "again", "answer", "next"})


async def open_round(turn: Turn) -> tuple[State, Reply]:
    """Leave whatever was on the table and open a new scene."""
    past, seen = await turn.records.past(), await turn.records.seen()
    scenario = next_scene(turn.coach.library, past, seen, turn.now, turn.rng, current=turn.state.scene or None)
    round_id = await turn.records.open_round(scenario.id, turn.now)
    state = State(step="guess", round_id=round_id, scene=scenario.id)
    return state, texts.card(scenario, round_id, turn.coach.advice, first=not seen)


def shown(turn: Turn) -> Reply | None:
    """What the person last had to answer, to show it again; None when nothing is open."""
    scenario = turn.state.scenario(turn.coach.library)
    if scenario is None:
        return None
    if turn.state.step == "guess":
        return texts.card(scenario, turn.state.round_id, turn.coach.advice)
    if turn.state.step == "reply":
        return texts.ask_reply(scenario)
    return texts.what_next(turn.state.round_id)


async def guess(turn: Turn, style: str) -> tuple[State, Reply]:
    """Take the guess, tell which type it was and why, and ask for the reply."""
    scenario = _scenario(turn)
    guessed = next(one for one in STYLES if one == style)
    await turn.records.save_guess(turn.state.round_id, guessed)
    state = turn.state.model_copy(update={"step": "reply"})
    return state, texts.revealed(scenario, guessed, turn.coach.advice)


async def attempt(turn: Turn) -> tuple[State, Reply]:
    """Score a reply, store it, and answer with feedback; what cannot be scored is asked for again."""
    scenario, assessment = _scenario(turn), turn.assessment
    if assessment is None:
        raise RuntimeError("an attempt needs its assessment")
    if assessment.unscorable is not None:
        return turn.state, texts.not_scored(assessment.unscorable, scenario)
    said = turn.incoming.content
    given = feedback.give(said, assessment, scenario, turn.coach.advice)
    rubric = turn.coach.advice.rubric
    stored = {
        "round_id": turn.state.round_id, "inbox_id": turn.message, "scene": scenario.id,
        "citizen_disc": scenario.disc, "reply": said, "labels": assessment.labels.to_dict(),
        "abstain": list(assessment.abstain), "score": given.score.total, "bars": dict(given.score.bars),
        "rubric": {
            "version": rubric.version, "open": scenario.open,
            "phrases": len(turn.coach.advice.phrases_in(said)),
        },
        "model": turn.coach.model, "created_at": turn.now,
    }  # fmt: skip
    await turn.records.add_attempt(stored, rubric.model_dump(mode="json"))
    state = turn.state.model_copy(update={"step": "done", "last": given.score})
    return state, texts.feedback(given, turn.state.last, turn.state.round_id, turn.coach.advice)


async def asked(turn: Turn, request: str) -> tuple[State, Reply]:
    """Do what was asked in words, where the round allows it."""
    if turn.state.scenario(turn.coach.library) is None:
        return (turn.state, texts.see_you()) if request == "quit" else await open_round(turn)
    if request == "quit":
        return State(), texts.see_you()
    return await _act(turn, request)


async def pressed(turn: Turn, action: str, arguments: list[str]) -> tuple[State, Reply]:
    """Do what a button of a round says; a button of an earlier round only shows where the person is now."""
    if arguments[0] != str(turn.state.round_id) or turn.state.scenario(turn.coach.library) is None:
        return turn.state, texts.passed(shown(turn))
    if action == "guess":
        if len(arguments) != 2 or arguments[1] not in STYLES:
            return turn.state, texts.expired()
        if turn.state.step != "guess":
            return turn.state, texts.guessed_already(_scenario(turn), turn.coach.advice)
        return await guess(turn, arguments[1])
    return await _act(turn, action)


async def _act(turn: Turn, action: str) -> tuple[State, Reply]:
    scenario = _scenario(turn)
    if action == "next":
        return await open_round(turn)
    if action == "skip":
        if turn.state.step != "guess":
            return turn.state, texts.skip_or_next(scenario, turn.state.round_id)
        return turn.state.model_copy(update={"step": "reply"}), texts.skipped(scenario, turn.coach.advice)
    if action == "again":
        return turn.state.model_copy(update={"step": "reply"}), texts.ask_reply(scenario)
    if turn.state.step != "done" and turn.state.last is None:
        return turn.state, texts.answer_later(scenario)
    return turn.state, texts.answer(scenario, turn.state.round_id, turn.coach.advice)


def _scenario(turn: Turn) -> Scenario:
    scenario = turn.state.scenario(turn.coach.library)
    if scenario is None:
        raise RuntimeError("no scene on the table")
    return scenario
