"""A problem as data: its kind is documented once, its instance names objects and cells."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from egress.review.cell import Cell
from egress.review.locations.location import Place

if TYPE_CHECKING:
    from egress.review.findings.evidence import Evidence


class Level(StrEnum):
    """How much it matters, in SARIF's words."""

    ERROR = "error"
    """A way around the platform, or a policy that says one thing and does another."""
    WARNING = "warning"
    NOTE = "note"


def at_least(levels: Iterable[Level], threshold: Level) -> bool:
    """True where one of some levels is the threshold or worse."""
    order = list(Level)
    return any(order.index(level) <= order.index(threshold) for level in levels)


class Family(StrEnum):
    """What sort of problem it is."""

    WAY_AROUND = "way around"
    DEAD_POLICY = "dead or contradictory policy"
    EXPOSURE = "exposure"
    ACCEPTANCE = "acceptance"
    GUARD = "weakened guard"


@dataclass(frozen=True, kw_only=True)
class Kind:
    """A sort of finding. `message` is a template over an instance's facts; docs/findings/<code>.md explains it."""

    code: str
    name: str
    family: Family
    level: Level
    message: str
    fix: str

    @property
    def page(self) -> str:
        """Its page in the repository."""
        return f"docs/findings/{self.code}.md"


@dataclass(frozen=True, slots=True)
class Field:
    """A value in the spec of an object that causes a finding; positions in lists are left out of its keys."""

    keys: tuple[str, ...]
    value: str


@dataclass(frozen=True, kw_only=True)
class Subjects:
    """What a finding is about, as data: locations are found from it and never from a message."""

    hosts: tuple[str, ...] = ()
    identities: tuple[str, ...] = ()
    """NAMESPACE/WORKLOAD, or NAMESPACE/sa/ACCOUNT."""
    namespaces: tuple[str, ...] = ()
    fields: tuple[Field, ...] = ()
    """The fields to change, the most telling first."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One instance: the facts its message names, what it is about, the objects that cause it, the cells it spoils."""

    kind: Kind
    facts: Mapping[str, str] = field(default_factory=dict)
    about: Subjects = Subjects()
    addresses: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    place: Place | None = None
    """Where it stands, for one that was found in a file of its own; locations/ finds the others'."""

    @property
    def message(self) -> str:
        """The message with its facts."""
        return self.kind.message.format(**self.facts)

    @property
    def subject(self) -> str:
        """What an acceptance names: stable against renamed Terraform resources."""
        return self.facts.get("subject", "")


Find = Callable[["Evidence"], Iterable[Finding]]


@dataclass(frozen=True, kw_only=True)
class Analyzer:
    """A kind and the function that finds its instances."""

    kind: Kind
    find: Find


def some(items: Iterable[str], limit: int = 3) -> str:
    """A few of several names, and how many more."""
    listed = list(dict.fromkeys(items))
    rest = len(listed) - limit
    return ", ".join(listed[:limit]) + (f" and {rest} more" if rest > 0 else "")
