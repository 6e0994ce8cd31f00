"""What comes in and what goes out, free of any messenger."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

CODE_VERSION = "1"


@dataclass(frozen=True, slots=True)
class Incoming:
    """One message of a person: words, a pressed button's code, or something the bot cannot read."""

    kind: Literal["text", "press", "other"]
    content: str = ""
    name: str = ""


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Piece(_Wire):
    """A run of text with one mark: bold, italic or quoted."""

    text: str
    mark: Literal["", "b", "i", "q"] = ""


class Button(_Wire):
    """A button: what the person reads, and the code that comes back (ASCII, at most 64 bytes)."""

    label: str
    code: str


class Reply(_Wire):
    """One outgoing message."""

    pieces: tuple[Piece, ...]
    buttons: tuple[tuple[Button, ...], ...] = ()

    @property
    def plain(self) -> str:
        """The text without marks."""
        return "".join(piece.text for piece in self.pieces)


def reply(*pieces: str | Piece, buttons: Iterable[Iterable[Button]] = ()) -> Reply:
    """Build a reply from strings and marked pieces."""
    whole = tuple(piece if isinstance(piece, Piece) else Piece(text=piece) for piece in pieces)
    return Reply(pieces=whole, buttons=tuple(tuple(row) for row in buttons))


def bold(text: str) -> Piece:
    """Marked as bold."""
    return Piece(text=text, mark="b")


def quoted(text: str) -> Piece:
    """Marked as somebody's words."""
    return Piece(text=text, mark="q")


def code(action: str, *arguments: object) -> str:
    """Build a button code: version, action, arguments."""
    return ".".join([CODE_VERSION, action, *map(str, arguments)])


def parse_code(raw: str) -> tuple[str, list[str]] | None:
    """Split a button code; None when it is of another version or no code at all."""
    version, *rest = raw.split(".")
    return (rest[0], rest[1:]) if version == CODE_VERSION and rest else None
