"""The plain way, to measure against: jieba words, TF-IDF, one LinearSVC per question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import LinearSVC

from coachbot.analysis import heads
from coachbot.analysis.corpus import Row
from coachbot.analysis.heads import HEADS
from coachbot.analysis.labels import Exchange, Labels
from coachbot.analysis.segment import cut


def _words(reply: str) -> list[str]:
    return [word for word, _, _ in cut.__wrapped__(reply)]  # uncached, as a fresh reply would be


class Plain:
    """jieba TF-IDF + LinearSVC over the same questions."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._tfidf = TfidfVectorizer(analyzer=_words)
        matrix = self._tfidf.fit_transform([row.exchange.reply for row in rows])
        answers = heads.targets([row.labels for row in rows])[:, :-1]
        self._svc = OneVsRestClassifier(LinearSVC(random_state=0)).fit(matrix, answers.astype(int))

    def predict(self, exchanges: Sequence[Exchange]) -> list[Labels]:
        """Return labels."""
        scores = self._svc.decision_function(self._tfidf.transform([one.reply for one in exchanges]))
        answers = np.zeros((len(exchanges), len(HEADS)), dtype=bool)
        answers[:, :-1] = scores > 0
        return [heads.to_labels(row) for row in heads.decide(answers.astype(float), np.full(len(HEADS), 0.5))]
