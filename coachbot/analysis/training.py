"""How the classifier is made: heads, calibration and thresholds, all judged on scenes not seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.model_selection import GroupKFold

from coachbot.analysis import heads
from coachbot.analysis.classifier import ReplyClassifier
from coachbot.analysis.corpus import Row
from coachbot.analysis.evaluation import weighted_kappa
from coachbot.analysis.features import Lexicon, clauses
from coachbot.analysis.heads import HEADS, INDEX, OFF_TOPIC
from coachbot.analysis.labels import ORDINAL, Exchange, Labels
from coachbot.analysis.text import Text
from coachbot.analysis.vectors import Reading, Vectors

FOLDS = 3
STRENGTH = 8.0
"""Inverse regularisation of every head (chosen by grouped cross-validation)."""
UNPUNCTUATED = 2
"""Every second reply is learned without punctuation too: without that, one answer in twenty hung on a comma."""
LEAST_TO_ACCUSE = 0.4
"""A pitfall needs at least this probability: a false accusation costs more trust than a missed one."""
REFUSED_AT_MOST = 0.003
"""Share of what staff really say that may be taken for off-topic; the threshold is the lowest that keeps to it."""

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Labels given to replies of scenes that the model had not seen, fold by fold."""

    truth: tuple[Labels, ...] = ()
    found: tuple[Labels, ...] = ()


@dataclass(frozen=True, slots=True)
class Strays:
    """Lines without labels: counter talk that carries little, and what nobody at a counter would say."""

    on_topic: Sequence[str] = ()
    off_topic: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Lesson:
    """What there is to learn: `counts` says which example teaches which head, (examples, heads)."""

    exchanges: list[Exchange]
    answers: np.ndarray
    counts: np.ndarray
    groups: np.ndarray
    replies: int
    """The first so many examples are the labelled replies."""
    original: np.ndarray
    """Which examples make the vocabulary: copies and fragments would let every rare piece in."""


def lesson(rows: Sequence[Row], strays: Strays) -> Lesson:
    """Put replies, fragments of replies, and stray lines into one lesson.

    Single clauses of replies and small talk of the counter teach what is off topic, and only that: without them every
    short reply would look like a stray line, because strays are short. Each line stands beside some citizen's words,
    so that these tell nothing. Some replies come a second time without punctuation, as voice input writes them.
    """
    spoken = [row for number, row in enumerate(rows) if number % UNPUNCTUATED == 0]
    fragments = [(piece, row) for number, row in enumerate(rows) for piece in _fragments(row.exchange.reply, number)]
    exchanges = [row.exchange for row in rows]
    exchanges += [replace(row.exchange, reply=_unpunctuated(row.exchange.reply)) for row in spoken]
    exchanges += [Exchange(piece, row.exchange.citizen, row.exchange.citizen_disc) for piece, row in fragments]
    lines = [*strays.on_topic, *strays.off_topic]
    exchanges += [Exchange(line, rows[n * 7 % len(rows)].exchange.citizen) for n, line in enumerate(lines)]
    answers = np.concatenate([
        heads.targets([row.labels for row in [*rows, *spoken]]),
        heads.targets([Labels()] * (len(fragments) + len(strays.on_topic))),
        heads.targets([Labels()] * len(strays.off_topic), off_topic=True),
    ])  # fmt: skip
    counts = np.zeros(answers.shape, dtype=bool)
    counts[: len(rows) + len(spoken)] = True
    counts[:, OFF_TOPIC] = True
    scenes = [row.scenario for row in [*rows, *spoken]] + [row.scenario for _, row in fragments]
    scenes += [f"stray {number % 50}" for number in range(len(lines))]
    groups = np.unique(scenes, return_inverse=True)[1]
    original = np.ones(len(exchanges), dtype=bool)
    original[len(rows) : len(rows) + len(spoken) + len(fragments)] = False
    return Lesson(exchanges, answers, counts, groups, len(rows), original)


def _unpunctuated(reply: str) -> str:
    return "".join(c for c in reply if c.isalnum() or c.isspace())


def _fragments(reply: str, number: int) -> list[str]:
    """One clause of a reply, another one for each reply: what staff say, only short."""
    text = Text.of(reply)
    parts = [text.chars[start:end] for start, end in clauses(text.chars)]
    parts = [part for part in parts if 3 <= len(part) < len(text.chars)]
    return [parts[number % len(parts)]] if parts else []


def fit(
    rows: Sequence[Row], strays: Strays, lexicon: Lexicon, progress: Progress | None = None
) -> tuple[ReplyClassifier, HeldOut]:
    """Train on labelled rows, and on stray lines.

    Every third of the scenes is answered by a model that has not seen it: calibration, thresholds and the held-out
    figures all come from those answers.

    Raises:
        ValueError: when there is nothing to learn from.
    """
    if not rows:
        raise ValueError("the corpus is empty")
    whole = lesson(rows, strays)
    folds = min(FOLDS, len(set(whole.groups[: whole.replies].tolist())))
    count = _Counter(progress, (folds + 1 if folds > 1 else 1) * len(HEADS))
    vectors = Vectors(lexicon)
    readings = vectors.read(whole.exchanges)
    raw = _unseen(whole, readings, folds, lexicon, count) if folds > 1 else None
    weights, bias = _fit_heads(
        vectors.fit(_kept(readings, whole.original)).rows(readings), whole.answers, whole.counts, count
    )
    thresholds = np.full(len(HEADS), 0.5)
    if raw is None:
        return ReplyClassifier(vectors, weights, bias, thresholds), HeldOut()
    scale = _calibrate(raw, whole)
    chances = heads.probabilities(raw * scale[:, 0] + scale[:, 1])
    thresholds = choose_thresholds(chances, whole)
    found = [heads.to_labels(row) for row in heads.decide(chances[: whole.replies], thresholds)]
    classifier = ReplyClassifier(
        vectors, weights * scale[:, 0].astype(np.float32), bias * scale[:, 0] + scale[:, 1], thresholds
    )
    return classifier, HeldOut(tuple(row.labels for row in rows), tuple(found))


def _unseen(whole: Lesson, readings: Sequence[Reading], folds: int, lexicon: Lexicon, count: _Counter) -> np.ndarray:
    """Raw scores of every example by a model that has not seen its scene."""
    raw = np.zeros(whole.answers.shape)
    for seen, unseen in GroupKFold(folds).split(raw, groups=whole.groups):
        known = [readings[i] for i in seen]
        vectors = Vectors(lexicon).fit(_kept(known, whole.original[seen]))
        weights, bias = _fit_heads(vectors.rows(known), whole.answers[seen], whole.counts[seen], count)
        raw[unseen] = vectors.rows([readings[i] for i in unseen]) @ weights + bias
    return raw


def _kept(readings: Sequence[Reading], which: np.ndarray) -> list[Reading]:
    return [readings[int(i)] for i in np.flatnonzero(which)]


class _Counter:
    def __init__(self, progress: Progress | None, steps: int) -> None:
        self._progress, self._steps, self._done = progress, steps, 0

    def step(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._steps)


def _fit_heads(
    matrix: sparse.csr_matrix, answers: np.ndarray, counts: np.ndarray, count: _Counter
) -> tuple[np.ndarray, np.ndarray]:
    def one(head: int) -> tuple[np.ndarray, float]:
        taught = np.flatnonzero(counts[:, head])
        return heads.fit_head(matrix[taught], answers[taught, head], STRENGTH)

    weights, bias = [], []
    for weight, offset in Parallel(n_jobs=2, prefer="threads", return_as="generator")(
        delayed(one)(head) for head in range(len(HEADS))
    ):
        weights.append(weight)
        bias.append(offset)
        count.step()
    return np.stack(weights, axis=1).astype(np.float32), np.array(bias)


def _calibrate(raw: np.ndarray, whole: Lesson) -> np.ndarray:
    """Return (heads, 2): slope and offset that turn raw scores into log-odds."""
    taught = whole.counts
    return np.array([
        heads.platt(raw[taught[:, h], h], whole.answers[taught[:, h], h]) for h in range(len(HEADS))
    ])  # fmt: skip


def choose_thresholds(chances: np.ndarray, whole: Lesson) -> np.ndarray:
    """Pick, per head, the probability from which the answer is yes.

    Best quadratic weighted kappa for ordinals, best F1 for sets, and for off-topic the lowest that refuses hardly any
    real reply.
    """
    grid = np.round(np.arange(0.2, 0.97, 0.02), 2)
    chosen = np.full(len(HEADS), 0.5)
    for name in ORDINAL:
        chosen[[INDEX[name, ">=1"], INDEX[name, ">=2"]]] = _cuts(chances[: whole.replies], whole, name)
    for head, (name, _) in enumerate(HEADS):
        if name in ORDINAL:
            continue
        taught = whole.counts[:, head]
        truth = whole.answers[taught, head]
        if truth.all() or not truth.any():
            continue
        yes = chances[taught, head][:, None] >= grid
        if head == OFF_TOPIC:
            refused = yes[~truth].mean(axis=0)
            quality = -np.where(refused <= REFUSED_AT_MOST, grid, 1 + refused)
        else:
            hits = (yes & truth[:, None]).sum(axis=0)
            quality = 2 * hits / (yes.sum(axis=0) + truth.sum())
            quality = np.where(grid < LEAST_TO_ACCUSE, -1.0, quality) if name == "pitfalls" else quality
        ties = grid[quality >= quality.max() - 1e-9]
        chosen[head] = ties[np.abs(ties - 0.5).argmin()]
    return chosen


def _cuts(chances: np.ndarray, whole: Lesson, name: str) -> tuple[float, float]:
    """Return the two probabilities, for at least 1 and at least 2, that give the best kappa; near ties go to 0.5."""
    low, high = INDEX[name, ">=1"], INDEX[name, ">=2"]
    truth = whole.answers[: whole.replies, [low, high]].sum(axis=1)
    grid = np.round(np.arange(0.26, 0.75, 0.04), 2)
    best, kept = -np.inf, (0.5, 0.5)
    for first in grid:
        one = chances[:, low] >= first
        for second in grid:
            table = np.zeros((3, 3))
            np.add.at(table, (truth, one.astype(int) + (one & (chances[:, high] >= second))), 1)
            quality = weighted_kappa(table) - 0.02 * (abs(first - 0.5) + abs(second - 0.5))
            if quality > best:
                best, kept = quality, (float(first), float(second))
    return kept
