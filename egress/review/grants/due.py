"""What of an environment ends, and when: grants, acceptances, and the support of its Istio."""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from egress.checks.folder import TEAMS
from egress.config.configuration import Configuration
from egress.config.istio_releases import minor_of
from egress.config.team import Grant
from egress.review.errors import ReviewError
from egress.review.findings.acceptance_file import read_acceptances
from egress.review.findings.registry import ACCEPTABLE
from egress.review.why.folder import Folder

ACCEPTED = "accepted.yaml"
_SPAN = re.compile(r"([0-9]{1,4})([dw])")
_DAYS = {"d": 1, "w": 7}


@dataclass(frozen=True, kw_only=True)
class LastDay:
    """One thing that ends."""

    until: datetime.date
    """The last day on which it counts."""
    sort: str
    """`grant`, `acceptance` or `Istio`."""
    what: str
    place: str
    """FILE:LINE."""
    owner: str = ""
    ticket: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class Due:
    """What has ended and what ends within a span, the earliest first."""

    environment: str
    today: datetime.date
    within: int
    """Days."""
    endings: tuple[LastDay, ...]


def days(span: str) -> int:
    """Days of `14d` or `2w`. Raises ReviewError."""
    found = _SPAN.fullmatch(span)
    if found is None:
        raise ReviewError(f"--within {span}: must be days or weeks, for example 14d or 2w")
    return int(found[1]) * _DAYS[found[2]]


def due(folder: Folder, within: int) -> Due:
    """What has ended, and what ends within some days. Raises ReviewError for a faulty accepted.yaml."""
    last = folder.day + datetime.timedelta(days=within)
    found = [each for each in endings(folder) if each.until <= last]
    return Due(
        environment=folder.path.name,
        today=folder.day,
        within=within,
        endings=tuple(sorted(found, key=lambda each: (each.until, each.sort, each.what, each.place))),
    )


def endings(folder: Folder) -> Iterator[LastDay]:
    """Everything that has an end."""
    for team, number, grant in stated_grants(folder):
        if grant.until:
            yield LastDay(
                until=grant.until,
                sort="grant",
                what=f"{team} to {grant.to}",
                place=str(folder.place(f"{TEAMS}/{team}.yaml", "grants", number, "until")),
                owner=grant.owner or "",
                ticket=grant.ticket or "",
                reason=grant.reason or "",
            )
    yield from _acceptances(folder.path / ACCEPTED, folder.day)
    yield from _istio(folder, folder.configuration)


def stated_grants(folder: Folder) -> Iterator[tuple[str, int, Grant]]:
    """Each grant of each team, the ended ones too, with its position in the team's file."""
    for team in folder.configuration.teams:
        for number, grant in enumerate(folder.grants(team)):
            yield team, number, grant


def _acceptances(file: Path, today: datetime.date) -> Iterator[LastDay]:
    for entry in read_acceptances(file, ACCEPTABLE, today) if file.is_file() else ():
        yield LastDay(
            until=entry.until,
            sort="acceptance",
            what=f"{entry.code} {entry.subject}",
            place=str(entry.place),
            reason=entry.reason,
        )


def _istio(folder: Folder, configuration: Configuration) -> Iterator[LastDay]:
    mesh = configuration.platform.mesh
    minor = minor_of(mesh.istio_version)
    yield LastDay(
        until=minor.ends,
        sort="Istio",
        what=f"support of Istio {minor.name}",
        place=str(folder.place("platform.yaml", "mesh", "istio_version")),
        reason=minor.source,
    )
