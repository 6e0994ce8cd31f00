"""Fit, predict, explain, save, load: the one classifier of replies."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import skops.io
from joblib import Parallel, delayed
from scipy import sparse
from sklearn.model_selection import GroupKFold

from coachbot.analysis import evidence, heads
from coachbot.analysis.corpus import Row
from coachbot.analysis.features import Lexicon
from coachbot.analysis.heads import HEADS, INDEX
from coachbot.analysis.labels import DIMENSIONS, ORDINAL, Assessment, Confidence, Evidence, Exchange, Labels
from coachbot.analysis.scorable import NONSENSE, unscorable
from coachbot.analysis.text import Text
from coachbot.analysis.vectors import Vectors

FORMAT = 1
FOLDS = 5
STRENGTH = 2.0
"""Inverse regularisation of every head (chosen by grouped cross-validation)."""
DOUBT_AT_MOST = 0.6
"""The machine says that it is unsure when a decision is right less often than this, by its own calibration."""
REFUSED_AT_MOST = 0.002
"""Share of real replies that may be taken for off-topic; the threshold is the lowest that keeps to it."""
LONG_ENOUGH = 5
"""Shorter replies (好的, 下一个) are never called off-topic: too few words to tell."""
MODEL_FILE = "model.skops"

Progress = Callable[[int, int], None]
"""Called with (steps done, steps in all)."""


class ModelError(Exception):
    """A model file that is missing, broken or of another format."""


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Labels that the classifier gave to replies of scenes it had not seen, fold by fold."""

    truth: tuple[Labels, ...]
    found: tuple[Labels, ...]


class ReplyClassifier:
    """Reads a reply together with the citizen's words. Same input, same answer."""

    def __init__(self, vectors: Vectors, weights: np.ndarray, bias: np.ndarray, thresholds: np.ndarray) -> None:
        self.vectors = vectors
        self.weights = weights
        """(features, heads), calibration folded in."""
        self.bias = bias
        self.thresholds = thresholds

    @classmethod
    def fit(
        cls, rows: Sequence[Row], off_topic: Sequence[str], lexicon: Lexicon, progress: Progress | None = None
    ) -> tuple[ReplyClassifier, HeldOut]:
        """Train on labelled rows, and on lines that nobody at a counter would say.

        Every fifth of the scenes is predicted by a model that has not seen it: calibration, thresholds and the
        held-out figures all come from those predictions.

        Raises:
            ValueError: when there is nothing to learn from.
        """
        if not rows:
            raise ValueError("the corpus is empty")
        strays = [  # each beside some citizen's words, so that a missing citizen tells nothing
            Exchange(line, rows[number * 7 % len(rows)].exchange.citizen) for number, line in enumerate(off_topic)
        ]
        exchanges = [row.exchange for row in rows] + strays
        labels = [row.labels for row in rows] + [Labels()] * len(strays)
        answers = heads.targets(labels, len(strays))
        scenes = [row.scenario for row in rows] + [f"stray {number % 50}" for number in range(len(strays))]
        groups = np.unique(scenes, return_inverse=True)[1]
        folds = min(FOLDS, len(set(groups.tolist())))
        steps = (folds + 1 if folds > 1 else 1) * len(HEADS)
        counter = _Counter(progress, steps)
        raw = np.zeros(answers.shape)
        if folds > 1:
            for seen, unseen in GroupKFold(folds).split(raw, groups=groups):
                raw[unseen] = _fit_fold(exchanges, answers, seen, unseen, lexicon, counter)
        vectors = Vectors(lexicon)
        weights, bias = _fit_heads(vectors.fit_transform(exchanges), answers, counter)
        thresholds = np.full(len(HEADS), 0.5)
        found: tuple[Labels, ...] = ()
        if folds > 1:
            scale = np.array([heads.platt(raw[:, h], answers[:, h]) for h in range(len(HEADS))])
            weights, bias = weights * scale[:, 0], bias * scale[:, 0] + scale[:, 1]
            chances = heads.probabilities(raw * scale[:, 0] + scale[:, 1])
            thresholds = choose_thresholds(chances, answers)
            found = tuple(heads.to_labels(row) for row in heads.decide(chances, thresholds))
        classifier = cls(vectors, weights, bias, thresholds)
        return classifier, HeldOut(tuple(labels[: len(rows)]) if found else (), found[: len(rows)])

    def chances(self, exchanges: Sequence[Exchange]) -> np.ndarray:
        """Return calibrated probabilities, (replies, heads)."""
        return heads.probabilities(self.vectors.transform(exchanges) @ self.weights + self.bias)

    def predict(self, exchanges: Sequence[Exchange]) -> list[Labels]:
        """Return labels only."""
        if not exchanges:
            return []
        answers = heads.decide(self.chances(exchanges), self.thresholds)
        return [
            self._settle(heads.to_labels(row), self._unscorable(exchange, row))
            for exchange, row in zip(exchanges, answers, strict=True)
        ]

    def assess(self, exchange: Exchange, answer: str | None = None) -> Assessment:
        """Return labels, confidence, doubts and the words that decided; `answer` is the scene's model answer."""
        chances = self.chances([exchange])
        answers = heads.decide(chances, self.thresholds)[0]
        reason = self._unscorable(exchange, answers, answer)
        labels = self._settle(heads.to_labels(answers), reason)
        confidence = self._confidence(chances, labels)
        doubts = () if reason else self._doubts(chances[0], confidence)
        return Assessment(labels, confidence, doubts, self.explain(exchange, labels), reason)

    def _unscorable(self, exchange: Exchange, answers: np.ndarray, answer: str | None = None) -> str | None:
        known = None if answer is None else Text.of(answer)
        reply = Text.of(exchange.reply)
        stray = answers[INDEX["scorable", "off_topic"]] and len(reply.chars) >= LONG_ENOUGH
        return unscorable(reply, Text.of(exchange.citizen), known) or ("off_topic" if stray else None)

    @staticmethod
    def _settle(labels: Labels, reason: str | None) -> Labels:
        """Apply what the codebook fixes by rule: case 7 (nonsense earns nothing) and case 6 (a copy is at most 1)."""
        if reason in NONSENSE:
            return Labels()
        if reason == "copied_citizen":
            return replace(labels, interpretation=min(labels.interpretation, 1))
        return labels

    def explain(self, exchange: Exchange, labels: Labels) -> Evidence:
        """Return the words that speak for each given label."""
        text, credit = self.vectors.credit(exchange, self.weights)

        def words(head: tuple[str, str]) -> tuple[tuple[int, int], ...]:
            return evidence.spans(text, credit[:, INDEX[head]])

        return Evidence(
            ordinal={
                name: words((name, f">={getattr(labels, name)}")) if getattr(labels, name) else () for name in ORDINAL
            },
            disc={style: words(("disc", style)) for style in labels.disc},
            pitfalls={pitfall: words(("pitfalls", pitfall)) for pitfall in labels.pitfalls},
        )

    def _confidence(self, chances: np.ndarray, labels: Labels) -> Confidence:
        ordinal = {name: float(heads.value_chances(chances, name)[0, getattr(labels, name)]) for name in ORDINAL}
        sets: dict[str, dict[str, float]] = {"disc": {}, "pitfalls": {}}
        for (name, label), number in INDEX.items():
            if name in sets:
                sets[name][label] = float(chances[0, number])
        return Confidence(ordinal, sets["disc"], sets["pitfalls"])

    def _doubts(self, chances: np.ndarray, confidence: Confidence) -> tuple[str, ...]:
        doubtful = {name for name, chance in confidence.ordinal.items() if chance < DOUBT_AT_MOST}
        for (name, _), number in INDEX.items():
            if name not in ORDINAL:
                chance, threshold = float(chances[number]), float(self.thresholds[number])
                sure = chance if chance >= threshold else 1 - chance
                if sure < DOUBT_AT_MOST:
                    doubtful.add(name)
        return tuple(name for name in DIMENSIONS if name in doubtful)

    def save(self, folder: Path, about: dict[str, Any]) -> None:
        """Write the model into a folder, whole or not at all; `about` is kept beside it for people."""
        folder.mkdir(parents=True, exist_ok=True)
        state = {
            "format": FORMAT, "heads": ["/".join(head) for head in HEADS], "vectors": self.vectors.state(),
            "weights": self.weights, "bias": self.bias, "thresholds": self.thresholds,
        }  # fmt: skip
        fresh = folder / f"{MODEL_FILE}.new"
        skops.io.dump(state, fresh)
        (folder / "about.json").write_text(json.dumps(about, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
        fresh.replace(folder / MODEL_FILE)

    @classmethod
    def load(cls, folder: Path) -> ReplyClassifier:
        """Read a saved model.

        Raises:
            ModelError: when it is missing, broken, untrusted or of another format.
        """
        file = folder / MODEL_FILE
        if not file.is_file():
            raise ModelError(f"no model in {folder}")
        try:
            state = skops.io.load(file, trusted=[])
            if state["format"] != FORMAT or state["heads"] != ["/".join(head) for head in HEADS]:
                raise ModelError(f"the model in {folder} is of another format")
            return cls(Vectors.restore(state["vectors"]), state["weights"], state["bias"], state["thresholds"])
        except ModelError:
            raise
        except Exception as error:  # a broken archive fails in as many ways as it has bytes
            raise ModelError(f"the model in {folder} cannot be read ({type(error).__name__})") from error


class _Counter:
    def __init__(self, progress: Progress | None, steps: int) -> None:
        self._progress, self._steps, self._done = progress, steps, 0

    def step(self) -> None:
        self._done += 1
        if self._progress:
            self._progress(self._done, self._steps)


def _fit_heads(matrix: sparse.csr_matrix, answers: np.ndarray, counter: _Counter) -> tuple[np.ndarray, np.ndarray]:
    weights, bias = [], []
    jobs = (delayed(heads.fit_head)(matrix, answers[:, h], STRENGTH) for h in range(len(HEADS)))
    for weight, offset in Parallel(n_jobs=2, prefer="threads", return_as="generator")(jobs):
        weights.append(weight)
        bias.append(offset)
        counter.step()
    return np.stack(weights, axis=1), np.array(bias)


def _fit_fold(
    exchanges: Sequence[Exchange], answers: np.ndarray, seen: np.ndarray, unseen: np.ndarray,
    lexicon: Lexicon, counter: _Counter,
) -> np.ndarray:  # fmt: skip
    vectors = Vectors(lexicon)
    weights, bias = _fit_heads(vectors.fit_transform([exchanges[i] for i in seen]), answers[seen], counter)
    scores: np.ndarray = vectors.transform([exchanges[i] for i in unseen]) @ weights + bias
    return scores


def choose_thresholds(chances: np.ndarray, answers: np.ndarray) -> np.ndarray:
    """Pick, per head, the probability from which the answer is yes: best F1 for sets, best accuracy for ordinals."""
    grid = np.round(np.arange(0.2, 0.97, 0.02), 2)
    chosen = np.full(len(HEADS), 0.5)
    for number, (name, _) in enumerate(HEADS):
        truth = answers[:, number]
        if truth.all() or not truth.any():
            continue
        yes = chances[:, number, None] >= grid
        if name == "scorable":
            refused = (yes & ~truth[:, None]).sum(axis=0) / (~truth).sum()
            quality = -np.where(refused <= REFUSED_AT_MOST, grid, 2.0)
        elif name in ORDINAL:
            quality = (yes == truth[:, None]).mean(axis=0)
        else:
            hits = (yes & truth[:, None]).sum(axis=0)
            quality = 2 * hits / (yes.sum(axis=0) + truth.sum())
        ties = grid[quality >= quality.max() - 1e-9]
        chosen[number] = ties[np.abs(ties - 0.5).argmin()]
    return chosen
