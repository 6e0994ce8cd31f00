"""From exchanges to one sparse matrix: character pieces, words, and the codebook's ideas side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse
from sklearn.feature_extraction import DictVectorizer
from sklearn.feature_extraction.text import TfidfVectorizer

from coachbot.analysis.features import Feature, Lexicon, idea_features, words
from coachbot.analysis.labels import Exchange
from coachbot.analysis.segment import cut
from coachbot.analysis.text import Text

CHAR_PIECES = (1, 4)
WORD_RUNS = (1, 2)
SPACED = r"(?u)\S+"
RARE = 3
"""Pieces that occur in fewer replies are left out: they tell who wrote, not what is said."""
IDEA_WEIGHT = 0.15
"""Ideas are not length-normalised as text pieces are; this keeps the two in balance (chosen by grouped CV)."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One exchange, read once however often it is turned into a row."""

    text: Text
    citizen: Text
    words: str
    ideas: dict[str, Feature]

    @property
    def values(self) -> dict[str, float]:
        """The ideas' values."""
        return {name: feature.value for name, feature in self.ideas.items()}


class Vectors:
    """Turns readings into rows of features; the same three blocks in fit, predict and explain."""

    def __init__(self, lexicon: Lexicon) -> None:
        self.lexicon = lexicon
        options = {"min_df": RARE, "sublinear_tf": True, "lowercase": False, "dtype": np.float32}
        self.chars = TfidfVectorizer(analyzer="char", ngram_range=CHAR_PIECES, **options)
        self.words = TfidfVectorizer(token_pattern=SPACED, ngram_range=WORD_RUNS, **options)
        self.ideas = DictVectorizer(dtype=np.float32)

    def read(self, exchanges: Sequence[Exchange]) -> list[Reading]:
        """Normalise, cut into words and look for the codebook's ideas."""
        readings = []
        for exchange in exchanges:
            text, citizen = Text.of(exchange.reply), Text.of(exchange.citizen)
            readings.append(Reading(text, citizen, words(text), idea_features(text, citizen, self.lexicon)))
        return readings

    def fit(self, readings: Sequence[Reading]) -> Vectors:
        """Learn the vocabulary."""
        self.chars.fit(["", *["空"] * RARE, *(one.text.chars for one in readings)])  # never an empty vocabulary
        self.words.fit(["", *["空"] * RARE, *(one.words for one in readings)])
        self.ideas.fit([{"shape:bias": 1.0}, *(one.values for one in readings)])
        return self

    def rows(self, readings: Sequence[Reading]) -> sparse.csr_matrix:
        """Return the matrix, one row a reading."""
        blocks = [
            self.chars.transform([one.text.chars for one in readings]),
            self.words.transform([one.words for one in readings]),
            self.ideas.transform([one.values for one in readings]) * np.float32(IDEA_WEIGHT),
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
        [reading] = self.read([exchange])
        row = self.rows([reading])
        value = dict(zip(row.indices.tolist(), row.data.tolist(), strict=True))
        credit = np.zeros((len(reading.text.chars), weights.shape[1]))
        for index, spans in self._places(reading):
            share = value.get(index, 0.0) / sum(end - start for start, end in spans) if spans else 0.0
            if share:
                gain = share * weights[index]
                for start, end in spans:
                    credit[start:end] += gain
        return reading.text, credit

    def _places(self, reading: Reading) -> list[tuple[int, list[tuple[int, int]]]]:
        text = reading.text
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
        for name, feature in reading.ideas.items():
            if name in known and feature.spans:
                places[offset + known[name]] = list(feature.spans)
        return list(places.items())

    def state(self) -> dict[str, Any]:
        """What has to be saved: plain arrays, because a tree of objects takes seconds to read."""
        return {
            "chars": _terms(self.chars.vocabulary_), "chars_idf": self.chars.idf_,
            "words": _terms(self.words.vocabulary_), "words_idf": self.words.idf_,
            "ideas": np.array(self.ideas.feature_names_), "lexicon": self.lexicon.groups,
        }  # fmt: skip

    @classmethod
    def restore(cls, state: dict[str, Any]) -> Vectors:
        """Return what `state` described."""
        vectors = cls(Lexicon(state["lexicon"]))
        for name, vectorizer in (("chars", vectors.chars), ("words", vectors.words)):
            vectorizer.vocabulary = {term: index for index, term in enumerate(state[name].tolist())}
            vectorizer.idf_ = state[f"{name}_idf"]
        vectors.ideas.feature_names_ = state["ideas"].tolist()
        vectors.ideas.vocabulary_ = {name: index for index, name in enumerate(vectors.ideas.feature_names_)}
        return vectors


def _terms(vocabulary: dict[str, int]) -> np.ndarray:
    return np.array(sorted(vocabulary, key=vocabulary.__getitem__))
