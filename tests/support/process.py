"""The real `coachbot` as a process."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.fake_telegram import TOKEN


def environment(home: Path, **more: str) -> dict[str, str]:
    """A clean environment with the given data folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COACHBOT_")}
    return kept | {"COACHBOT_HOME": str(home)} | more


def coachbot(
    home: Path, *arguments: str, stdin: bytes = b"", cwd: Path | None = None, **more: str
) -> subprocess.CompletedProcess[bytes]:
    """Run one command to its end."""
    return subprocess.run(
        [sys.executable, "-m", "coachbot", *arguments],
        input=stdin, capture_output=True, env=environment(home, **more), cwd=cwd, timeout=300, check=False,
    )  # fmt: skip


def start_bot(home: Path, url: str, log: Path) -> subprocess.Popen[bytes]:
    """Start `coachbot bot` against a fake messenger."""
    with log.open("ab") as err:
        return subprocess.Popen(
            [sys.executable, "-m", "coachbot", "bot"], stdout=err, stderr=err,
            env=environment(home, COACHBOT_TELEGRAM_TOKEN=TOKEN, COACHBOT_TELEGRAM_API_URL=url),
        )  # fmt: skip
