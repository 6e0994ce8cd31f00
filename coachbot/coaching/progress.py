"""What a trainee's attempts add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import fmean

from coachbot.analysis.labels import Style
from coachbot.coaching.rubric import BARS

RECENT = 10
STEADY = 3
"""Changes of a mean below this many points are no trend."""


@dataclass(frozen=True, slots=True)
class Past:
    """One scored attempt as progress sees it."""

    round_id: int
    scenario: str
    disc: Style
    total: int
    bars: dict[str, int]
    at: datetime


@dataclass(frozen=True, slots=True)
class Trend:
    """Mean of a bar over the last attempts; `change` against the ones before, None when there are too few."""

    mean: float
    change: float | None


@dataclass(frozen=True, slots=True)
class Progress:
    """The figures behind `/progress`."""

    rounds: int
    attempts: int
    last_week: int
    last_month: int
    bars: dict[str, Trend]
    best: int
    strongest: Style | None
    weakest: Style | None
    weakest_bar: str | None


def summarize(past: Sequence[Past], now: datetime) -> Progress:
    """Sum up attempts (oldest first); rounds are counted once, however often a reply was tried again."""
    last: dict[int, datetime] = {one.round_id: one.at for one in past}
    bars: dict[str, Trend] = {}
    for name in BARS:
        values = [one.bars[name] for one in past if name in one.bars]
        if values:
            before = values[-2 * RECENT : -RECENT]
            change = fmean(values[-RECENT:]) - fmean(before) if len(before) >= STEADY else None
            bars[name] = Trend(fmean(values[-RECENT:]), change)
    means = style_means(past)
    ranked = sorted(means, key=lambda style: means[style])
    return Progress(
        rounds=len(last),
        attempts=len(past),
        last_week=sum(at > now - timedelta(days=7) for at in last.values()),
        last_month=sum(at > now - timedelta(days=30) for at in last.values()),
        bars=bars,
        best=max((one.total for one in past), default=0),
        strongest=ranked[-1] if len(ranked) > 1 else None,
        weakest=ranked[0] if len(ranked) > 1 else None,
        weakest_bar=min(bars, key=lambda name: bars[name].mean) if bars else None,
    )


def style_means(past: Sequence[Past]) -> dict[Style, float]:
    """Mean score by the citizen's type, over the last attempts with that type."""
    by_style: dict[Style, list[int]] = {}
    for one in past:
        by_style.setdefault(one.disc, []).append(one.total)
    return {style: fmean(scores[-RECENT:]) for style, scores in by_style.items()}
