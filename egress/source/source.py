"""A YAML file as data, with the line of each of its keys and items."""

from dataclasses import dataclass, field
from typing import Any

from egress.source.problem import Path, Problem, Unquoted
from egress.source.scalars import Scalar

Value = Scalar | list[Any] | dict[str, Any]


@dataclass
class Source:
    """One file's data, what is wrong with it as YAML, and the line of each value."""

    file: str
    data: Value = None
    problems: list[Problem] = field(default_factory=list)
    lines: dict[Path, int] = field(default_factory=dict)
    texts: dict[Path, str] = field(default_factory=dict)
    """Unquoted scalars that are not text, as the file has them: `1.30` is not the number 1.3."""
    dates: frozenset[str] = frozenset()
    """Keys whose unquoted value is a date: it is kept as text, and their model says which dates there are."""
    overrides: dict[Path, str] = field(default_factory=dict)
    """The places whose value the environment gave, with the variable's name."""

    def problem(self, path: Path, message: str, value: object = None) -> Problem:
        """A problem at a place of this file; without a value, it shows the scalar at that place."""
        for length in range(len(path), 0, -1):
            if path[:length] in self.overrides:
                file, line = f"environment {self.overrides[path[:length]]}", None
                break
        else:
            file, line = self.file, self.line(path)
        if value is None:
            standing = Unquoted(self.texts[path]) if path in self.texts else self.at(path)
            value = None if isinstance(standing, list | dict) else standing
        return Problem(file=file, line=line, path=path, value=value, message=message)

    def line(self, path: Path) -> int | None:
        """The line of a place, or of the nearest one around it that is written in the file."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return None

    def has(self, path: Path) -> bool:
        """Whether the file has anything at a place, even only a key."""
        holder = self.at(path[:-1])
        return isinstance(holder, dict) and path[-1] in holder

    def at(self, path: Path) -> Value:
        """The value at a place; None where there is nothing."""
        value: Any = self.data
        for part in path:
            try:
                value = value[part]
            except (KeyError, IndexError, TypeError):
                return None
        return value  # type: ignore[no-any-return]
