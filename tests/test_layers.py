"""The rooms and the arrows between them: imports, not prose."""

import ast
from pathlib import Path

import pytest

from tests.conftest import ROOT

PACKAGE = ROOT / "coachbot"
ROOMS = {"analysis", "coaching", "dialogue", "delivery", "storage", "channels"}
MAY_USE = {
    "analysis": set(),
    "coaching": set(),
    "storage": set(),
    "dialogue": {"analysis", "coaching"},
    "delivery": {"dialogue", "storage"},
    "channels": {"delivery", "dialogue"},
}
EXTRA = {
    ("coaching", "coachbot.analysis.labels"),
    ("storage", "coachbot.analysis.labels"),
    ("storage", "coachbot.coaching.progress"),
}
ONLY_HERE = {
    "telegram": ["channels/telegram.py"],
    "sqlalchemy": ["storage"],
    "alembic": ["storage"],
    "jieba": ["analysis/segment.py"],
    "rich": ["channels/terminal.py", "cli.py", "commands.py"],
}
FILES = sorted(PACKAGE.rglob("*.py"))


def imports(file: Path) -> list[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.append(node.module)
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_arrows_point_one_way(file: Path) -> None:
    room = file.relative_to(PACKAGE).parts[0]
    if room not in ROOMS:
        return
    for name in imports(file):
        parts = name.split(".")
        if parts[0] != "coachbot" or len(parts) < 2 or parts[1] == room:
            continue
        assert parts[1] in ROOMS, f"{room} must not know {name}"
        allowed = parts[1] in MAY_USE[room] or any(room == r and name.startswith(m) for r, m in EXTRA)
        assert allowed or any(r == room and m.startswith(name) for r, m in EXTRA), f"{room} must not import {name}"


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_libraries_stay_in_their_rooms(file: Path) -> None:
    place = str(file.relative_to(PACKAGE))
    for name in imports(file):
        for library, places in ONLY_HERE.items():
            if name.split(".")[0] == library:
                assert any(place.startswith(allowed) for allowed in places), f"{place} must not import {library}"


def test_only_the_wiring_knows_everybody() -> None:
    knows_all = [
        file.name
        for file in PACKAGE.glob("*.py")
        if {name.split(".")[1] for name in imports(file) if name.startswith("coachbot.")}
        >= {"analysis", "channels", "storage"}
    ]
    assert set(knows_all) <= {"app.py", "cli.py", "commands.py"}
