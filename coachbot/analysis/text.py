"""A reply as the machine reads it: normalised, yet every character still knows where it came from."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from opencc import OpenCC

from coachbot.analysis.labels import Span

_simplifier = OpenCC("t2s")
_POLITE = {"您": "你", "妳": "你"}


def is_han(char: str) -> bool:
    """Whether the character is a CJK ideograph."""
    return "\u4e00" <= char <= "\u9fff" or "\u3400" <= char <= "\u4dbf"


@lru_cache(maxsize=8192)
def _fold(char: str) -> str:
    """One character as the classifier shall see it: half-width, simplified, lower case; emoji and marks vanish."""
    out = []
    for one in unicodedata.normalize("NFKC", char):
        category = unicodedata.category(one)
        if one.isspace():
            out.append(" ")
        elif category in {"So", "Sk", "Cf", "Cs", "Co", "Cn", "Cc", "Mn", "Me"}:
            continue
        else:
            simple = _simplifier.convert(one) if is_han(one) else one.lower()
            out.append(_POLITE.get(simple, simple))
    return "".join(out)


@dataclass(frozen=True, slots=True)
class Text:
    """Normalised text; `origins[i]` is the code point of the original that character i came from."""

    original: str
    chars: str
    origins: tuple[int, ...]

    @classmethod
    def of(cls, original: str) -> Text:
        """Normalise: NFKC, simplified, 您 as 你 (it decides nothing), no emoji, no space beside a Han character."""
        chars: list[str] = []
        origins: list[int] = []
        for index, char in enumerate(original):
            for one in _fold(char):
                if one == " " and (not chars or chars[-1] == " "):
                    continue
                chars.append(one)
                origins.append(index)
        kept = [i for i, one in enumerate(chars) if one != " " or not _beside_han(chars, i)]
        return cls(original, "".join(chars[i] for i in kept), tuple(origins[i] for i in kept))

    def span(self, start: int, end: int) -> Span:
        """Return the span of the original that [start, end) of the normalised text came from."""
        return self.origins[start], self.origins[end - 1] + 1


def _beside_han(chars: list[str], i: int) -> bool:
    """Whether a space touches the edge, a Han character or a punctuation mark, where it means nothing."""
    if i in (0, len(chars) - 1):
        return True
    return not (chars[i - 1].isascii() and chars[i - 1].isalnum() and chars[i + 1].isascii() and chars[i + 1].isalnum())
