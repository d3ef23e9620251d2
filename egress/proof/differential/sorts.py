"""The families over a base: what each changes, what it changes beside that, and what it asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from egress.proof.differential import changes, requests_asked
from egress.proof.differential.choice import Change
from egress.proof.differential.entry_changes import entries, reimported
from egress.proof.differential.http_changes import open_to_all
from egress.proof.differential.questions import Lines
from egress.proof.differential.service_changes import serviced
from egress.proof.differential.tls_changes import originated


@dataclass(frozen=True, kw_only=True)
class Sort:
    """One family over a base."""

    name: str
    base: str
    changes: Sequence[Change]
    beside: Mapping[Change, float] = field(default_factory=dict)
    """Changes without which the others show little: in how many of the cases they are made too."""
    lines: Lines | None = None
    """What it asks, some of it in each case; None for the same rows in every case."""


OF_OBJECTS = (
    Sort(name="tutorial", base="tutorial", changes=changes.CHANGES),
    Sort(
        name="http",
        base="tutorial",
        changes=changes.HTTP,
        beside={open_to_all: 0.5},
        lines=requests_asked.of_http,
    ),
    Sort(
        name="answers",
        base="tutorial",
        changes=changes.ANSWERS,
        beside={open_to_all: 0.6},
        lines=requests_asked.of_answers,
    ),
    Sort(name="network", base="tutorial", changes=changes.NETWORK, lines=requests_asked.of_network),
    Sort(
        name="entries",
        base="open",
        changes=changes.ENTRIES,
        beside={entries: 0.9, reimported: 0.8},
        lines=requests_asked.of_ports,
    ),
    Sort(
        name="tls",
        base="open",
        changes=changes.TLS,
        beside={originated: 0.9, reimported: 0.7},
        lines=requests_asked.of_tls,
    ),
    Sort(
        name="services",
        base="open",
        changes=changes.SERVICES,
        beside={serviced: 0.9, reimported: 0.8},
        lines=requests_asked.of_services,
    ),
    Sort(
        name="injection",
        base="open",
        changes=changes.INJECTION,
        beside={reimported: 0.4},
        lines=requests_asked.of_network,
    ),
    Sort(name="production", base="production", changes=changes.CHANGES),
    Sort(
        name="http-production",
        base="production",
        changes=changes.HTTP,
        beside={open_to_all: 0.5},
        lines=requests_asked.of_http,
    ),
    Sort(
        name="network-production",
        base="production",
        changes=changes.NETWORK,
        lines=requests_asked.of_network,
    ),
    Sort(
        name="entries-production",
        base="production",
        changes=changes.ENTRIES,
        beside={entries: 0.9, reimported: 0.8},
        lines=requests_asked.of_ports,
    ),
)
