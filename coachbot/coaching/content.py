"""Content files: their types, and a loader whose errors name file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from coachbot.analysis.labels import Style

T = TypeVar("T")
Short = Annotated[str, Field(min_length=1, max_length=60)]


class ContentError(ValueError):
    """A content file that cannot be used; the text says where and how to mend it."""


class Part(BaseModel):
    """A piece of content: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Say(Part):
    """One ready sentence per dimension, offered as 可以这样说."""

    emotional_reaction: Short
    interpretation: Short
    exploration: Short | None = None
    next_step: Annotated[str, Field(min_length=1, max_length=80)]
    style: Short


class Scenario(Part):
    """A practice scene: a citizen, what they say, and what helps."""

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
    title: Annotated[str, Field(min_length=1, max_length=20)]
    field: Annotated[str, Field(min_length=1, max_length=12)]
    disc: Style
    difficulty: Literal[1, 2, 3]
    scene: Annotated[str, Field(min_length=10, max_length=200)]
    citizen: Annotated[str, Field(min_length=5, max_length=200)]
    cues: Annotated[tuple[str, ...], Field(min_length=1, max_length=5)]
    why: Annotated[str, Field(min_length=4, max_length=80)]
    feeling: Annotated[str, Field(min_length=2, max_length=24)]
    open: bool
    say: Say
    answer: Annotated[str, Field(min_length=20, max_length=300)]
    norm: str

    @model_validator(mode="after")
    def _check(self) -> Scenario:
        for cue in self.cues:
            if cue not in self.citizen:
                raise ValueError(f"cue 「{cue}」 does not stand in the citizen's words")
        if self.open and self.say.exploration is None:
            raise ValueError("an open scene needs say.exploration")
        return self


class _LineLoader(yaml.SafeLoader):
    """A safe loader that refuses a key given twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Build a mapping; a repeated key would silently lose the first value."""
        seen = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(None, None, f"{key!r} given twice", key_node.start_mark)
            seen.add(key)
        built: dict[Any, Any] = super().construct_mapping(node, deep)
        return built


def load_yaml(file: Path, kind: type[T] | Any) -> T:
    """Read and check one YAML file.

    Raises:
        ContentError: with file, line, the place in the content and what is wrong, one line per mistake.
    """
    try:
        source = file.read_text(encoding="utf-8-sig")
        loader = _LineLoader(source)
        try:
            node = loader.get_single_node()
            data = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except UnicodeDecodeError as error:
        raise ContentError(f"{file.name}: not UTF-8 text") from error
    except OSError as error:
        raise ContentError(f"{file.name}: cannot be read ({error.strerror})") from error
    except yaml.MarkedYAMLError as error:
        line = f":{error.problem_mark.line + 1}" if error.problem_mark else ""
        raise ContentError(f"{file.name}{line}: {error.problem or error.context}") from error
    try:
        checked: T = TypeAdapter(kind).validate_python(data)
    except ValidationError as error:
        problems = [
            f"{file.name}:{_line_of(node, problem['loc'])}: {_place(problem['loc'])}{problem['msg']}"
            for problem in error.errors()
        ]
        raise ContentError("\n".join(problems)) from error
    return checked


def _place(loc: tuple[int | str, ...]) -> str:
    return ".".join(map(str, loc)) + ": " if loc else ""


def _line_of(node: yaml.Node | None, loc: tuple[int | str, ...]) -> int:
    """Return the line (from 1) of the innermost node on the way that exists."""
    line = node.start_mark.line if node is not None else 0
    for step in loc:
        if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            match = [(key, value) for key, value in node.value if key.value == str(step)]
            if not match:
                break
            line, node = match[0][0].start_mark.line, match[0][1]
        else:
            break
    return line + 1


@dataclass(frozen=True)
class Library:
    """All practice scenes, by id."""

    scenarios: Mapping[str, Scenario]

    @classmethod
    def load(cls, folder: Path) -> Library:
        """Read `scenarios/*.yaml` below the folder; raises ContentError."""
        found: dict[str, Scenario] = {}
        for file in sorted((folder / "scenarios").glob("*.yaml")):
            scenarios: list[Scenario] = load_yaml(file, list[Scenario])
            for scenario in scenarios:
                if scenario.id in found:
                    raise ContentError(f"{file.name}: scene id {scenario.id!r} is given twice")
                found[scenario.id] = scenario
        if not found:
            raise ContentError(f"no scenes in {(folder / 'scenarios').name}/")
        return cls(found)

    def __iter__(self) -> Iterator[Scenario]:
        return iter(self.scenarios.values())
