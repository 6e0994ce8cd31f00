"""What the classifier looks at: pieces of text, and the codebook's own ideas counted one by one."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from coachbot.analysis.segment import cut
from coachbot.analysis.text import Text, is_han

_CLAUSE = re.compile(r"[^,。!?;:、\n…~—]+[,。!?;:、\n…~—]*")
_TOGETHER = (
    ("feeling", "cause"), ("soothe", "but"), ("understand", "but"), ("feeling", "but"), ("owner", "time"),
    ("act", "place"), ("act", "paper"), ("act", "time"), ("question", "probe"), ("question", "one_paper"),
    ("question", "rhetorical"), ("worry", "question"), ("quoted", "cold"), ("quoted", "deflect"),
    ("quoted", "impatient"), ("quoted", "accuse"), ("negate", "alternative"), ("cold", "alternative"),
    ("cold", "reason"), ("deflect", "place"), ("promise", "owner"), ("feeling", "restate"), ("sarcasm", "warm"),
)  # fmt: skip
"""Cue groups whose meeting means more than the two alone: fake empathy (soothe + but), a real hand-over
(deflect + place), a refusal with its reason (cold + reason) …"""

Spans = tuple[tuple[int, int], ...]
"""Spans in the normalised text."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A value between 0 and 1, and the places in the normalised reply that it comes from."""

    value: float
    spans: Spans = ()


class Lexicon:
    """The cue groups of `intents/lexicon.yaml`, compiled."""

    def __init__(self, groups: Mapping[str, Sequence[object]]) -> None:
        self.groups = {name: tuple(str(cue) for cue in cues) for name, cues in groups.items()}
        self._patterns = {name: re.compile("|".join(cues)) for name, cues in self.groups.items()}

    def find(self, chars: str) -> dict[str, Spans]:
        """Where each group occurs in normalised text."""
        return {
            name: tuple((m.start(), m.end()) for m in pattern.finditer(chars) if m.end() > m.start())
            for name, pattern in self._patterns.items()
        }


def clauses(chars: str) -> list[tuple[int, int]]:
    """Split normalised text at punctuation; [start, end) each."""
    return [(m.start(), m.end()) for m in _CLAUSE.finditer(chars)]


@lru_cache(maxsize=2048)
def _content_words(chars: str) -> frozenset[str]:
    """Words that carry matter: at least two characters, at least one of them Han or a digit."""
    return frozenset(word for word, _, _ in cut(chars) if len(word) > 1 and any(is_han(c) or c.isdigit() for c in word))


@lru_cache(maxsize=2048)
def _bigrams(chars: str) -> frozenset[str]:
    return frozenset(chars[i : i + 2] for i in range(len(chars) - 1) if all(c.isalnum() for c in chars[i : i + 2]))


def longest_common(one: str, other: str) -> tuple[int, int, int]:
    """Longest common substring as (start in one, start in other, length)."""
    best = (0, 0, 0)
    previous = [0] * (len(other) + 1)
    for i, a in enumerate(one):
        current = [0] * (len(other) + 1)
        for j, b in enumerate(other):
            if a == b:
                length = previous[j] + 1
                current[j + 1] = length
                if length > best[2]:
                    best = (i - length + 1, j - length + 1, length)
        previous = current
    return best


def overlap(reply: str, citizen: str) -> float:
    """Share of the reply's character pairs that stand in the citizen's words too, 0 to 1."""
    mine = _bigrams(reply)
    return len(mine & _bigrams(citizen)) / len(mine) if mine else 0.0


def _step(count: float, full: float) -> float:
    return min(count / full, 1.0)


def idea_features(text: Text, citizen: Text, lexicon: Lexicon) -> dict[str, Feature]:
    """The codebook's ideas as features of one reply, read together with the citizen's words."""
    chars = text.chars
    hits = lexicon.find(chars)
    parts = clauses(chars)
    features: dict[str, Feature] = {}
    last = parts[-1][0] if parts else 0
    for name, spans in hits.items():
        if spans:
            features[f"has:{name}"] = Feature(1.0, spans)
            features[f"many:{name}"] = Feature(_step(len(spans) - 1, 3), spans)
            if any(start >= last for start, _ in spans):
                features[f"last:{name}"] = Feature(1.0, tuple(s for s in spans if s[0] >= last))
    features |= _meetings(hits, parts)
    features |= _shape(chars, parts, hits)
    features |= _echo(text, citizen)
    return features


def _meetings(hits: Mapping[str, Spans], parts: list[tuple[int, int]]) -> dict[str, Feature]:
    found: dict[str, Feature] = {}
    for one, other in _TOGETHER:
        if hits.get(one) and hits.get(other):
            found[f"both:{one}+{other}"] = Feature(1.0, hits[one] + hits[other])
            near = [p for p in parts if _inside(hits[one], p) and _inside(hits[other], p)]
            if near:
                found[f"clause:{one}+{other}"] = Feature(1.0, tuple(near))
            if min(hits[one])[0] < max(hits[other])[0]:
                found[f"then:{one}+{other}"] = Feature(1.0, hits[one] + hits[other])
    slots = [name for name in ("time", "place", "paper", "act", "owner", "number") if hits.get(name)]
    for count in range(1, len(slots) + 1):
        found[f"slots>={count}"] = Feature(1.0, tuple(s for name in slots for s in hits[name]))
    return found


def _inside(spans: Spans, part: tuple[int, int]) -> bool:
    return any(part[0] <= start < part[1] for start, _ in spans)


def _shape(chars: str, parts: list[tuple[int, int]], hits: Mapping[str, Spans]) -> dict[str, Feature]:
    length = len(chars)
    mean = length / len(parts) if parts else 0.0
    values = {
        "length": _step(length, 120), "short": 1.0 - _step(length, 15), "clauses": _step(len(parts), 10),
        "clause length": _step(mean, 20), "clipped": float(0 < mean < 6), "exclaims": _step(chars.count("!"), 3),
        "asks": _step(chars.count("?"), 2), "ends asking": float(chars.endswith("?")),
        "digits": _step(sum(c.isdigit() for c in chars), 8), "lines": _step(chars.count("\n"), 4),
        "enumerates": _step(len(hits.get("list", ())), 3), "second person": _step(chars.count("你"), 3),
        "first person": _step(chars.count("我"), 3), "bias": 1.0,
    }  # fmt: skip
    return {f"shape:{name}": Feature(value) for name, value in values.items() if value}


def _echo(text: Text, citizen: Text) -> dict[str, Feature]:
    """How much of the reply takes up the citizen's words: too little is not heard, too much is copied."""
    if not citizen.chars or not text.chars:
        return {"echo:no citizen": Feature(1.0)}
    mine, theirs = _content_words(text.chars), _content_words(citizen.chars)
    shared = mine & theirs
    spans = tuple((start, end) for word, start, end in cut(text.chars) if word in shared)
    start, _, length = longest_common(text.chars, citizen.chars)
    share = overlap(text.chars, citizen.chars)
    return {
        "echo:pairs": Feature(share, spans),
        "echo:most": Feature(float(share > 0.6), spans),
        "echo:words": Feature(_step(len(shared), 4), spans),
        "echo:any word": Feature(float(bool(shared)), spans),
        "echo:coverage": Feature(len(shared) / len(theirs) if theirs else 0.0, spans),
        "echo:run": Feature(_step(length, 10), ((start, start + length),) if length > 1 else ()),
        "echo:new words": Feature(_step(len(mine - theirs), 12)),
    }


def words(text: Text) -> str:
    """The reply's words joined by spaces, for a vectorizer whose tokens are runs without spaces."""
    return " ".join(word for word, _, _ in cut(text.chars) if word.strip())
