"""Dead routing and network rules: servers left out, routes to nowhere, rules in another's shadow, istiod cut off."""

from collections.abc import Iterable, Iterator

from egress.review.addresses import AddressSet, Cover
from egress.review.answer import Passage, Verdict
from egress.review.controls.endpoint import Connection
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, cell
from egress.review.vpc import FirewallRule

SERVER_LEFT_OUT = Kind(
    code="EG211",
    name="gateway-server-left-out",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="server {number} of Gateway {subject} listens nowhere: {why}",
    mend="give the server a port of the gateway's Service and hosts that no older server has",
)

DEAD_ROUTE = Kind(
    code="EG212",
    name="route-to-nowhere",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{identity} {scheme}://{subject}: {why}",
    mend="name a host, port and subset that exist and are exported to the namespace that sends",
)

SHADOWED_RULE = Kind(
    code="EG213",
    name="firewall-rule-in-shadow",
    family=Family.DEAD_POLICY,
    level=Level.NOTE,
    message="the firewall rule {subject} decides nothing: {by} decides all of it before",
    mend="remove the rule or change the priorities",
)

ISTIOD_CUT_OFF = Kind(
    code="EG214",
    name="sidecar-cut-off-from-istiod",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="the NetworkPolicies of {subject} let its sidecars reach no istiod on port 15012",
    mend="select istiod by app: istiod; istio: istiod is there only when a revision is set",
)

XDS_PORT = 15012


def find_server_left_out(evidence: Evidence) -> Iterator[Finding]:
    """Servers that istiod skips, or that no VirtualService gives a route."""
    for gateway in evidence.gateways:
        servers = evidence.servers(gateway)
        for skipped in servers.skipped:
            yield Finding(
                kind=SERVER_LEFT_OUT,
                facts={
                    "number": str(skipped.server.number),
                    "subject": skipped.server.name,
                    "why": skipped.reason,
                },
                addresses=(skipped.server.gateway.address,),
            )
        for port, listed in sorted(servers.by_port.items()):
            for server in listed:
                if server.mode and not evidence.chains(gateway, port).has(server):
                    yield Finding(
                        kind=SERVER_LEFT_OUT,
                        facts={
                            "number": str(server.number),
                            "subject": server.name,
                            "why": "no VirtualService has a route for it",
                        },
                        addresses=(server.gateway.address,),
                    )


def find_dead_route(evidence: Evidence) -> Iterator[Finding]:
    """Cells that end at a route, a service or a listener that is not there."""
    for row in evidence.named_rows:
        step = row.answer.decisive
        if row.answer.verdict is not Verdict.REFUSED or step is None:
            continue
        if step.control in ("sidecar route", "gateway route", "gateway listener", "service"):
            yield Finding(
                kind=DEAD_ROUTE,
                facts={
                    "identity": row.identity,
                    "scheme": row.scheme,
                    "subject": row.host,
                    "why": step.reason,
                },
                addresses=(step.address,) if step.address else (),
                cells=(cell(row.identity, row.scheme, row.host),),
            )


def find_shadowed_rule(evidence: Evidence) -> Iterator[Finding]:
    """Firewall rules every packet of which an earlier rule decides."""
    vpc = evidence.review.vpc
    rules = [rule for rule in vpc.firewall if rule.traffic] if vpc else []
    for rule in rules:
        for earlier in rules:
            if (
                earlier is not rule
                and earlier.egress == rule.egress
                and _before(earlier, rule)
                and _covers(earlier, rule)
            ):
                yield Finding(
                    kind=SHADOWED_RULE,
                    facts={"subject": rule.name, "by": earlier.name},
                    addresses=(rule.address, earlier.address),
                )
                break


def _before(one: FirewallRule, other: FirewallRule) -> bool:
    return (one.priority, one.allow) < (other.priority, other.allow)


def _covers(one: FirewallRule, other: FirewallRule) -> bool:
    """True when a rule applies to every node, address and port of another."""
    narrowed = (one.target_service_accounts, one.target_tags, one.source_service_accounts, one.source_tags)
    same = (
        other.target_service_accounts,
        other.target_tags,
        other.source_service_accounts,
        other.source_tags,
    )
    if any(narrowed) and narrowed != same:
        return False
    ranges: AddressSet = other.ranges
    if ranges.covered_by(one.ranges) is not Cover.ALL:
        return False
    return all(
        any(
            name in ("all", protocol)
            and (
                not wide
                or (ports and all(any(a <= low and high <= b for a, b in wide) for low, high in ports))
            )
            for name, wide in one.traffic
        )
        for protocol, ports in other.traffic
    )


def find_istiod_cut_off(evidence: Evidence) -> Iterator[Finding]:
    """Namespaces whose sidecars get no configuration (the tutorial's D6)."""
    root = evidence.inventory.mesh.root_namespace
    control_planes = [
        pod
        for pod in evidence.review.mesh.workloads.values()
        if pod.namespace == root and pod.labels.get("app") == "istiod"
    ]
    if not control_planes:
        return
    told: set[str] = set()
    for source in evidence.identities:
        policies = evidence.review.network_policies
        if not source.meshed or source.namespace in told or not policies.selecting(source, "Egress"):
            continue
        ends = [evidence.review.endpoint(pod) for pod in control_planes]
        steps = [policies.egress(Connection(evidence.review.endpoint(source), end, XDS_PORT)) for end in ends]
        if all(step.passage is Passage.REFUSES for step in steps):
            told.add(source.namespace)
            yield Finding(
                kind=ISTIOD_CUT_OFF,
                facts={"subject": source.namespace},
                addresses=tuple(policy.address for policy in policies.selecting(source, "Egress")),
            )


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=SERVER_LEFT_OUT, find=find_server_left_out),
    Analyzer(kind=DEAD_ROUTE, find=find_dead_route),
    Analyzer(kind=SHADOWED_RULE, find=find_shadowed_rule),
    Analyzer(kind=ISTIOD_CUT_OFF, find=find_istiod_cut_off),
)
