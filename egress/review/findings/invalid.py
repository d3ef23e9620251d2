"""Objects that Istio's validation refuses, and denials that meet nobody.

Source: Istio, pkg/config/validation (validation.go, virtualservice.go).
"""

from collections.abc import Iterable, Iterator

from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some
from egress.review.istio.authorization_policy import Action, AuthorizationPolicy, Rule
from egress.review.istio.gateway_servers import Server
from egress.review.istio.hostnames import is_wildcard, subset_of
from egress.review.objects.kubernetes_object import KubernetesObject

DENY_OF_NOBODY = Kind(
    code="EG207",
    name="deny-without-identity",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{subject} denies by the caller's identity, and on port {ports} of {gateway} nobody has one: it never "
    "matches there",
    fix="deny what everybody may see of the connection (connection.sni), or let the gateway end mesh mTLS on the port",
)

INVALID = Kind(
    code="EG220",
    name="refused-by-validation",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="Istio's validation refuses {subject}: {why}; with its webhook the object is not stored",
    fix="write the object as Istio's reference asks for it",
)

NAMELESS = ("DNS", "DNS_ROUND_ROBIN")


def find_deny_of_nobody(evidence: Evidence) -> Iterator[Finding]:
    """DENY policies by identity on ports of a gateway that identify nobody."""
    for policy, gateways in evidence.policies_of_gateways:
        if policy.action is not Action.DENY or policy.dry_run:
            continue
        for gateway in gateways:
            blind = [
                bound
                for bound, servers in sorted(evidence.servers(gateway).by_port.items())
                if servers and not any(server.mode == "ISTIO_MUTUAL" for server in servers)
            ]
            missed = [port for port in blind if _meets_nobody(policy, port)]
            if missed and _is_meant_for(policy, evidence.servers(gateway).by_port, missed):
                yield Finding(
                    kind=DENY_OF_NOBODY,
                    facts={
                        "subject": f"{policy.namespace}/{policy.name}",
                        "ports": some(map(str, missed)),
                        "gateway": gateway.identity,
                    },
                    about=Subjects(),
                    addresses=(policy.address,),
                )


def _meets_nobody(policy: AuthorizationPolicy, port: int) -> bool:
    """True where each rule of a policy that takes a port asks for an identity."""
    taking = [rule for rule in policy.rules if not rule.ports or str(port) in rule.ports]
    return bool(taking) and all(_asks_for_identity(rule) for rule in taking)


def _asks_for_identity(rule: Rule) -> bool:
    by_source = all(
        source.principals.wanted or source.namespaces.wanted or source.service_accounts.wanted
        for source in rule.sources
    )
    keys = ("source.namespace", "source.principal", "source.serviceAccount")
    return by_source or any(one.key in keys and one.values.wanted for one in rule.conditions)


def _is_meant_for(policy: AuthorizationPolicy, by_port: dict[int, list[Server]], missed: list[int]) -> bool:
    """True where a rule names one of the ports, or the hosts that a policy denies have no other port."""
    named = {port for rule in policy.rules for port in rule.ports}
    if named & set(map(str, missed)):
        return True
    hosts = {host for rule in policy.rules for host in rule.hosts}
    others = [server for bound, servers in by_port.items() if bound not in missed for server in servers]
    elsewhere = {own for server in others for own in server.sni_hosts}
    return not any(
        own == "*" or host == own or subset_of(host, own) for own in elsewhere for host in hosts or {"*"}
    )


def find_invalid(evidence: Evidence) -> Iterator[Finding]:
    """Objects that the webhook of istiod would not let in."""
    problems = {
        "ServiceEntry": _of_service_entry,
        "VirtualService": _of_virtual_service,
        "AuthorizationPolicy": _of_policy,
    }
    for kind, judge in problems.items():
        for item in evidence.objects(kind):
            for why in (*judge(item), *_of_export(item)):
                yield Finding(
                    kind=INVALID,
                    facts={"subject": f"{kind} {item.namespace}/{item.name}", "why": why},
                    about=Subjects(namespaces=(item.namespace,)),
                    addresses=(item.address,),
                )


def _of_service_entry(item: KubernetesObject) -> Iterator[str]:
    spec = item.spec
    resolution = str(spec.get("resolution") or "NONE")
    endpoints, selected = spec.get("endpoints"), spec.get("workloadSelector")
    alone = not endpoints and not selected
    for host in map(str, spec.get("hosts") or ()):
        if host == "*":
            yield "the host * is every name"
        elif is_wildcard(host) and resolution in NAMELESS and alone:
            yield f"the host {host} cannot be resolved by {resolution} without endpoints"
    if resolution == "STATIC" and alone:
        yield "resolution STATIC needs endpoints"
    if resolution == "NONE" and endpoints:
        yield "resolution NONE takes no endpoints"
    if resolution in NAMELESS and any("/" in str(one) for one in spec.get("addresses") or ()):
        yield f"addresses with a mask need resolution NONE or STATIC, not {resolution}"
    for field in ("number", "name"):
        stated = [port.get(field) for port in spec.get("ports") or ()]
        if len(set(stated)) < len(stated):
            yield f"a port {field} is stated twice"


def _of_virtual_service(item: KubernetesObject) -> Iterator[str]:
    spec = item.spec
    hosts = [str(host) for host in spec.get("hosts") or ()]
    if "*" in hosts and "mesh" in (spec.get("gateways") or ("mesh",)):
        yield "the host * is not for the mesh"
    if len(set(hosts)) < len(hosts):
        yield "a host is stated twice"
    for route in spec.get("tls") or ():
        for match in route.get("match") or ():
            for sni in map(str, match.get("sniHosts") or ()):
                if not any(subset_of(sni.lower(), host.lower()) for host in hosts):
                    yield f"the SNI host {sni} is none of its hosts"


def _of_policy(item: KubernetesObject) -> Iterator[str]:
    spec = item.spec
    if spec.get("action") == "DENY" and not spec.get("rules"):
        yield "DENY needs rules"
    for rule in spec.get("rules") or ():
        for entry in rule.get("from") or () if rule else ():
            if not entry.get("source"):
                yield "a source is empty"
        for entry in rule.get("to") or () if rule else ():
            if not entry.get("operation"):
                yield "an operation is empty"


def _of_export(item: KubernetesObject) -> Iterator[str]:
    listed = [str(one) for one in item.spec.get("exportTo") or ()]
    if "*" in listed and len(listed) > 1:
        yield "exportTo states * beside other namespaces"
    for one in listed:
        if "*" in one and one != "*":
            yield f"exportTo {one} is no namespace"


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=DENY_OF_NOBODY, find=find_deny_of_nobody),
    Analyzer(kind=INVALID, find=find_invalid),
)
