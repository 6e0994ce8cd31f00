"""The trained model: where it lies, when it is stale, and how it is made."""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

from coachbot.analysis import corpus, segment, training
from coachbot.analysis.classifier import ModelError, ReplyClassifier
from coachbot.analysis.evaluation import Report, compare
from coachbot.analysis.features import Lexicon
from coachbot.analysis.training import HeldOut, Progress, Strays
from coachbot.coaching.content import ContentError, load_yaml
from coachbot.settings import PACKAGE, Settings

log = logging.getLogger(__name__)

STRAYS = ("on_topic", "off_topic")
LIBRARIES = ("scikit-learn", "numpy", "scipy", "jieba", "skops", "opencc-python-reimplemented")


@dataclass(frozen=True, slots=True)
class Trained:
    """A fresh classifier with its held-out figures: by scene, and on the locked part where there is one."""

    classifier: ReplyClassifier
    by_scene: Report | None
    locked: Report | None
    rows: int


class Models:
    """Finds, trains and keeps the classifier that belongs to the shipped (or edited) corpus."""

    def __init__(self, settings: Settings) -> None:
        self._intents = settings.folder("intents")
        self._data = settings.folder("training_data")
        self._home = settings.home
        segment.prepare(segment.words_of(self._data / "words.txt"), settings.home / "cache")

    @property
    def replies(self) -> Path:
        """The shipped corpus."""
        return self._data / "replies"

    @cached_property
    def key(self) -> str:
        """Hash of everything that decides what the model will be: corpus, word lists, code, libraries."""
        digest = hashlib.sha256()
        files = [
            *sorted(self.replies.rglob("*.jsonl")),
            *(self._data / f"{name}.txt" for name in ("words", *STRAYS)),
            self._intents / "lexicon.yaml", *sorted((PACKAGE / "analysis").glob("*.py")),
        ]  # fmt: skip
        for file in files:
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
        for library in LIBRARIES:
            digest.update(f"{library} {version(library)}\n".encode())
        return digest.hexdigest()[:16]

    @property
    def folder(self) -> Path:
        """Where the model of this corpus belongs."""
        return self._home / "models" / self.key

    def load(self) -> ReplyClassifier | None:
        """Return the kept model; None when it must be trained (a broken file is reported, not hidden)."""
        if not self.folder.is_dir():
            return None
        try:
            return ReplyClassifier.load(self.folder)
        except ModelError as error:
            log.warning("%s; it is trained again", error)
            return None

    def train(self, replies: Sequence[Path] | None, folder: Path | None, progress: Progress | None) -> Trained:
        """Train and keep a model.

        Args:
            replies: files or folders that replace the shipped corpus.
            folder: where to keep it; the place of this corpus when None.
            progress: called with (steps done, steps in all).

        Raises:
            ContentError: when the corpus or a word list cannot be used.
        """
        try:
            rows, locked = corpus.load(replies or [self.replies])
            if not rows and locked:
                rows, locked = locked, []
            strays = Strays(*(segment.words_of(self._data / f"{name}.txt") for name in STRAYS))
            classifier, held_out = training.fit(rows, strays, self.lexicon(), progress)
        except (ValueError, OSError) as error:
            raise ContentError(str(error)) from error
        trained = Trained(classifier, _by_scene(held_out), _locked(classifier, locked), len(rows))
        name = self.key if replies is None else f"custom {_digest(corpus.files_of(replies))}"
        about = {
            "model": name, "rows": len(rows), "locked_rows": len(locked),
            "held_out_by_scene": trained.by_scene.to_dict() if trained.by_scene else None,
            "locked": trained.locked.to_dict() if trained.locked else None,
        }  # fmt: skip
        classifier.save(folder or self.folder, about)
        return trained

    def lexicon(self) -> Lexicon:
        """Read the cue words; raises ContentError."""
        groups: dict[str, list[str | int]] = load_yaml(self._intents / "lexicon.yaml", dict[str, list[str | int]])
        return Lexicon(groups)


def name_of(folder: Path) -> str:
    """Return the name of the model in a folder, as attempts keep it."""
    try:
        return str(json.loads((folder / "about.json").read_text(encoding="utf-8"))["model"])
    except (OSError, ValueError, KeyError):
        return folder.name


def _digest(files: Sequence[Path]) -> str:
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:16]


def _by_scene(held_out: HeldOut) -> Report | None:
    return compare(held_out.truth, held_out.found) if held_out.found else None


def _locked(classifier: ReplyClassifier, rows: Sequence[corpus.Row]) -> Report | None:
    if not rows:
        return None
    return compare([row.labels for row in rows], classifier.predict([row.exchange for row in rows]))
