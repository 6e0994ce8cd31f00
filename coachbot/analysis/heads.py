"""Yes/no questions about a reply, all answered by one matrix product, with honest probabilities.

An ordinal dimension is two questions (is it at least 1, is it at least 2: Frank & Hall 2001, "A simple approach
to ordinal classification"), a style or a pitfall is one.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import sparse
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from coachbot.analysis.labels import HIGHEST, ORDINAL, PITFALLS, STYLES, Labels

HEADS: tuple[tuple[str, str], ...] = (
    *((name, f">={value}") for name in ORDINAL for value in range(1, HIGHEST + 1)),
    *(("disc", style) for style in STYLES),
    *(("pitfalls", pitfall) for pitfall in PITFALLS),
    ("scorable", "off_topic"),
)
INDEX = {head: number for number, head in enumerate(HEADS)}
OFF_TOPIC = INDEX["scorable", "off_topic"]
CERTAIN = 9.0
"""Log-odds of a head whose question the corpus always answered alike."""


def targets(labels: Sequence[Labels], *, off_topic: bool = False) -> np.ndarray:
    """Return the answers (replies, heads) as booleans."""
    rows = [
        [
            *(getattr(one, name) >= value for name in ORDINAL for value in range(1, HIGHEST + 1)),
            *(style in one.disc for style in STYLES),
            *(pitfall in one.pitfalls for pitfall in PITFALLS),
            off_topic,
        ]
        for one in labels
    ]
    return np.array(rows, dtype=bool).reshape(len(rows), len(HEADS))


def fit_head(matrix: sparse.csr_matrix, answers: np.ndarray, strength: float) -> tuple[np.ndarray, float]:
    """Fit one question; returns (weights, bias)."""
    if answers.all() or not answers.any():
        return np.zeros(matrix.shape[1]), CERTAIN if answers.all() else -CERTAIN
    model = LogisticRegression(C=strength, solver="liblinear", class_weight="balanced", random_state=0)
    model.fit(matrix, answers)
    return model.coef_[0], float(model.intercept_[0])


def platt(scores: np.ndarray, answers: np.ndarray) -> tuple[float, float]:
    """Slope and offset that turn raw scores into log-odds (Platt 1999); costs nothing when folded into weights."""
    if answers.all() or not answers.any():
        return 1.0, 0.0
    model = LogisticRegression(C=100.0).fit(scores.reshape(-1, 1), answers)
    slope = float(model.coef_[0, 0])
    return (slope, float(model.intercept_[0])) if slope > 0 else (1.0, 0.0)


def probabilities(logits: np.ndarray) -> np.ndarray:
    """Turn log-odds (replies, heads) into probabilities; "at least 2" is never likelier than "at least 1"."""
    chances: np.ndarray = expit(logits)
    for name in ORDINAL:
        low, high = INDEX[name, ">=1"], INDEX[name, ">=2"]
        chances[:, high] = np.minimum(chances[:, high], chances[:, low])
    return chances


def decide(chances: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Answer each question; (replies, heads) booleans, "at least 2" only where "at least 1"."""
    answers: np.ndarray = chances >= thresholds
    for name in ORDINAL:
        answers[:, INDEX[name, ">=2"]] &= answers[:, INDEX[name, ">=1"]]
    return answers


def to_labels(answers: np.ndarray) -> Labels:
    """Turn the answers for one reply into labels."""
    ordinal = {name: int(answers[INDEX[name, ">=1"]]) + int(answers[INDEX[name, ">=2"]]) for name in ORDINAL}
    return Labels(
        **ordinal,
        disc=tuple(style for style in STYLES if answers[INDEX["disc", style]]),
        pitfalls=tuple(pitfall for pitfall in PITFALLS if answers[INDEX["pitfalls", pitfall]]),
    )


def value_chances(chances: np.ndarray, name: str) -> np.ndarray:
    """Probability of each value 0, 1, 2 of one ordinal dimension: (replies, 3)."""
    low, high = chances[:, INDEX[name, ">=1"]], chances[:, INDEX[name, ">=2"]]
    return np.stack([1 - low, low - high, high], axis=1)
