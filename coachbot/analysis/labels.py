"""The codebook as types: what a label on a reply may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Style = Literal["D", "I", "S", "C"]

ORDINAL = ("emotional_reaction", "interpretation", "exploration", "next_step")
STYLES: tuple[Style, ...] = ("D", "I", "S", "C")
PITFALLS = ("deflecting", "blaming", "cold", "impatient", "preaching", "overpromising")
DIMENSIONS = (*ORDINAL, "disc", "pitfalls")
HIGHEST = 2

Span = tuple[int, int]
"""[start, end) in code points of the reply."""


@dataclass(frozen=True, slots=True)
class Labels:
    """What one reply says. Ordinals are 0, 1 or 2; sets keep the codebook's order."""

    emotional_reaction: int = 0
    interpretation: int = 0
    exploration: int = 0
    next_step: int = 0
    disc: tuple[Style, ...] = ()
    pitfalls: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ORDINAL:
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= HIGHEST:
                raise ValueError(f"{name} must be 0, 1 or 2, not {value!r}")
        for name, allowed in (("disc", STYLES), ("pitfalls", PITFALLS)):
            values = getattr(self, name)
            if not isinstance(values, (list, tuple)):
                raise ValueError(f"{name} must be a list, not {values!r}")
            for value in values:
                if value not in allowed:
                    raise ValueError(f"{name}: {value!r} is none of {', '.join(allowed)}")
            object.__setattr__(self, name, tuple(one for one in allowed if one in values))

    @classmethod
    def from_dict(cls, raw: Mapping[str, object]) -> Labels:
        """Read the codebook's JSON form; raises ValueError that names the first illegal key or value."""
        if not isinstance(raw, Mapping):
            raise ValueError("labels must be an object")
        missing = [name for name in DIMENSIONS if name not in raw]
        if missing:
            raise ValueError(f"labels: {', '.join(missing)} missing")
        unknown = [name for name in raw if name not in DIMENSIONS]
        if unknown:
            raise ValueError(f"labels: {', '.join(map(str, unknown))} unknown")
        return cls(**dict(raw))  # type: ignore[arg-type]  # checked in __post_init__

    def to_dict(self) -> dict[str, object]:
        """Return the codebook's JSON form."""
        ordinals: dict[str, object] = {name: getattr(self, name) for name in ORDINAL}
        return ordinals | {"disc": list(self.disc), "pitfalls": list(self.pitfalls)}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A reply together with what the citizen had just said."""

    reply: str
    citizen: str = ""
    citizen_disc: Style | None = None


@dataclass(frozen=True, slots=True)
class Confidence:
    """Calibrated probabilities: of the given value per ordinal dimension, of presence per style and pitfall."""

    ordinal: Mapping[str, float]
    disc: Mapping[str, float]
    pitfalls: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The words that decided, as spans in the reply."""

    ordinal: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    disc: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)
    pitfalls: Mapping[str, tuple[Span, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything that the analysis says about one reply."""

    labels: Labels
    confidence: Confidence
    abstain: tuple[str, ...]
    evidence: Evidence
    unscorable: str | None = None
    """Why the reply cannot be scored (a key of `scorable.Reason`), or None when it can."""

    @property
    def scorable(self) -> bool:
        """Whether the reply may be scored."""
        return self.unscorable is None

    def fit(self, citizen_disc: Style | None) -> bool | None:
        """Whether the reply's style is the citizen's; None when the citizen's type is not known."""
        return None if citizen_disc is None else citizen_disc in self.labels.disc
