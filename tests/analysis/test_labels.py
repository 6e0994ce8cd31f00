"""The codebook as types, and the files that carry it."""

import json
from pathlib import Path

import pytest

from coachbot.analysis.corpus import BadRow, files_of, load, read
from coachbot.analysis.labels import Labels

RAW = {
    "emotional_reaction": 1, "interpretation": 0, "exploration": 2, "next_step": 0,
    "disc": ["S", "D"], "pitfalls": ["cold"],
}  # fmt: skip


def test_json_and_back_in_the_codebooks_order() -> None:
    assert Labels.from_dict(RAW).to_dict() == RAW | {"disc": ["D", "S"]}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"emotional_reaction": 3}, "emotional_reaction"),
        ({"emotional_reaction": True}, "emotional_reaction"),
        ({"emotional_reaction": "1"}, "emotional_reaction"),
        ({"disc": ["X"]}, "disc"),
        ({"disc": "D"}, "disc"),
        ({"pitfalls": ["rude"]}, "pitfalls"),
        ({"warmth": 1}, "warmth"),
    ],
)
def test_illegal_values_are_named(change: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Labels.from_dict(RAW | change)


def test_missing_keys_are_named() -> None:
    with pytest.raises(ValueError, match="pitfalls missing"):
        Labels.from_dict({name: value for name, value in RAW.items() if name != "pitfalls"})


def test_a_bad_row_names_file_and_line(tmp_path: Path) -> None:
    good = json.dumps({"id": "1", "reply": "好", "labels": RAW})
    file = tmp_path / "a.jsonl"
    file.write_text(f"{good}\n\n{{broken\n", encoding="utf-8")
    with pytest.raises(BadRow, match=r"a\.jsonl, line 3: not JSON"):
        list(read(file))


def test_locked_files_are_kept_apart(tmp_path: Path) -> None:
    good = json.dumps({"id": "1", "reply": "好", "labels": RAW})
    (tmp_path / "w1.jsonl").write_text(good, encoding="utf-8")
    (tmp_path / "locked-w2.jsonl").write_text(good, encoding="utf-8")
    training, locked = load([tmp_path])
    assert len(training) == len(locked) == 1


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        files_of([tmp_path / "nowhere"])
