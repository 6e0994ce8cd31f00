"""How a score comes out of labels: readable, versioned, fair."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field, model_validator

from coachbot.analysis.labels import ORDINAL, PITFALLS, Labels, Style
from coachbot.coaching.content import Part

BARS = ("empathy", "fit", "guidance", "civility")
EMPATHY = ("emotional_reaction", "interpretation", "exploration")


class FitPoints(Part):
    """Points for the style of a reply."""

    fits: float
    none: float
    other: float


class Score(Part):
    """A score and the bars it is made of; a bar that does not count is absent."""

    total: int
    bars: Mapping[str, int]
    version: str


class Rubric(Part):
    """The numbers of `intents/rubric.yaml`; the formula stands there too."""

    version: str
    weights: Mapping[str, Annotated[float, Field(gt=0)]]
    empathy_parts: Mapping[str, Annotated[float, Field(gt=0)]]
    points: tuple[float, float, float]
    fit_points: FitPoints
    kept: tuple[float, ...]

    @model_validator(mode="after")
    def _fair(self) -> Rubric:
        if set(self.weights) != set(BARS):
            raise ValueError(f"weights needs exactly {', '.join(BARS)}")
        if set(self.empathy_parts) != set(EMPATHY):
            raise ValueError(f"empathy_parts needs exactly {', '.join(EMPATHY)}")
        if list(self.points) != sorted(self.points) or self.points[0] < 0 or self.points[2] != 100:
            raise ValueError("points must rise to 100")
        if not 0 <= self.fit_points.other <= self.fit_points.none <= self.fit_points.fits == 100:
            raise ValueError("fit_points must rise from other over none to fits = 100")
        falls = all(a > b for a, b in zip(self.kept, self.kept[1:], strict=False))
        if not falls or self.kept[0] != 1 or self.kept[-1] < 0 or len(self.kept) < len(PITFALLS) + 2:
            raise ValueError("kept must fall from 1, one number for each count of pitfalls and phrases")
        return self

    def score(self, labels: Labels, citizen_disc: Style | None, *, open_: bool, phrases: int = 0) -> Score:
        """Score labels.

        Args:
            labels: what the reply says.
            citizen_disc: the citizen's type, or None when unknown (the bar 因人而异 is then left out).
            open_: whether the scene leaves something to ask.
            phrases: how many forbidden phrases (a hint at a good rating) the reply has.
        """
        kept = self.kept[min(len(labels.pitfalls) + phrases, len(self.kept) - 1)]
        bars = {"empathy": self._empathy(labels, open_)}
        if citizen_disc is not None:
            style = self.fit_points
            bars["fit"] = style.fits if citizen_disc in labels.disc else style.other if labels.disc else style.none
        bars["guidance"] = self.points[labels.next_step]
        bars["civility"] = 100 * kept
        whole = sum(self.weights[name] * (100 if name == "civility" else value) for name, value in bars.items())
        total = whole / sum(self.weights[name] for name in bars) * kept
        return Score(
            total=_round(total), bars={name: _round(value) for name, value in bars.items()}, version=self.version
        )

    def _empathy(self, labels: Labels, open_: bool) -> float:
        parts = {name: weight for name, weight in self.empathy_parts.items() if open_ or name != "exploration"}
        earned = sum(weight * self.points[getattr(labels, name)] for name, weight in parts.items())
        return earned / sum(parts.values())


def _round(value: float) -> int:
    """Round half up: Python's banker's rounding would let two different scores meet."""
    return int(value + 0.5)


def better(labels: Labels, name: str) -> Labels | None:
    """Return the labels with one ordinal dimension a step higher, or None at the top."""
    values = labels.to_dict()
    if name not in ORDINAL or values[name] == 2:
        return None
    return Labels.from_dict(values | {name: getattr(labels, name) + 1})
