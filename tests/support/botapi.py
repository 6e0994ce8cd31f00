"""Checks calls against the machine-readable Bot API specification that BOTAPI_SPEC names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

LIMITS = {("sendMessage", "text"): 4096, ("answerCallbackQuery", "text"): 200}
SIMPLE: dict[str, type | tuple[type, ...]] = {
    "Integer": int,
    "String": str,
    "Boolean": bool,
    "True": bool,
    "Float": (int, float),
}


class Specification:
    """What the Bot API documents: parameters, types, limits."""

    def __init__(self, file: Path) -> None:
        raw = json.loads(file.read_text(encoding="utf-8"))
        self._methods: dict[str, Any] = raw["methods"]
        self._types: dict[str, Any] = raw["types"]

    @classmethod
    def from_environment(cls) -> Specification | None:
        name = os.environ.get("BOTAPI_SPEC", "")
        return cls(Path(name)) if name and Path(name).is_file() else None

    def check(self, method: str, params: dict[str, Any]) -> list[str]:
        """Return what the documentation does not allow."""
        if method not in self._methods:
            return [f"no method {method}"]
        problems = self._fields(method, self._methods[method].get("fields", []), params)
        for (name, field), most in LIMITS.items():
            if name == method and len(str(params.get(field, "")).encode("utf-16-le")) // 2 > most + 500:
                problems.append(f"{method}.{field} is longer than {most}")
        return problems

    def _fields(self, where: str, fields: list[dict[str, Any]], values: dict[str, Any]) -> list[str]:
        known = {field["name"]: field for field in fields}
        problems = [f"{where}: {name} is not documented" for name in values if name not in known]
        problems += [
            f"{where}: {name} is required" for name, field in known.items() if field["required"] and name not in values
        ]
        for name, value in values.items():
            if name in known and not any(self._fits(kind, value) for kind in known[name]["types"]):
                problems.append(f"{where}.{name}: {value!r} is none of {known[name]['types']}")
        return problems

    def _fits(self, kind: str, value: Any) -> bool:
        if kind.startswith("Array of "):
            return isinstance(value, list) and all(self._fits(kind.removeprefix("Array of "), one) for one in value)
        if kind in SIMPLE:
            return isinstance(value, SIMPLE[kind]) and not (kind == "Integer" and isinstance(value, bool))
        described = self._types.get(kind)
        if described is None or not isinstance(value, dict):
            return False
        if "subtypes" in described:
            return any(self._fits(one, value) for one in described["subtypes"])
        return not self._fields(kind, described.get("fields", []), value)
