"""The objects that grow with the teams: how large they are where every team is granted every destination."""

import json
from functools import cache

import pytest

from egress.config.configuration import Configuration
from egress.config.destinations import Destinations
from egress.config.team import Team
from egress.derived.istio.by_identity import routing
from egress.derived.istio.routing import shared_objects, team_objects
from egress.derived.resources.resource import manifest_key
from egress.proof.fleet import WAYS
from tests.unit.by_identity.generated import PLATFORM

MIB = 1 << 20
ETCD_REQUEST = 3 * MIB // 2
"""etcd takes no larger request: an object ends there."""
DESTINATIONS = {
    "a.example.com": {"http": "originate-tls"},
    "b.example.com": {"http": "closed", "https": "identity"},
    "c.example.com": {"http": "plain", "https": "identity"},
    "d.example.com": {"http": "closed", "https": "pass-through"},
}
"""One for each of config/production's ways."""


@cache
def fleet(teams: int) -> Configuration:
    """Teams with names of twelve characters, each granted everything."""
    grants = [
        {"to": host, "service_accounts": ["app"], **({"scheme": "https"} if more else {})}
        for host, (_, more) in zip(DESTINATIONS, WAYS, strict=True)
    ]
    team = Team.model_validate({"service_accounts": ["app"], "grants": grants}, strict=False)
    found = {"authorization": "by-identity", "destinations": DESTINATIONS}
    return Configuration(
        environment="fleet",
        platform=PLATFORM,
        destinations=Destinations.model_validate(found, strict=False),
        teams={f"team-{number:07}": team for number in range(teams)},
    )


def sizes(teams: int) -> dict[str, int]:
    """The bytes of each shared object as JSON, by kind and name."""
    return {
        f"{manifest_key(each).kind} {manifest_key(each).name}": len(json.dumps(each, separators=(",", ":")))
        for each in shared_objects(fleet(teams))
    }


@pytest.mark.parametrize("teams", [1_000, 5_000])
def test_every_shared_object_is_stored_where_all_teams_are_granted_all(teams: int) -> None:
    assert max(sizes(teams).values()) < ETCD_REQUEST // 4


def test_the_shared_objects_grow_by_a_name_a_team_and_end_where_the_docs_say() -> None:
    small, large = sizes(1_000), sizes(5_000)
    each = {name: (large[name] - small[name]) / 4_000 for name in large}

    assert small.keys() == large.keys()
    growing = {name.partition(" ")[0] for name, grown in each.items() if grown}
    assert growing == {"ServiceEntry", "VirtualService", "Gateway"}
    most = {kind: max(grown for name, grown in each.items() if name.startswith(kind)) for kind in growing}
    # A name of twelve characters in quotes with its comma, or its whole SPIFFE id.
    assert most == {"ServiceEntry": 15, "VirtualService": 15, "Gateway": 48}
    assert ETCD_REQUEST / most["ServiceEntry"] > 100_000
    assert ETCD_REQUEST / most["Gateway"] > 30_000


def test_an_object_of_a_team_does_not_grow_with_the_fleet() -> None:
    few, many = (
        [json.dumps(each) for each in team_objects(fleet(teams), "team-0000007")] for teams in (10, 1_000)
    )

    assert few == many


def test_the_objects_of_a_team_are_made_without_a_walk_over_every_destination(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    expected = list(team_objects(fleet(3), "team-0000001"))
    monkeypatch.setattr(routing, "granted_hosts", None)

    assert list(team_objects(fleet(3), "team-0000001")) == expected
    assert [host for host, _ in fleet(3).destinations_granted("team-0000001")] == list(DESTINATIONS)
