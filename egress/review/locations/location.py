"""Where something stands: a file and a line of it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Place:
    """A line, from 1, of a file as `relative` names it."""

    file: str
    line: int = 1

    def __str__(self) -> str:
        """`FILE:LINE`, which editors and terminals open."""
        return f"{self.file}:{self.line}"


def relative(file: Path) -> str:
    """A file as code hosting names it: from the current folder on, with slashes; in full where it is not below."""
    whole = file.absolute()
    return (whole.relative_to(Path.cwd()) if whole.is_relative_to(Path.cwd()) else whole).as_posix()
