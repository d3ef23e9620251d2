"""A problem of the configuration, and the error that carries all of them."""

from collections.abc import Iterable
from dataclasses import dataclass

Path = tuple[str | int, ...]
"""Where in a file: keys and list positions, outermost first."""

_SHOWN = 80
"""How many characters of a value a message repeats."""


class Unquoted(str):
    """A scalar that is not text, as the file has it."""

    __slots__ = ()


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One mistake: where it is, what is written there, what is wrong with it and how to fix it."""

    file: str
    """The file as the user would open it, or `environment NAME`."""
    line: int | None = None
    """The line in it, from 1; None for the file as a whole and for the environment."""
    path: Path = ()
    """The place in the file's tree; empty for the file as a whole."""
    value: object = None
    """The scalar at the place; None for a list, a mapping or nothing."""
    message: str
    """What is wrong, and the fix."""

    def __str__(self) -> str:
        """`FILE:LINE: PATH: VALUE: MESSAGE`, one line, without the parts that do not apply."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        parts = [place, show_path(self.path), "" if self.value is None else show(self.value), self.message]
        return ": ".join(part for part in parts if part)


class ConfigurationError(Exception):
    """Every problem of a configuration, sorted by file and line; nothing was built from it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        """One line for each problem, then their number."""
        count = len(self.problems)
        summary = (
            f"{count} {'problem' if count == 1 else 'problems'} in the configuration; nothing was written."
        )
        return "\n".join([*(str(problem) for problem in self.problems), summary])


def show_path(path: Path) -> str:
    """A path as text: `grants[0].to`, `destinations.example.com.https`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            shown = part if part.isprintable() and part and " " not in part else show(part)
            text += f".{shown}" if text else shown
    return text


def show(value: object) -> str:
    """A scalar as one line: text in quotes with its invisible characters spelled out, shortened."""
    if isinstance(value, Unquoted):
        return str(value)
    text = ascii(value) if isinstance(value, str) and not value.isprintable() else repr(value)
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 4]}...{text[-1]}"
