"""How well labels agree: the same figures for the machine against people and for people among themselves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import f1_score

from coachbot.analysis.labels import HIGHEST, ORDINAL, PITFALLS, STYLES, Labels


@dataclass(frozen=True, slots=True)
class Report:
    """Agreement per dimension.

    `kappa` and `macro_f1` are keyed by dimension, `per_label` by style and pitfall. A figure that the data cannot
    give (one value only) is None.
    """

    count: int
    kappa: dict[str, float | None]
    macro_f1: dict[str, float | None]
    per_label: dict[str, dict[str, float | None]]

    def to_dict(self) -> dict[str, object]:
        """Return the figures for programs."""
        return {
            "count": self.count, "quadratic_weighted_kappa": self.kappa,
            "macro_f1": self.macro_f1, "per_label_f1": self.per_label,
        }  # fmt: skip


def weighted_kappa(table: np.ndarray) -> float:
    """Cohen's kappa with quadratic weights of a table of counts (values, values); 1.0 where nothing can differ."""
    values = np.arange(len(table))
    distance = np.subtract.outer(values, values) ** 2
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    by_chance = float((distance * expected).sum())
    return 1.0 - float((distance * table).sum()) / by_chance if by_chance else 1.0


def quadratic_weighted_kappa(truth: Sequence[int], found: Sequence[int]) -> float | None:
    """Kappa over the values 0, 1, 2; None when both sides know one value only."""
    if len(set(truth) | set(found)) < 2:
        return None
    table = np.zeros((HIGHEST + 1, HIGHEST + 1))
    np.add.at(table, (np.asarray(truth), np.asarray(found)), 1)
    return weighted_kappa(table)


def compare(truth: Sequence[Labels], found: Sequence[Labels]) -> Report:
    """Compare two labellings of the same replies; macro-F1 counts the labels that occur on either side."""
    kappa: dict[str, float | None] = {}
    macro: dict[str, float | None] = {}
    per_label: dict[str, dict[str, float | None]] = {}
    for name in ORDINAL:
        a, b = [getattr(one, name) for one in truth], [getattr(one, name) for one in found]
        kappa[name] = quadratic_weighted_kappa(a, b)
        values = sorted(set(a) | set(b))
        macro[name] = float(f1_score(a, b, average="macro", labels=values, zero_division=0)) if a else None
    for name, allowed in (("disc", STYLES), ("pitfalls", PITFALLS)):
        each: dict[str, float | None] = {}
        for label in allowed:
            a = [label in getattr(one, name) for one in truth]
            b = [label in getattr(one, name) for one in found]
            each[label] = float(f1_score(a, b, zero_division=0)) if any(a) or any(b) else None
        known = [value for value in each.values() if value is not None]
        per_label[name] = each
        macro[name] = sum(known) / len(known) if known else None
    return Report(len(truth), kappa, macro, per_label)
