"""Which scene comes next: a weak type first, an unseen scene first, harder with mastery."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from random import Random

from coachbot.analysis.labels import STYLES, Style
from coachbot.coaching.content import Library, Scenario
from coachbot.coaching.progress import Past, style_means

FORGOTTEN = timedelta(days=30)
"""A scene rests this long before it comes again, as long as others are left."""
NEVER_TRIED = -1.0
"""A type without attempts comes before any type with a mean."""


def styles_by_need(past: Sequence[Past], shown: Sequence[Style] = ()) -> list[Style]:
    """Return the types, the one to practise next first.

    Args:
        past: scored attempts, oldest first.
        shown: the types of all scenes shown, scored or left.
    """
    means = style_means(past)
    last_two = [one.disc for one in past[-2:]]

    def need(style: Style) -> tuple[bool, float, int, int]:
        enough = last_two == [style, style]
        return enough, round(means.get(style, NEVER_TRIED), 1), shown.count(style), STYLES.index(style)

    return sorted(STYLES, key=need)


def level(past: Sequence[Past], style: Style) -> int:
    """Difficulty that fits: up after steady good scores with this type."""
    scores = [one.total for one in past if one.disc == style][-4:]
    mean = sum(scores) / len(scores) if scores else 0.0
    if len(scores) >= 4 and mean >= 80:
        return 3
    return 2 if len(scores) >= 2 and mean >= 65 else 1


def next_scene(
    library: Library,
    past: Sequence[Past],
    seen: Mapping[str, datetime],
    now: datetime,
    rng: Random,
    *,
    current: str | None = None,
) -> Scenario:
    """Choose the next scene.

    Args:
        library: all scenes.
        past: scored attempts, oldest first.
        seen: when each scene was shown last.
        now: the present.
        rng: breaks ties; seeded by the caller.
        current: the scene on the table now, not to be given again.
    """
    shown = [library.scenarios[name].disc for name in seen if name in library.scenarios]
    rank = {style: number for number, style in enumerate(styles_by_need(past, shown))}

    def order(scene: Scenario) -> tuple[bool, float, int, int, float]:
        last = seen.get(scene.id)
        resting = last is not None and last > now - FORGOTTEN
        return (
            scene.id == current,
            last.timestamp() if last and resting else 0.0,
            rank[scene.disc],
            abs(scene.difficulty - level(past, scene.disc)),
            rng.random(),
        )

    return min(library, key=order)
