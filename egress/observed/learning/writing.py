"""The proposal as the files of a configuration: comments carry the evidence."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from egress.checks.folder import DESTINATIONS, PLATFORM, TEAMS
from egress.config.configuration import Configuration
from egress.config.platform import PLACEHOLDER_NUMBER, PLACEHOLDER_PROJECT
from egress.environments.insertion import insert
from egress.environments.starting import Start
from egress.logs.asked import DEFAULT_PORT
from egress.observed.learning.paths import Rule
from egress.observed.learning.proposal import Host, Learned, Proposal
from egress.source.yaml_edit import YamlText

_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9/._~+@*-]*")
"""What YAML reads as a text as it stands, in a list too."""

RULES: Mapping[Rule, str] = {
    Rule.AS_SEEN: "as seen",
    Rule.IDENTIFIERS: "rule 2, identifiers",
    Rule.MANY: "rule 3, many",
    Rule.EVERYWHERE: "rule 4: more paths than a list holds, so that every path is granted",
}


def files(proposal: Proposal, like: Path | None, stated: Configuration | None, name: str) -> dict[str, str]:
    """The files by name; with `like` its own with the proposal added. Raises EnvironmentsError or CannotEdit."""
    texts = _given(like) if like else _new(name)
    known = stated.destinations.destinations if stated else {}
    for host, way in sorted(proposal.hosts.items()):
        if host in known:
            texts[DESTINATIONS] = _opened(texts[DESTINATIONS], host, way, known[host].http, known[host].https)
        else:
            texts[DESTINATIONS] = insert(
                Path(DESTINATIONS), texts[DESTINATIONS], "destinations", _host(host, way)
            )
    texts[PLATFORM] = _platform(texts[PLATFORM], proposal)
    for team, grants in sorted(proposal.teams.items()):
        file = f"{TEAMS}/{team}.yaml"
        texts[file] = _accounts(texts.get(file) or _team(team), proposal, team, stated)
        for each in sorted(
            grants, key=lambda each: (each.grant.to, each.grant.scheme or "", each.grant.methods)
        ):
            texts[file] = insert(Path(file), texts[file], "grants", grant_text(each))
    return texts


def grant_text(learned: Learned) -> str:
    """A grant with its evidence."""
    grant = learned.grant
    lines = [f"# {each}" for each in evidence(learned)]
    lines.append(f"- to: {grant.to}")
    for key in ("service_accounts", "methods", "paths"):
        values = getattr(grant, key)
        if values:
            lines.append(f"  {key}: [{', '.join(map(_value, values))}]")
    lines.append(f"  scheme: {grant.scheme}")
    return "\n".join(lines)


def evidence(learned: Learned) -> Iterator[str]:
    """How often, when, and how its paths came about."""
    seen = learned.seen
    times = f"asked {seen.times:,} time{'s' * (seen.times != 1)}"
    days = tuple(dict.fromkeys((seen.first[:10], seen.last[:10]))) if seen.first else ()
    ended = ""
    if seen.only_refused:
        ended = ", and only refused"
    elif seen.stopped:
        ended = f", {seen.stopped:,} line{'s' * (seen.stopped != 1)} of refusals"
    yield f"{times}{', ' if days else ''}{' to '.join(days)}{ended}"
    for rule in learned.rules:
        yield f"paths: {RULES[rule]}"


def _value(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else json.dumps(text)


def _given(like: Path) -> dict[str, str]:
    found = {name: (like / name).read_text(encoding="utf-8") for name in (PLATFORM, DESTINATIONS)}
    for file in sorted((like / TEAMS).glob("*.yaml")):
        found[f"{TEAMS}/{file.name}"] = file.read_text(encoding="utf-8")
    return found


def _new(name: str) -> dict[str, str]:
    """A platform in production's secure form, with placeholders for what no log tells."""
    start = Start(
        name=re.sub(r"[^a-z0-9-]", "-", name.lower()).strip("-")[:40] or "learned",
        project=PLACEHOLDER_PROJECT,
        number=PLACEHOLDER_NUMBER,
        region="us-central1",
        zones=("us-central1-a", "us-central1-b", "us-central1-c"),
    )
    found = start.files()
    return {name: found[name] for name in (PLATFORM, DESTINATIONS)}


def _team(team: str) -> str:
    return (
        f"labels: {{ team: {team} }}\n\n"
        "# Proposed from access logs: read each one, then keep it or take it away.\ngrants: []\n"
    )


def _accounts(text: str, proposal: Proposal, team: str, stated: Configuration | None) -> str:
    """The team's file with the namespaces and ServiceAccounts that its grants name."""
    own = stated.teams.get(team) if stated else None
    known = set(own.service_accounts) if own else set()
    for name, workload in (own.workloads if own else {}).items():
        known.add(name if workload.namespace in (None, team) else f"{workload.namespace}/{name}")
    edited = YamlText(text)
    for reference in sorted(proposal.accounts[team] - known):
        edited.append(("service_accounts",), reference)
    return edited.text


def _host(host: str, way: Host) -> str:
    lines = [f"{host}:"]
    if way.http_port is None:
        lines.append("  http: closed")
    else:
        lines.append(
            "  http: plain # write originate-tls where the site speaks TLS: the gateway then makes HTTPS of it"
        )
        if way.http_port != DEFAULT_PORT["http"]:
            lines.append(f"  http_port: {way.http_port}")
    if way.https_port is not None:
        lines.append("  https: identity")
        if way.https_port != DEFAULT_PORT["https"]:
            lines.append(f"  https_port: {way.https_port}")
    return "\n".join(lines)


def _opened(text: str, host: str, way: Host, http: str, https: str | None) -> str:
    edited = YamlText(text)
    place = ("destinations", host)
    if way.http_port is not None and http == "closed":
        edited.put(place, "http", "plain")
        if way.http_port != DEFAULT_PORT["http"]:
            edited.put(place, "http_port", way.http_port)
    if way.https_port is not None and https is None:
        edited.put(place, "https", "identity")
        if way.https_port != DEFAULT_PORT["https"]:
            edited.put(place, "https_port", way.https_port)
    return edited.text


def _platform(text: str, proposal: Proposal) -> str:
    """The platform that the proposal needs: it enforces, has the identity port, and lets the hosts' ports out."""
    import yaml

    data = yaml.safe_load(text) or {}
    edited = YamlText(text)
    if (data.get("tenants") or {}).get("enforcement") == "observe":
        edited.put(("tenants",), "enforcement", "enforce")
    gateway = (data.get("mesh") or {}).get("gateway") or {}
    if any(way.https_port for way in proposal.hosts.values()) and not gateway.get("identity_https"):
        edited.put(("mesh", "gateway"), "identity_https", True)
    firewall = ((data.get("network") or {}).get("firewall") or {}).get("egress_ports") or [80, 443]
    wanted = {way.http_port for way in proposal.hosts.values()} | {
        way.https_port for way in proposal.hosts.values()
    }
    for port in sorted(port for port in wanted if port and port not in firewall):
        if not (((data.get("network") or {}).get("firewall") or {}).get("egress_ports")):
            edited.put(("network", "firewall"), "egress_ports", [80, 443])
            data.setdefault("network", {}).setdefault("firewall", {})["egress_ports"] = [80, 443]
        edited.append(("network", "firewall", "egress_ports"), port)
    return edited.text
