"""The shipped corpus keeps its promises."""

import json
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from coachbot.analysis import corpus
from coachbot.analysis.labels import PITFALLS, STYLES, Labels
from coachbot.analysis.text import Text
from tests.conftest import ROOT

FILES = corpus.files_of([ROOT / "training_data" / "replies"])
RAW: list[dict[str, Any]] = [
    json.loads(line) for file in FILES for line in file.read_text(encoding="utf-8").splitlines() if line.strip()
]
TRAINING, LOCKED = corpus.load([ROOT / "training_data" / "replies"])
OFTEN = 0.01
"""A run of twelve characters in more than this share of all replies is a template, not a habit."""


def bare(reply: str) -> str:
    return "".join(c for c in Text.of(reply).chars if c.isalnum())


def test_there_is_enough_of_everything() -> None:
    everything = [*TRAINING, *LOCKED]
    assert len(everything) >= 7500
    assert len({row.scenario for row in everything}) >= 400 and len({row.writer for row in everything}) >= 25
    assert len({row.pair for row in everything if row.pair}) >= 800
    assert sum(row.labels.exploration == 1 for row in everything) >= 400
    assert sum(row.labels.emotional_reaction == 2 for row in everything) >= 900
    assert {row.exchange.citizen_disc for row in TRAINING} == set(STYLES)
    for citizen in STYLES:
        for style in STYLES:
            both = [row for row in TRAINING if row.exchange.citizen_disc == citizen and style in row.labels.disc]
            assert any(row.labels.pitfalls for row in both) and any(not row.labels.pitfalls for row in both)
    found = Counter(label for row in everything for label in (*row.labels.pitfalls, *row.labels.disc))
    assert all(found[pitfall] >= 500 for pitfall in PITFALLS)
    assert all(found[style] >= 900 for style in STYLES)


def test_the_locked_part_shares_no_scene_and_no_writer() -> None:
    assert LOCKED
    assert not {row.scenario for row in TRAINING} & {row.scenario for row in LOCKED}
    assert not {row.writer for row in TRAINING} & {row.writer for row in LOCKED}
    assert not {row.exchange.citizen for row in TRAINING} & {row.exchange.citizen for row in LOCKED}


def test_ids_are_unique_and_a_scene_has_one_citizen() -> None:
    assert len({raw["id"] for raw in RAW}) == len(RAW)
    said: dict[str, str] = {}
    for raw in RAW:
        assert said.setdefault(raw["scenario"], raw["citizen"]) == raw["citizen"]


def test_every_label_is_the_vote_of_at_least_two_annotators() -> None:
    for raw in RAW:
        votes = [Labels.from_dict(one["labels"]) for one in raw["annotations"]]
        names = [one["annotator"] for one in raw["annotations"]]
        assert len(votes) >= 2 and len(set(names)) == len(names)
        if len(set(votes)) == 1:
            assert Labels.from_dict(raw["labels"]) == votes[0]
        for name in ("disc", "pitfalls"):
            for label in raw["labels"][name]:
                assert sum(label in getattr(vote, name) for vote in votes) * 2 > len(votes)


def test_pairs_are_pairs() -> None:
    by_pair: dict[str, list[dict[str, Any]]] = {}
    for raw in RAW:
        if "pair" in raw:
            by_pair.setdefault(raw["pair"], []).append(raw)
    assert by_pair
    for name, members in by_pair.items():
        assert len(members) == 2, name
        assert members[0]["scenario"] == members[1]["scenario"] and members[0]["reply"] != members[1]["reply"], name


def test_no_reply_stands_twice() -> None:
    """Near-duplicates are allowed only as the two halves of a minimal pair."""
    seen: dict[str, str] = {}
    for raw in RAW:
        key = bare(raw["reply"])
        if len(key) > 6:
            assert key not in seen, (raw["id"], seen.get(key))
        seen[key] = raw["id"]


def test_near_duplicates_are_pairs() -> None:
    by_scene: dict[str, list[dict[str, Any]]] = {}
    for raw in RAW:
        by_scene.setdefault(raw["scenario"], []).append(raw)
    suspicious = []
    for members in by_scene.values():
        for i, one in enumerate(members):
            for other in members[i + 1 :]:
                if one.get("pair") is not None and one.get("pair") == other.get("pair"):
                    continue
                a, b = (_shingles(raw["reply"]) for raw in (one, other))
                if len(a) > 12 and len(b) > 12 and len(a & b) / min(len(a), len(b)) > 0.9:
                    suspicious.append((one["id"], other["id"]))
    assert len(suspicious) <= len(RAW) // 500, suspicious


def _shingles(reply: str) -> set[str]:
    return {a + b for a, b in pairwise(bare(reply))}


@pytest.mark.parametrize("length", [12, 8])
def test_no_phrase_is_a_template(length: int) -> None:
    runs = Counter(
        run
        for raw in RAW
        for run in {bare(raw["reply"])[i : i + length] for i in range(len(bare(raw["reply"])) - length + 1)}
    )
    allowed = OFTEN * len(RAW) * (3 if length == 8 else 1)
    assert not [(run, count) for run, count in runs.most_common(20) if count > allowed]
