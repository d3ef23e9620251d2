"""Configurations by identity, sound by construction, as the data that their files would hold."""

from pathlib import Path
from random import Random
from typing import Any

import yaml
from hypothesis import strategies as st

from egress.config.configuration import Configuration
from egress.config.destinations import Destination, Destinations
from egress.config.names import fold
from egress.config.platform import Platform
from egress.config.team import Team
from tests.builders.models import stated

PRODUCTION = Path(__file__).parents[3] / "config" / "production"
EGRESS_PORTS = [80, 443, 8080, 8443]

NAMES = st.builds("{}{}".format, st.sampled_from("abcde"), st.sampled_from(["", "-1", "-2", "x" * 20]))
HOSTS = st.builds("{}.{}".format, NAMES, st.sampled_from(["test", "example.com", f"{'y' * 60}.org"]))

Files = dict[str, Any]

NOT_STATED = ("pod_security", "groups", "labels", "sidecar", "google_service_accounts", "buckets")
"""Keys of a team whose values depend on each other, or that the rules refuse by identity."""


def platform_file() -> dict[str, Any]:
    """config/production's, with a few more ports to the outside."""
    data: dict[str, Any] = yaml.safe_load((PRODUCTION / "platform.yaml").read_text(encoding="utf-8"))
    data["network"]["firewall"]["egress_ports"] = EGRESS_PORTS
    data["cluster"]["hardening"] = {"images": "any"}
    return data


PLATFORM = Platform.model_validate(platform_file(), strict=False)


@st.composite
def _destination(draw: st.DrawFn, further: list[str]) -> dict[str, Any]:
    http_port, https_port = draw(st.permutations(EGRESS_PORTS))[:2]
    data: dict[str, Any] = draw(
        stated(
            Destination,
            {"http_port": st.just(http_port), "https_port": st.just(https_port), "also": st.just(further)},
            without=["visible_to", "tls"],
        )
    )
    if data.get("http") == "closed" and "https" not in data:
        data["https"] = "identity"
    if data.get("http") == "originate-tls" and draw(st.booleans()):
        data["tls"] = {draw(st.sampled_from(["credential", "ca"])): "partner"}
    return data


@st.composite
def _grants(draw: st.DrawFn, accounts: list[str], destinations: dict[str, Any]) -> list[dict[str, Any]]:
    """At most one grant for each scheme of a host, so that none undoes another's paths."""
    grants: list[dict[str, Any]] = []
    for host in draw(st.lists(st.sampled_from(sorted(destinations)), unique=True)):
        some = st.lists(st.sampled_from(accounts), min_size=1, unique=True)
        way = destinations[host]
        if way.get("http") != "closed" and draw(st.booleans()):
            grant = {"to": host, "service_accounts": draw(some), "scheme": "http"}
            grant["methods"] = draw(st.lists(st.sampled_from(["GET", "PUT"]), unique=True))
            grant["paths"] = draw(st.lists(st.sampled_from(["/a", "/b*", "*.json"]), unique=True))
            grants.append(grant)
        if "https" in way and draw(st.booleans()):
            grants.append({"to": host, "service_accounts": draw(some), "scheme": "https"})
        if not any(grant["to"] == host for grant in grants) and way.get("https") != "pass-through":
            grants.append({"to": host, "service_accounts": draw(some)})
    return grants


@st.composite
def _team(draw: st.DrawFn, name: str, others: list[str], destinations: dict[str, Any]) -> dict[str, Any]:
    namespaces = [f"{name}-{each}" for each in draw(st.lists(st.sampled_from(["jobs", "web"]), unique=True))]
    workloads = draw(st.lists(st.sampled_from(["run", "serve"]), min_size=1, unique=True))
    further = [f"{namespace}/nightly" for namespace in namespaces]
    own = {
        "namespaces": namespaces,
        "service_accounts": further,
        "workloads": {each: {"image": "gcr.io/some/image:1"} for each in workloads},
        "grants": draw(_grants([*workloads, *further], destinations)),
        "network_policies": {
            "same_namespace": draw(st.booleans()),
            "to_teams": draw(st.lists(st.sampled_from(others), unique=True)) if others else [],
        },
    }
    data: dict[str, Any] = draw(stated(Team, {key: st.just(value) for key, value in own.items()}, NOT_STATED))
    return data


@st.composite
def files(draw: st.DrawFn) -> Files:
    """destinations.yaml and the teams' files; the platform's is always PLATFORM's."""
    hosts = draw(st.lists(HOSTS, min_size=1, max_size=5, unique_by=fold))
    keys = hosts[: draw(st.integers(1, len(hosts)))]
    spare = hosts[len(keys) :]
    destinations = {host: draw(_destination(spare if host == keys[0] else [])) for host in keys}
    names = draw(st.lists(NAMES.map("team-{}".format), min_size=1, max_size=3, unique=True))
    found: Files = {
        f"teams/{name}.yaml": draw(_team(name, [each for each in names if each != name], destinations))
        for name in names
    }
    apis = {
        "hosts": ["storage.googleapis.com"],
        "visible_to": draw(st.lists(st.sampled_from(names), min_size=1, unique=True)),
    }
    found["destinations.yaml"] = {
        "authorization": "by-identity",
        "destinations": destinations,
        "google_apis": {"googleapis": apis},
    }
    return found


def configuration(data: Files) -> Configuration:
    """The configuration of these files, without the cost of reading them."""
    teams = {
        name.removeprefix("teams/").removesuffix(".yaml"): Team.model_validate(team, strict=False)
        for name, team in data.items()
        if name.startswith("teams/")
    }
    return Configuration(
        platform=PLATFORM,
        destinations=Destinations.model_validate(data["destinations.yaml"], strict=False),
        teams=dict(sorted(teams.items())),
    )


def shuffled(value: Any, random: Random) -> Any:
    """The same data with every mapping and every list in another order."""
    if isinstance(value, dict):
        return {key: shuffled(value[key], random) for key in random.sample(list(value), len(value))}
    if isinstance(value, list):
        return [shuffled(each, random) for each in random.sample(value, len(value))]
    return value
