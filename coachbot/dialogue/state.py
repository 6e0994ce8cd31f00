"""Where a person is in the conversation, and everything one step of it may use."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Literal

from pydantic import BaseModel, ConfigDict

from coachbot.analysis.labels import Assessment
from coachbot.analysis.requests import RequestRecognizer
from coachbot.coaching.advice import Advice
from coachbot.coaching.content import Library, Scenario
from coachbot.coaching.rubric import Score
from coachbot.dialogue.messages import Incoming
from coachbot.dialogue.records import Records

Step = Literal["idle", "guess", "reply", "done"]


class State(BaseModel):
    """A person's place in the conversation. Unknown keys of an older version are dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    step: Step = "idle"
    round_id: int = 0
    scene: str = ""
    last: Score | None = None

    def scenario(self, library: Library) -> Scenario | None:
        """Return the scene on the table; None when there is none or it is no longer in the library."""
        return library.scenarios.get(self.scene) if self.step != "idle" else None


@dataclass(frozen=True, slots=True)
class Coach:
    """What all conversations share."""

    library: Library
    advice: Advice
    recognizer: RequestRecognizer
    model: str


@dataclass(frozen=True, slots=True)
class Turn:
    """One step of one conversation."""

    state: State
    incoming: Incoming
    message: int
    """The message's own number: one message makes at most one attempt."""
    assessment: Assessment | None
    records: Records
    coach: Coach
    now: datetime
    rng: Random
