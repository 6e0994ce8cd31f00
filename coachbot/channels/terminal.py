"""The terminal: a trainee practises with no token. Buttons are numbered choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.console import Console
from rich.text import Text

from coachbot.dialogue.messages import Button, Incoming, Reply

STYLES = {"": "", "b": "bold cyan", "i": "italic", "q": "green"}


class TerminalChannel:
    """Prints replies; a number presses the button with that number of the newest keyboard."""

    def __init__(self, console: Console, person: str, *, plain: bool) -> None:
        self.name = f"terminal/{person}"  # two terminals on one database must not speak each other's answers
        self._console = console
        self._plain = plain
        self._choices: list[Button] = []
        self._sent = 0

    def offer(self, rows: Sequence[Sequence[Button]]) -> None:
        """Make these the newest keyboard."""
        self._choices = [button for row in rows for button in row] or self._choices

    def read(self, line: str) -> dict[str, str]:
        """Turn a typed line into a raw message."""
        said = line.strip()
        if said.isascii() and said.isdigit() and len(said) < 4 and 1 <= int(said) <= len(self._choices):
            return {"kind": "press", "content": self._choices[int(said) - 1].code}
        return {"kind": "text", "content": line}

    def parse(self, raw: Mapping[str, Any]) -> tuple[str, Incoming] | None:
        """Return who said what."""
        return str(raw["person"]), Incoming(raw["kind"], str(raw["content"]), str(raw["person"]))

    async def send(self, address: str, reply: Reply) -> str:  # noqa: ARG002 - one terminal is one person
        """Print a reply and its numbered choices."""
        self.offer(reply.buttons)
        choices = [button for row in reply.buttons for button in row]
        numbered = "  ".join(f"[{number}] {button.label}" for number, button in enumerate(choices, start=1))
        if self._plain:
            text = "".join(f"「{p.text}」" if p.mark == "q" else p.text for p in reply.pieces)
            self._console.file.write(text + ("\n" + numbered if numbered else "") + "\n\n")
            self._console.file.flush()
        else:
            whole = Text()
            for piece in reply.pieces:
                whole.append(piece.text, STYLES[piece.mark])
            if numbered:
                whole.append("\n" + numbered, "yellow")
            self._console.print(whole)
            self._console.print()
        self._sent += 1
        return str(self._sent)
