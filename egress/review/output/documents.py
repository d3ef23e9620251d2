"""What a verb's formatters are given."""

from dataclasses import dataclass

from egress.review.answer import Answer
from egress.review.comparison import Comparison
from egress.review.findings.acceptance import Judged
from egress.review.judgement import Judgement
from egress.review.locations.locations import Places
from egress.review.matrix import Row


@dataclass(frozen=True, kw_only=True)
class Evaluated:
    """The answer to one request, with every control on its way where that is asked."""

    source: str
    url: str
    answer: Answer
    explain: bool


@dataclass(frozen=True, kw_only=True)
class Found:
    """The findings of one state, and where to show them."""

    judged: Judged
    places: Places


@dataclass(frozen=True, kw_only=True)
class ChangeReport:
    """What a change does: the cells that differ, and both states as they were judged."""

    comparison: Comparison
    base: Judgement
    head: Judgement


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the HTML report shows; `comparison` and `judged_before` are of a base."""

    origin: str
    rows: tuple[Row, ...]
    judged: Judged
    comparison: Comparison | None = None
    judged_before: Judged | None = None
