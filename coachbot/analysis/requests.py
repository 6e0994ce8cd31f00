"""What a person asks the bot for in plain words: 「来一题」「看看我的进度」."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import Pipeline

from coachbot.analysis.segment import cut
from coachbot.analysis.text import Text

NOTHING = ""
"""The class of everything that asks for nothing."""
THRESHOLD = 0.45
SURE = 0.7
"""Needed while a reply is awaited: there a request must be one as a whole."""


@dataclass(frozen=True, slots=True)
class Guess:
    """The likeliest request and its probability."""

    request: str
    chance: float


class RequestRecognizer:
    """A small model over the examples of `intents/requests.yaml`."""

    def __init__(self, examples: Mapping[str, Sequence[str]], others: Sequence[str]) -> None:
        """Train (milliseconds).

        Args:
            examples: request to the ways of saying it.
            others: sentences that ask for nothing, among them replies to citizens.
        """
        lines = [(_prepare(line), name) for name, said in examples.items() for line in said]
        self._exact = dict(lines)
        lines += [(_prepare(line), NOTHING) for line in others]
        head = LogisticRegression(C=30.0, solver="liblinear", class_weight="balanced", random_state=0)
        self._model = Pipeline([
            ("pieces", TfidfVectorizer(analyzer=_pieces, sublinear_tf=True)),
            ("classes", OneVsRestClassifier(head)),
        ])  # fmt: skip
        self._model.fit([line for line, _ in lines], [name for _, name in lines])

    def guess(self, said: str) -> Guess:
        """Return the likeliest request."""
        line = _prepare(said)
        if line in self._exact:
            return Guess(self._exact[line], 1.0)
        if not line or len(line) > 30:
            return Guess(NOTHING, 1.0)
        chances = self._model.predict_proba([line])[0]
        best = int(np.argmax(chances))
        return Guess(str(self._model.classes_[best]), float(chances[best]))

    def recognize(self, said: str, *, awaiting_reply: bool = False) -> str | None:
        """Return the request, or None when the words are not clearly one."""
        guess = self.guess(said)
        needed = SURE if awaiting_reply else THRESHOLD
        return guess.request if guess.request != NOTHING and guess.chance >= needed else None


def _prepare(said: str) -> str:
    return "".join(c for c in Text.of(said).chars if c.isalnum())


def _pieces(line: str) -> list[str]:
    words = [word for word, _, _ in cut(line)]
    edged = f"^{line}$"
    return [*words, *(edged[i : i + n] for n in (2, 3) for i in range(len(edged) - n + 1))]
