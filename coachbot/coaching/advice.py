"""What the coach can say about a label: the families of `intents/`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, field_validator

from coachbot.analysis.labels import ORDINAL, PITFALLS, STYLES, Span
from coachbot.coaching.content import ContentError, Part, load_yaml
from coachbot.coaching.rubric import Rubric


class Change(Part):
    """What to do differently, and why."""

    do: str
    why: str


class Dimension(Part):
    """An ordinal dimension: praise and change are keyed by the value a reply has."""

    name: str
    definition: str
    praise: Mapping[int, str]
    change: Mapping[int, Change]
    norm: str


class StyleAdvice(Part):
    """A DISC style."""

    name: str
    looks: str
    speak: str
    praise: str
    change: Change


class Disc(Part):
    """The family `disc`."""

    note: str
    styles: Mapping[str, StyleAdvice]


class Pitfall(Part):
    """A pitfall; a better way to say it comes from the scene."""

    name: str
    do: str
    why: str
    norm: str


class Phrase(Pitfall):
    """A forbidden phrase, found by patterns and not by the classifier; `spare` patterns are harmless neighbours."""

    say: str
    patterns: tuple[str, ...] = Field(min_length=1)
    spare: tuple[str, ...] = ()

    @field_validator("patterns", "spare")
    @classmethod
    def _compiles(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in patterns:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern!r} is no regular expression ({error})") from error
        return patterns

    def find(self, reply: str) -> tuple[Span, ...]:
        """Where the phrase stands in the reply."""
        spared = [m.span() for pattern in self.spare for m in re.finditer(pattern, reply)]
        hits = (m.span() for pattern in self.patterns for m in re.finditer(pattern, reply))
        return tuple(sorted({hit for hit in hits if not any(hit[0] < end and start < hit[1] for start, end in spared)}))


class _Pitfalls(Part):
    pitfalls: Mapping[str, Pitfall]
    phrases: Mapping[str, Phrase]


class Advice(Part):
    """All families together."""

    dimensions: Mapping[str, Dimension]
    disc: Disc
    pitfalls: Mapping[str, Pitfall]
    phrases: Mapping[str, Phrase]
    norms: Mapping[str, str]
    rubric: Rubric

    @classmethod
    def load(cls, folder: Path) -> Advice:
        """Read the families below the folder; raises ContentError."""
        negative: _Pitfalls = load_yaml(folder / "pitfalls.yaml", _Pitfalls)
        advice = cls(
            dimensions=load_yaml(folder / "empathy.yaml", dict[str, Dimension]),
            disc=load_yaml(folder / "disc.yaml", Disc),
            pitfalls=negative.pitfalls,
            phrases=negative.phrases,
            norms=load_yaml(folder / "norms.yaml", dict[str, str]),
            rubric=load_yaml(folder / "rubric.yaml", Rubric),
        )
        advice.check()
        return advice

    def check(self) -> None:
        """Every label has its advice, every norm its sentence; raises ContentError."""
        for file, have, need in (
            ("empathy.yaml", self.dimensions, ORDINAL),
            ("disc.yaml", self.disc.styles, STYLES),
            ("pitfalls.yaml", self.pitfalls, PITFALLS),
        ):
            if set(have) != set(need):
                raise ContentError(f"{file}: needs exactly {', '.join(need)}")
        cited = {one.norm for one in self.dimensions.values()}
        cited |= {one.norm for one in (*self.pitfalls.values(), *self.phrases.values())}
        if missing := sorted(cited - set(self.norms)):
            raise ContentError(f"norms.yaml: {', '.join(missing)} cited and missing")

    def phrases_in(self, reply: str) -> dict[str, tuple[Span, ...]]:
        """Forbidden phrases in the reply, with their places."""
        found = {name: phrase.find(reply) for name, phrase in self.phrases.items()}
        return {name: spans for name, spans in found.items() if spans}
