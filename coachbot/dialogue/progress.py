"""The trainee's own figures."""

from __future__ import annotations

from coachbot.coaching.choice import styles_by_need
from coachbot.coaching.progress import summarize
from coachbot.dialogue import texts
from coachbot.dialogue.messages import Reply
from coachbot.dialogue.state import Turn


async def show(turn: Turn) -> Reply:
    """Sum up the attempts and say what to practise next."""
    past = await turn.records.past()
    if not past:
        return texts.no_progress()
    shown = [
        turn.coach.library.scenarios[name].disc
        for name in await turn.records.seen()
        if name in turn.coach.library.scenarios
    ]
    return texts.progress(summarize(past, turn.now), styles_by_need(past, shown)[0], turn.coach.advice)
