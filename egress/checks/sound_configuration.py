"""A configuration made of what is sound of a draft: names are derived from it, however much else is wrong.

What a rule refuses by itself (a host nobody knows, a name that stands twice in one list) is left out here.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar

from egress.checks.draft import Draft, TeamFile
from egress.config.configuration import Configuration, service_account, team_namespaces
from egress.config.destinations import Destination, Destinations, GoogleApis
from egress.config.names import LETTER_FIRST
from egress.config.team import Bucket, Grant, Team
from egress.derived.resources.egress_stack import egress_resources
from egress.derived.resources.mesh_stack import mesh_resources
from egress.derived.resources.reserved import NAMESPACES
from egress.derived.resources.resource import Derived
from egress.source.problem import Path

T = TypeVar("T")


@dataclass(frozen=True)
class Sound:
    """The configuration, where each of its grants stands in its file, and what the configuration leads to."""

    configuration: Configuration
    grants: Mapping[str, tuple[Path, ...]]

    @cached_property
    def resources(self) -> tuple[Derived, ...]:
        """Every resource of the stacks in which users name things."""
        return (*mesh_resources(self.configuration.platform), *egress_resources(self.configuration))


@lru_cache(maxsize=1)
def sound_configuration(draft: Draft) -> Sound | None:
    """What is sound, derived once for all rules; None where the platform or the destinations are not at all."""
    platform, stated = draft.platform.model, draft.destinations_file.model
    if platform is None or stated is None:
        return None
    names = [name for name in draft.teams if _is_team_name(name)]
    destinations = _destinations(stated, names)
    grants = {
        name: [
            (path, grant)
            for path, grant in draft.teams[name].grants()
            if grant.to in destinations.destinations
        ]
        for name in names
    }
    taken = set(names)
    teams = {}
    for name in names:
        teams[name] = _team(draft.teams[name], names, taken, [grant for _, grant in grants[name]])
        taken.update(teams[name].namespaces)
    mesh = platform.mesh
    if mesh.canary and mesh.canary.revision == mesh.revision:
        platform = platform.model_copy(update={"mesh": mesh.model_copy(update={"canary": None})})
    configuration = Configuration(platform=platform, destinations=destinations, teams=teams)
    return Sound(configuration, {name: tuple(path for path, _ in found) for name, found in grants.items()})


def _is_team_name(name: str) -> bool:
    return bool(re.fullmatch(LETTER_FIRST, name)) and not NAMESPACES.fullmatch(name)


def _once(items: Iterable[T], wanted: Callable[[T], bool]) -> tuple[T, ...]:
    return tuple(item for item in dict.fromkeys(items) if wanted(item))


def _destinations(stated: Destinations, teams: list[str]) -> Destinations:
    seen = set(stated.destinations)
    found: dict[str, Destination] = {}
    for host, destination in stated.destinations.items():
        also = _once(destination.also, lambda other: other not in seen)
        seen.update(also)
        visible = destination.visible_to
        changed = {
            "also": also,
            "visible_to": None if visible is None else _once(visible, lambda team: team in teams),
        }
        found[host] = destination.model_copy(update=changed)
    apis: dict[str, GoogleApis] = {
        name: group.model_copy(update={"visible_to": _once(group.visible_to, lambda team: team in teams)})
        for name, group in stated.google_apis.items()
    }
    return stated.model_copy(update={"destinations": found, "google_apis": apis})


def _team(file: TeamFile, teams: list[str], taken: set[str], grants: list[Grant]) -> Team:
    team = file.team
    namespaces = _once(
        team.namespaces, lambda namespace: namespace not in taken and not NAMESPACES.fullmatch(namespace)
    )
    own = team_namespaces(file.name, team.model_copy(update={"namespaces": namespaces}))
    workloads = {
        name: workload
        for name, workload in team.workloads.items()
        if (workload.namespace or file.name) in own
    }
    policies = team.network_policies
    users = {*workloads, *team.service_accounts}
    accounts = {
        account: settings.model_copy(update={"used_by": _once(settings.used_by, lambda user: user in users)})
        for account, settings in team.google_service_accounts.items()
    }
    return team.model_copy(
        update={
            "namespaces": namespaces,
            "workloads": workloads,
            "service_accounts": tuple(
                each for each in team.service_accounts if service_account(file.name, each)[0] in own
            ),
            "grants": tuple(grants),
            "network_policies": policies
            and policies.model_copy(
                update={"to_teams": _once(policies.to_teams, lambda team: team in teams)}
            ),
            "google_service_accounts": accounts,
            "buckets": {key: _bucket(bucket, accounts) for key, bucket in team.buckets.items()},
        }
    )


def _bucket(bucket: Bucket, accounts: Mapping[str, object]) -> Bucket:
    return bucket.model_copy(update={"viewers": _once(bucket.viewers, lambda viewer: viewer in accounts)})
