"""Predict, explain, save, load: the one classifier of replies. `training.fit` makes it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import skops.io

from coachbot.analysis import evidence, heads
from coachbot.analysis.heads import HEADS, INDEX
from coachbot.analysis.labels import DIMENSIONS, ORDINAL, Assessment, Confidence, Evidence, Exchange, Labels
from coachbot.analysis.scorable import NONSENSE, unscorable
from coachbot.analysis.text import Text
from coachbot.analysis.vectors import Vectors

FORMAT = 2
DOUBT_AT_MOST = 0.6
"""The machine says that it is unsure when a decision is right less often than this, by its own calibration."""
LONG_ENOUGH = 5
"""Shorter replies (好的, 下一个) are never called off-topic: too few words to tell."""
MODEL_FILE = "model.skops"


class ModelError(Exception):
    """A model file that is missing, broken or of another format."""


class ReplyClassifier:
    """Reads a reply together with the citizen's words. Same input, same answer."""

    def __init__(self, vectors: Vectors, weights: np.ndarray, bias: np.ndarray, thresholds: np.ndarray) -> None:
        self.vectors = vectors
        self.weights = weights
        """(features, heads), calibration folded in."""
        self.bias = bias
        self.thresholds = thresholds

    def chances(self, exchanges: Sequence[Exchange]) -> np.ndarray:
        """Return calibrated probabilities, (replies, heads)."""
        return heads.probabilities(self.vectors.rows(self.vectors.read(exchanges)) @ self.weights + self.bias)

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
        stray = answers[heads.OFF_TOPIC] and len(reply.chars) >= LONG_ENOUGH
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
