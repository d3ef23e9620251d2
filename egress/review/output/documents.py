"""What a verb's formatters are given."""

from dataclasses import dataclass, field

from egress.review.changes.change import Change
from egress.review.changes.difference import Differences
from egress.review.findings.acceptance import Judged
from egress.review.locations.changed_lines import Causes
from egress.review.locations.locations import Places
from egress.review.matrix import Row
from egress.review.output.answered import Reviewed
from egress.review.output.gist import Heading


@dataclass(frozen=True, kw_only=True)
class Found:
    """The findings of one state, and where to show them."""

    judged: Judged
    places: Places
    not_understood: tuple[str, ...] = ()
    environment: str | None = None
    """None where the input does not say whose it is."""


@dataclass(frozen=True, kw_only=True)
class Compared:
    """What `diff` shows: two states side by side, before findings."""

    found: Differences
    heading: Heading = field(default_factory=Heading)


@dataclass(frozen=True, kw_only=True)
class ChangeReport:
    """What a change does, and why a reviewer has to agree; nothing where nobody has to."""

    change: Change
    asks: tuple[str, ...]
    heading: Heading = field(default_factory=Heading)
    judges: tuple[str, ...] = ()
    """Files of the review itself that the change touches."""
    causes: Causes = field(default_factory=Causes)
    full_report: str = ""
    """Where the whole report is, as a link."""


@dataclass(frozen=True, kw_only=True)
class Page:
    """What the HTML report shows; `change` is since a base."""

    heading: Heading
    rows: tuple[Row, ...]
    judged: Judged
    change: Change | None = None
    reviewed: Reviewed = field(default_factory=Reviewed)
    causes: Causes = field(default_factory=Causes)
