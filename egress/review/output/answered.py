"""What the formatters of `list` and `evaluate` are given: light to import, since each of their runs does."""

from dataclasses import dataclass, field

from egress.review.answer import Answer
from egress.review.matrix import Row


@dataclass(frozen=True, kw_only=True)
class Reviewed:
    """What was reviewed, and what a reader of its answers has to know."""

    environment: str = ""
    inputs: tuple[str, ...] = ()
    not_understood: tuple[str, ...] = ()
    changed_outside: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Listed:
    """The matrix, or what filters left of it."""

    rows: tuple[Row, ...]
    reviewed: Reviewed = field(default_factory=Reviewed)


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """The answer to one request, with every control on its way where that is asked."""

    source: str
    url: str
    answer: Answer
    explain: bool
    reviewed: Reviewed = field(default_factory=Reviewed)
