"""Dead or contradictory AuthorizationPolicies: grants that nothing lets through, ports nobody listens on."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from egress.review.answer import Verdict
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, cell, some
from egress.review.matrix import SCHEMES
from egress.review.objects import KubernetesObject
from egress.review.workloads import Workload

UNUSED_PORT = Kind(
    code="EG201",
    name="policy-port-without-listener",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{subject} names port {port}, on which {gateway} has no listener (it listens on {ports})",
    mend="name the Pod's port that the gateway's Service targets, not the Service's own",
)

WITHOUT_EFFECT = Kind(
    code="EG202",
    name="grant-without-effect",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="the ALLOW policy {subject} lets no request of any identity through",
    mend="remove it, or mend what refuses the requests it grants: `evaluate --explain` names the control",
)

NEVER_MATCHES = Kind(
    code="EG203",
    name="value-that-never-matches",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{subject}: {field} {value!r} matches nothing: {why}",
    mend="write the value as Istio compares it (docs/review.md)",
)

NOT_VISIBLE = Kind(
    code="EG204",
    name="authorized-but-not-visible",
    family=Family.DEAD_POLICY,
    level=Level.WARNING,
    message="{subject} grants {identity} {hosts}, of which its sidecar knows nothing",
    mend="export the host's ServiceEntry and VirtualService to the namespace, or withdraw the grant",
)

NOT_AUTHORIZED = Kind(
    code="EG205",
    name="visible-but-not-authorized",
    family=Family.DEAD_POLICY,
    level=Level.NOTE,
    message="{identity} has a route to {subject} over {scheme} that every policy refuses",
    mend="grant the host, or do not export its route to the namespace",
)

PORT_IN_HOST = Kind(
    code="EG206",
    name="host-without-its-port-form",
    family=Family.DEAD_POLICY,
    level=Level.NOTE,
    message="{policy} allows {subject}, but refuses the same request with `Host: {subject}:80`",
    mend="add the host with :80 (or :*) to hosts",
)


def find_unused_port(evidence: Evidence) -> Iterator[Finding]:
    """Policies whose port no listener of the selected gateway has (the tutorial's D7)."""
    for gateway in evidence.gateways:
        listening = sorted(evidence.servers(gateway).by_port)
        for policy in _policies(evidence, gateway):
            for port in sorted(_ports(policy.spec.get("rules") or ())):
                if port.isdigit() and int(port) not in listening:
                    yield Finding(
                        kind=UNUSED_PORT,
                        facts={
                            "subject": _name(policy),
                            "port": port,
                            "gateway": gateway.identity,
                            "ports": some(map(str, listening)) or "nothing",
                        },
                        addresses=(policy.address,),
                    )


def find_without_effect(evidence: Evidence) -> Iterator[Finding]:
    """ALLOW policies that no allowed request passes by."""
    granting = evidence.granting
    for gateway in evidence.gateways:
        for policy in evidence.review.authorization.policies_for(gateway).allow:
            if (
                policy.spec.get("rules")
                and policy.address not in granting
                and not _needed(evidence, gateway, policy)
            ):
                yield Finding(
                    kind=WITHOUT_EFFECT, facts={"subject": _name(policy)}, addresses=(policy.address,)
                )


def _needed(evidence: Evidence, gateway: Workload, policy: KubernetesObject) -> bool:
    """True where an earlier policy lets the same requests through, so that this one is only not asked."""
    hosts, namespaces = _hosts(policy), _namespaces(policy)
    for row in evidence.named_rows:
        if row.answer.verdict is Verdict.REFUSED or row.answer.through != gateway.identity:
            continue
        if (not hosts or row.host in hosts) and (
            not namespaces or row.identity.partition("/")[0] in namespaces
        ):
            return True
    return False


def find_never_matches(evidence: Evidence) -> Iterator[Finding]:
    """Values that validation accepts and Istio compares with nothing (judgements 3, 7, 8 and 11)."""
    for policy in evidence.objects("AuthorizationPolicy"):
        for field, value, why in _never(policy.spec.get("rules") or ()):
            yield Finding(
                kind=NEVER_MATCHES,
                facts={"subject": _name(policy), "field": field, "value": value, "why": why},
                addresses=(policy.address,),
            )


def _never(rules: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, str]]:
    for rule in rules:
        for entry in rule.get("from") or ():
            for value in (entry.get("source") or {}).get("principals") or ():
                if str(value).startswith("spiffe://"):
                    yield "principals", value, "Istio puts spiffe:// in front itself"
                elif "*" in str(value)[1:-1]:
                    yield "principals", value, "a star counts only at the start or the end"
        for entry in rule.get("to") or ():
            operation = entry.get("operation") or {}
            for value in operation.get("methods") or ():
                if value != value.upper():
                    yield "methods", value, "methods are compared in upper case"
            for field in ("hosts", "paths"):
                for value in operation.get(field) or ():
                    if "{" not in value and "*" in value[1:-1]:
                        yield field, value, "a star counts only at the start or the end"
        for condition in rule.get("when") or ():
            if condition.get("key") == "connection.sni":
                for value in condition.get("values") or ():
                    if value != value.lower():
                        yield "connection.sni", value, "Envoy puts the SNI in lower case"


def find_not_visible(evidence: Evidence) -> Iterator[Finding]:
    """Grants of hosts that the granted namespace's sidecars do not know."""
    by_namespace: dict[str, list[Workload]] = {}
    for source in evidence.identities:
        by_namespace.setdefault(source.namespace, []).append(source)
    for gateway in evidence.gateways:
        for policy in evidence.review.authorization.policies_for(gateway).allow:
            hosts = sorted(host for host in _hosts(policy) if "*" not in host and ":" not in host)
            for namespace in sorted(_namespaces(policy)):
                meshed = next((item for item in by_namespace.get(namespace, ()) if item.meshed), None)
                if meshed is None:
                    continue
                unknown = [host for host in hosts if not evidence.matrix.known(meshed, host)]
                if unknown:
                    yield Finding(
                        kind=NOT_VISIBLE,
                        facts={"subject": _name(policy), "identity": meshed.identity, "hosts": some(unknown)},
                        addresses=(policy.address,),
                        cells=tuple(cell(meshed.identity, "http", host) for host in unknown),
                    )


def find_not_authorized(evidence: Evidence) -> Iterator[Finding]:
    """Routes through a gateway that every policy refuses."""
    for row in evidence.named_rows:
        step = row.answer.decisive
        if (
            row.answer.verdict is Verdict.REFUSED
            and row.scheme in SCHEMES
            and step is not None
            and step.control in ("authorization policy", "gateway identity")
            and not step.reason.endswith("denies it")
        ):
            route = next(
                (s.address for s in row.answer.steps if s.control == "sidecar route" and s.address), None
            )
            yield Finding(
                kind=NOT_AUTHORIZED,
                facts={"identity": row.identity, "subject": row.host, "scheme": row.scheme},
                addresses=(route,) if route else (),
                cells=(cell(row.identity, row.scheme, row.host),),
            )


def find_port_in_host(evidence: Evidence) -> Iterator[Finding]:
    """Exact hosts without their form with a port (the tutorial's D23)."""
    for gateway in evidence.gateways:
        for policy in evidence.review.authorization.policies_for(gateway).allow:
            hosts = _hosts(policy)
            bare = sorted(
                host
                for host in hosts
                if "*" not in host and ":" not in host and not {f"{host}:80", f"{host}:*"} & hosts
            )
            if bare and policy.address in evidence.granting:
                yield Finding(
                    kind=PORT_IN_HOST,
                    facts={"policy": _name(policy), "subject": bare[0]},
                    addresses=(policy.address,),
                )


def _policies(evidence: Evidence, gateway: Workload) -> list[KubernetesObject]:
    index = evidence.review.authorization.policies_for(gateway)
    return [*index.deny, *index.allow]


def _ports(rules: Iterable[Mapping[str, Any]]) -> set[str]:
    found: set[str] = set()
    for rule in rules:
        for condition in rule.get("when") or ():
            if condition.get("key") == "destination.port":
                found.update(map(str, condition.get("values") or ()))
        for entry in rule.get("to") or ():
            found.update(map(str, (entry.get("operation") or {}).get("ports") or ()))
    return found


def _hosts(policy: KubernetesObject) -> set[str]:
    return {
        str(host)
        for rule in policy.spec.get("rules") or ()
        for entry in rule.get("to") or ()
        for host in (entry.get("operation") or {}).get("hosts") or ()
    }


def _namespaces(policy: KubernetesObject) -> set[str]:
    return {
        str(name)
        for rule in policy.spec.get("rules") or ()
        for entry in rule.get("from") or ()
        for name in (entry.get("source") or {}).get("namespaces") or ()
        if "*" not in str(name)
    }


def _name(policy: KubernetesObject) -> str:
    return f"{policy.namespace}/{policy.name}"


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=UNUSED_PORT, find=find_unused_port),
    Analyzer(kind=WITHOUT_EFFECT, find=find_without_effect),
    Analyzer(kind=NEVER_MATCHES, find=find_never_matches),
    Analyzer(kind=NOT_VISIBLE, find=find_not_visible),
    Analyzer(kind=NOT_AUTHORIZED, find=find_not_authorized),
    Analyzer(kind=PORT_IN_HOST, find=find_port_in_host),
)
