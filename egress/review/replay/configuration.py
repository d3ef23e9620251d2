"""What of a configuration stands behind a request: the line that refuses or grants it, and grants that nobody used."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from egress.checks.folder import TEAMS
from egress.config.configuration import team_namespaces
from egress.config.team import Grant
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.grants.due import stated_grants
from egress.review.locations.location import Place
from egress.review.replay.judged import Replayed, Status
from egress.review.why.folder import Folder
from egress.review.why.lacking import Lacking, Statement


@dataclass(frozen=True, kw_only=True)
class UnusedGrant:
    """A grant that no line of the log made use of."""

    team: str
    grant: Grant
    place: Place


@dataclass(frozen=True, kw_only=True)
class GrantUse:
    """How the grants of a configuration were used."""

    grants: int
    unused: tuple[UnusedGrant, ...]
    young: int | None
    """Grants that the older state does not have: nobody could use them. None where its configuration is not known."""


class Accounts:
    """Namespace and ServiceAccount of the identities of some states."""

    def __init__(self, clusters: Iterable[Cluster]) -> None:
        self._clusters = tuple(clusters)
        self._known: dict[str, tuple[str, str] | None] = {}

    def of(self, identity: str) -> tuple[str, str] | None:
        """Of one identity, from the newest state that has it."""
        if identity not in self._known:
            self._known[identity] = self._look_up(identity)
        return self._known[identity]

    def _look_up(self, identity: str) -> tuple[str, str] | None:
        for cluster in self._clusters:
            try:
                found = cluster.identities.find(identity)
            except ReviewError:
                continue
            return found.namespace, found.service_account
        return None


def deciding(folder: Folder, accounts: Accounts, one: Replayed) -> Statement | None:
    """The line of the newer configuration that refuses what breaks, or grants what opens."""
    who = accounts.of(one.first.caller)
    if who is None:
        return None
    asks = Lacking(folder, *who, one.shape.request(one.first.caller, one.seen.path))
    if one.status is Status.BREAKS:
        return next(asks.lacking(), None)
    if one.status is not Status.OPENS or asks.team is None or asks.key is None:
        return None
    for number, grant in _covering(asks):
        place = folder.place(asks.team_file, "grants", number)
        return Statement(place=place, says=f"grants {grant.to}")
    return None


def use(
    folder: Folder,
    older: Folder | None,
    accounts: Accounts,
    everybody: Iterable[str],
    shapes: Iterable[Replayed],
) -> GrantUse:
    """Which grants the observed requests made use of. What was only refused is no use."""
    stated = list(stated_grants(folder))
    before = {(team, _bare(grant)) for team, _, grant in stated_grants(older)} if older else None
    living = [each for each in stated if not each[2].until or each[2].until >= folder.day]
    old = {
        (team, number) for team, number, grant in living if before is None or (team, _bare(grant)) in before
    }
    used = set(_used(folder, accounts, tuple(everybody), shapes))
    return GrantUse(
        grants=len(old),
        unused=tuple(
            UnusedGrant(team=team, grant=grant, place=folder.place(f"{TEAMS}/{team}.yaml", "grants", number))
            for team, number, grant in living
            if (team, number) in old and (team, number) not in used
        ),
        young=None if before is None else len(living) - len(old),
    )


def _bare(grant: Grant) -> Grant:
    """A grant without what is there for people, and without its last day."""
    return grant.model_copy(update=dict.fromkeys(("reason", "owner", "ticket", "until")))


def _used(
    folder: Folder, accounts: Accounts, everybody: tuple[str, ...], shapes: Iterable[Replayed]
) -> Iterator[tuple[str, int]]:
    teams = _team_of(folder)
    hosts = {
        host
        for key, each in folder.configuration.destinations.destinations.items()
        for host in (key, *each.also)
    }
    for one in shapes:
        if one.shape.host not in hosts or one.seen.stopped == one.seen.lines:
            continue
        for caller in one.shape.callers or everybody:
            who = accounts.of(caller)
            if who is None or who[0] not in teams:
                continue
            asks = Lacking(folder, *who, one.shape.request(caller, one.seen.path))
            yield from ((teams[who[0]], number) for number, _ in _covering(asks))


def _team_of(folder: Folder) -> Mapping[str, str]:
    found: dict[str, str] = defaultdict(str)
    for name, team in folder.configuration.teams.items():
        found.update(dict.fromkeys(team_namespaces(name, team), name))
    return dict(found)


def _covering(asks: Lacking) -> Iterator[tuple[int, Grant]]:
    for number, grant in asks.stated_grants():
        fits = grant.to == asks.key and grant.scheme in (None, asks.request.scheme)
        if fits and asks.refusal(number, grant) is None:
            yield number, grant
