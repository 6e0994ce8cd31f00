"""From exchanges to one sparse matrix: character pieces, words, and the codebook's ideas side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer

from coachbot.analysis.features import Lexicon, idea_features, texts, words
from coachbot.analysis.labels import Exchange
from coachbot.analysis.segment import cut
from coachbot.analysis.text import Text

CHAR_PIECES = (1, 4)
WORD_RUNS = (1, 2)
IDEA_WEIGHT = 0.35
"""Ideas are not length-normalised as text pieces are; this keeps the two in balance (chosen by grouped CV)."""


class Vectors:
    """Turns exchanges into rows of features; the same three blocks in fit, predict and explain."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        self.chars = TfidfVectorizer(analyzer="char", ngram_range=CHAR_PIECES, min_df=2, sublinear_tf=True)
        self.words = TfidfVectorizer(
            token_pattern=r"(?u)\S+",  # noqa: S106 - no password ngram_range=WORD_RUNS, min_df=2, sublinear_tf=True, lowercase=False
        )
        self.ideas = DictVectorizer()

    def fit_transform(self, exchanges: Sequence[Exchange]) -> sparse.csr_matrix:
        """Learn the vocabulary and return the matrix, one row an exchange."""
        pairs = texts(exchanges)
        self.chars.fit(["", "空", "空", *(text.chars for text, _ in pairs)])  # never an empty vocabulary
        self.words.fit(["", "空", "空", *(words(text) for text, _ in pairs)])
        self.ideas.fit([{"shape:bias": 1.0}, *map(self._ideas, pairs)])
        return self._rows(pairs)

    def transform(self, exchanges: Sequence[Exchange]) -> sparse.csr_matrix:
        """Return the matrix, one row an exchange."""
        return self._rows(texts(exchanges))

    def _ideas(self, pair: tuple[Text, Text]) -> dict[str, float]:
        found = idea_features(*pair, self.lexicon)
        return {name: feature.value for name, feature in found.items()}

    def _rows(self, pairs: Sequence[tuple[Text, Text]]) -> sparse.csr_matrix:
        blocks = [
            self.chars.transform([text.chars for text, _ in pairs]),
            self.words.transform([words(text) for text, _ in pairs]),
            self.ideas.transform([self._ideas(pair) for pair in pairs]) * IDEA_WEIGHT,
        ]
        rows = sparse.hstack(blocks, format="csr")
        rows.sum_duplicates()  # in place, here: solvers in threads would do it at once on the shared matrix
        return rows

    def credit(self, exchange: Exchange, weights: np.ndarray) -> tuple[Text, np.ndarray]:
        """Share out what each feature adds to each head over the characters that it comes from.

        Args:
            exchange: one reply and the citizen's words.
            weights: (features, heads).

        Returns:
            The normalised reply and an array (characters, heads); exact for a linear model, except that features
            without a place in the text (its length, say) are left out.
        """
        [(text, citizen)] = texts([exchange])
        row = self._rows([(text, citizen)])
        value = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        credit = np.zeros((len(text.chars), weights.shape[1]))
        for index, spans in self._places(text, citizen):
            share = value.get(index, 0.0) / sum(end - start for start, end in spans) if spans else 0.0
            if share:
                gain = share * weights[index]
                for start, end in spans:
                    credit[start:end] += gain
        return text, credit

    def _places(self, text: Text, citizen: Text) -> list[tuple[int, list[tuple[int, int]]]]:
        places: dict[int, list[tuple[int, int]]] = {}
        known: dict[str, int] = self.chars.vocabulary_
        for size in range(CHAR_PIECES[0], CHAR_PIECES[1] + 1):
            for start in range(len(text.chars) - size + 1):
                index = known.get(text.chars[start : start + size])
                if index is not None:
                    places.setdefault(index, []).append((start, start + size))
        offset = len(known)
        known = self.words.vocabulary_
        pieces = [piece for piece in cut(text.chars) if piece[0].strip()]
        for size in range(WORD_RUNS[0], WORD_RUNS[1] + 1):
            for first in range(len(pieces) - size + 1):
                run = pieces[first : first + size]
                index = known.get(" ".join(word for word, _, _ in run))
                if index is not None:
                    places.setdefault(offset + index, []).append((run[0][1], run[-1][2]))
        offset += len(known)
        known = self.ideas.vocabulary_
        for name, feature in idea_features(text, citizen, self.lexicon).items():
            if name in known and feature.spans:
                places[offset + known[name]] = list(feature.spans)
        return list(places.items())

    def state(self) -> dict[str, Any]:
        """What has to be saved."""
        return {"chars": self.chars, "words": self.words, "ideas": self.ideas, "lexicon": self.lexicon.groups}

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Vectors:
        """Return what `state` described."""
        vectors = cls(Lexicon(state["lexicon"]))
        vectors.chars, vectors.words, vectors.ideas = state["chars"], state["words"], state["ideas"]
        return vectors
