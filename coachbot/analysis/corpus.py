"""Labelled replies: reading them, checking them, splitting them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coachbot.analysis.labels import STYLES, Exchange, Labels

LOCKED = "locked-"
"""Files with this prefix are looked at only to report: scenes and writers of their own."""


class BadRow(ValueError):
    """One line of a JSONL file that cannot be used; says where and why."""

    def __init__(self, line: int, why: str, file: str = "") -> None:
        super().__init__(f"{file + ', ' if file else ''}line {line}: {why}")
        self.line = line
        self.why = why


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled reply of the corpus."""

    id: str
    exchange: Exchange
    labels: Labels
    scenario: str
    writer: str
    pair: str | None = None


def parse_exchange(raw: object) -> Exchange:
    """Read `reply`, `citizen` and `citizen_disc` of one JSON object; raises ValueError with the reason."""
    if not isinstance(raw, dict):
        raise ValueError("not a JSON object")
    if "reply" not in raw:
        raise ValueError("reply is missing")
    reply, citizen, disc = raw["reply"], raw.get("citizen"), raw.get("citizen_disc")
    if not isinstance(reply, str):
        raise ValueError("reply must be a string")
    if citizen is not None and not isinstance(citizen, str):
        raise ValueError("citizen must be a string")
    if disc is not None and disc not in STYLES:
        raise ValueError(f"citizen_disc must be one of {', '.join(STYLES)}, not {disc!r}")
    return Exchange(reply=reply, citizen=citizen or "", citizen_disc=disc)


def parse_row(raw: Any) -> Row:
    """Read one labelled row; raises ValueError with the reason."""
    exchange = parse_exchange(raw)
    if "labels" not in raw:
        raise ValueError("labels is missing")
    labels = Labels.from_dict(raw["labels"])
    scenario = str(raw.get("scenario") or exchange.citizen or raw.get("id", ""))
    pair = raw.get("pair")
    return Row(
        id=str(raw.get("id", "")),
        exchange=exchange,
        labels=labels,
        scenario=scenario,
        writer=str(raw.get("writer") or ""),
        pair=None if pair is None else str(pair),
    )


def parse_json(line: str) -> Any:
    """Parse one line of JSONL; raises ValueError with the reason in plain words."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON ({error.msg} at column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def read(path: Path) -> Iterator[Row]:
    """Read a labelled JSONL file; raises BadRow that names file and line."""
    with path.open(encoding="utf-8-sig") as lines:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                yield parse_row(parse_json(line))
            except ValueError as error:
                raise BadRow(number, str(error), path.name) from error


def files_of(paths: Iterable[Path]) -> list[Path]:
    """Expand folders into their .jsonl files, sorted; raises FileNotFoundError for a path that is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(path.rglob("*.jsonl"))
            if not inside:
                raise FileNotFoundError(f"no .jsonl file in {path}")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise FileNotFoundError(f"no such file: {path}")
    return found


def load(paths: Iterable[Path]) -> tuple[list[Row], list[Row]]:
    """Read rows for training and, apart, the locked ones (of files whose name begins with `locked-`)."""
    training: list[Row] = []
    locked: list[Row] = []
    for file in files_of(paths):
        (locked if file.name.startswith(LOCKED) else training).extend(read(file))
    return training, locked
