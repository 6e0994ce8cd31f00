"""Which words decided: from credit per character to a few spans of whole words."""

from __future__ import annotations

import numpy as np

from coachbot.analysis.labels import Span
from coachbot.analysis.segment import cut
from coachbot.analysis.text import Text

MOST_SPANS = 3
WORTH = 0.3
"""A word belongs to the evidence when it earned at least this share of what the best word earned."""


def spans(text: Text, credit: np.ndarray) -> tuple[Span, ...]:
    """Return the spans of the original reply whose words speak most for a label, in reading order.

    Args:
        text: the normalised reply.
        credit: what each normalised character adds to the label's log-odds.
    """
    pieces = [(start, end, float(credit[start:end].sum())) for _, start, end in cut(text.chars)]
    best = max((gain for _, _, gain in pieces), default=0.0)
    if best <= 0:
        return ()
    runs: list[tuple[int, int, float]] = []
    for start, end, gain in pieces:
        if gain < WORTH * best or not any(c.isalnum() for c in text.chars[start:end]):
            continue
        if runs and _touches(text.chars, runs[-1][1], start):
            runs[-1] = (runs[-1][0], end, runs[-1][2] + gain)
        else:
            runs.append((start, end, gain))
    chosen = sorted(sorted(runs, key=lambda run: -run[2])[:MOST_SPANS])
    return tuple(text.span(start, end) for start, end, _ in chosen)


def _touches(chars: str, end: int, start: int) -> bool:
    """Whether two pieces belong together: neighbours, or one short word between them."""
    between = chars[end:start]
    return len(between) <= 2 and all(c.isalnum() for c in between)
