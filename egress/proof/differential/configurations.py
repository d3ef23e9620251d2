"""Generated configurations: files as a person would write them, through this project's own models and rules."""

import random
from collections.abc import Mapping, Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from egress.checks.loading import load
from egress.proof.differential.case import ConfigurationCase, Files
from egress.proof.differential.choice import some_of
from egress.proof.differential.operations import Document
from egress.source.problem import ConfigurationError

EGRESS_PORTS = (80, 443, 8080, 8443, 9000, 9443)
"""The ports on which the harness's sites answer."""

HOSTS = ("example.com", "httpbin.org", "api.github.com", "files.example.net", "www.iana.org")
PATHS = ("/", "/a", "/A", "/a/b", "/status/*", "*.json", "*b", "/v1/*", "/a%20b", "/a/*", "//a")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
WORKLOADS: Mapping[str, Sequence[str]] = {"team-x": ("batch", "test"), "team-y": ("test",)}
ATTEMPTS = 200

_IMAGE = "gcr.io/google.com/cloudsdktool/cloud-sdk:slim"


def platform_of(folder: Path) -> Document:
    """The platform of a configuration folder, as small as a mesh on one machine wants it, and without admission.

    Admission would refuse the Pods that try the ways around, and the objects that a team should not have.
    """
    platform: Document = yaml.safe_load((folder / "platform.yaml").read_text(encoding="utf-8"))
    platform["tenants"] = {**platform.get("tenants", {}), "admission": "none"}
    platform["network"]["firewall"] = {
        **platform["network"].get("firewall", {}),
        "egress_ports": list(EGRESS_PORTS),
    }
    platform["cluster"].pop("maintenance", None)  # a time of day, which YAML writers leave unquoted
    platform["mesh"] = {k: v for k, v in platform["mesh"].items() if k != "istiod_replicas"}
    platform["mesh"]["gateway"] = {"identity_https": True}
    return platform


def configuration_case(platform: Document, seed: int) -> ConfigurationCase:
    """The case of a seed: the first of its attempts that the rules take. Raises RuntimeError where none is."""
    source = random.Random(seed)  # noqa: S311 - repeatable, no secret
    for _ in range(ATTEMPTS):
        files = {"platform.yaml": deepcopy(platform), **_files(source)}
        if is_sound(files):
            return ConfigurationCase(family="configurations", seed=seed, files=files)
    raise RuntimeError(f"seed {seed}: the rules refuse {ATTEMPTS} configurations in a row")


def is_sound(files: Files) -> bool:
    """True where every rule is content."""
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        write(files, Path(folder))
        try:
            load(Path(folder), {})
        except ConfigurationError:
            return False
    return True


def write(files: Files, folder: Path) -> Path:
    """Write a configuration's files; return their folder."""
    for name, data in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(yaml.safe_dump(data, sort_keys=False), encoding="utf-8")
    return folder


def _files(source: random.Random) -> dict[str, Any]:
    authorization = source.choice(["by-identity", "by-identity", "by-identity", "by-namespace", "open"])
    by_identity = authorization == "by-identity"
    hosts = some_of(source, HOSTS)
    destinations = {host: _destination(source, by_identity) for host in hosts}
    if by_identity and source.random() < 0.3:
        destinations[hosts[0]]["also"] = ["also.example.org"]
    teams = {name: _team(source, name, destinations, authorization) for name in WORKLOADS}
    google = {"hosts": ["storage.googleapis.com"], "visible_to": some_of(source, sorted(WORKLOADS))}
    return {
        "destinations.yaml": {
            "authorization": authorization,
            "destinations": destinations,
            "google_apis": {"googleapis": google},
        },
        **{f"teams/{name}.yaml": team for name, team in teams.items()},
    }


def _destination(source: random.Random, by_identity: bool) -> Document:
    if not by_identity:
        stated: Document = {"http": source.choice(["plain", "originate-tls"])}
        if source.random() < 0.4:
            stated["https"] = "pass-through"
        if source.random() < 0.5:
            stated["visible_to"] = some_of(source, sorted(WORKLOADS))
        return stated
    http = source.choice(["plain", "originate-tls", "closed"])
    https = source.choice(["identity", "pass-through", *([None] if http != "closed" else [])])
    stated = {"http": http, **({"https": https} if https else {})}
    if source.random() < 0.3:
        stated["http_port"], stated["https_port"] = source.sample(EGRESS_PORTS, 2)
    return stated


def _team(
    source: random.Random, name: str, destinations: Mapping[str, Document], authorization: str
) -> Document:
    by_identity = authorization == "by-identity"
    team: Document = {
        "labels": {"team": name[-1]},
        "workloads": {
            each: {"image": _IMAGE, "command": ["/bin/sleep", "infinity"]} for each in WORKLOADS[name]
        },
        "network_policies": {"same_namespace": source.random() < 0.5},
    }
    accounts = list(WORKLOADS[name])
    if by_identity and name == "team-y":
        team["namespaces"] = ["team-y-jobs"]
        team["service_accounts"] = ["team-y-jobs/nightly"]
        accounts.append("team-y-jobs/nightly")
    others = [other for other in WORKLOADS if other != name]
    if by_identity and source.random() < 0.5:
        team["network_policies"]["to_teams"] = others
    if not by_identity and source.random() < 0.2:
        team["sidecar"] = False
    grants = [
        grant
        for host in some_of(source, sorted(destinations))
        for grant in _grants(source, host, destinations[host], accounts, authorization)
    ]
    return {**team, "grants": grants}


def _grants(
    source: random.Random, host: str, way: Document, accounts: Sequence[str], authorization: str
) -> list[Document]:
    """One or two grants for a host; the rules tell which of them make sense."""
    if authorization == "open":
        return [{"to": host}]
    http, https = way["http"] != "closed", "https" in way and authorization == "by-identity"
    offered = [*(["http"] if http else []), *(["https"] if https else [])]
    unread = way.get("https") == "pass-through"
    grants: list[Document] = []
    for scheme in some_of(source, offered) if unread or source.random() < 0.7 else [None]:
        grant: Document = {"to": host, **({"scheme": scheme} if scheme else {})}
        if authorization == "by-identity":
            grant["service_accounts"] = some_of(source, accounts)
            if scheme == "http" and source.random() < 0.5:
                grant["methods"] = some_of(source, METHODS)
        if scheme == "http" and source.random() < 0.5:
            grant["paths"] = some_of(source, PATHS)
        grants.append(grant)
    return grants
