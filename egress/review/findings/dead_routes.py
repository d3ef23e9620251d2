"""Dead routing and network rules: servers left out, routes to nowhere, rules in another's shadow, istiod cut off."""

from collections.abc import Iterable, Iterator

from egress.review.answer import Verdict
from egress.review.decision.control import Control
from egress.review.errors import Undecided
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Field, Finding, Kind, Level, Subjects, some
from egress.review.network.addresses import Cover
from egress.review.network.endpoint import Flow
from egress.review.network.network_policy_rules import Direction
from egress.review.network.vpc import FirewallRule
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload
from egress.review.output.texts.reasons import reason_text

SERVER_LEFT_OUT = Kind(
    code="EG211",
    name="gateway-server-left-out",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="server {number} of Gateway {subject} listens nowhere on {gateway}: {why}",
    fix="give the server a port of the gateway's Service and hosts that no older server has",
)

DEAD_ROUTE = Kind(
    code="EG212",
    name="route-to-nowhere",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="{identity} {scheme}://{subject}: {why}",
    fix="name a host, port and subset that exist and are exported to the namespace that sends",
)

SHADOWED_RULE = Kind(
    code="EG213",
    name="firewall-rule-in-shadow",
    family=Family.DEAD_POLICY,
    level=Level.NOTE,
    message="the firewall rule {subject} decides nothing: {by} decides all of it before",
    fix="remove the rule or change the priorities",
)

ISTIOD_CUT_OFF = Kind(
    code="EG214",
    name="sidecar-cut-off-from-istiod",
    family=Family.DEAD_POLICY,
    level=Level.ERROR,
    message="the NetworkPolicies of {subject} let its sidecars reach no istiod on port 15012",
    fix="select istiod by app: istiod; istio: istiod is there only when a revision is set",
)

XDS_PORT = 15012

ENDS_OF_ROUTES = (
    Control.SIDECAR_ROUTE,
    Control.GATEWAY_ROUTE,
    Control.GATEWAY_LISTENER,
    Control.SERVICE,
)
"""The controls that refuse a request for want of something to route it to."""


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
                    "gateway": gateway.identity,
                    "why": reason_text(skipped.reason),
                },
                about=_numbered(skipped.server.number),
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
                            "gateway": gateway.identity,
                            "why": "no VirtualService has a route for it",
                        },
                        about=_numbered(server.number),
                        addresses=(server.gateway.address,),
                    )

    for item in evidence.cluster.mesh.gateway_objects:
        if item.namespace in evidence.platform and evidence.gateways and not _selects(evidence, item):
            numbers = [(server.get("port") or {}).get("number") for server in item.spec.get("servers") or ()]
            yield Finding(
                kind=SERVER_LEFT_OUT,
                facts={
                    "number": some(map(str, numbers)),
                    "subject": f"{item.namespace}/{item.name}",
                    "gateway": "any gateway",
                    "why": "its selector takes none of their Pods",
                },
                about=_numbered(*numbers),
                addresses=(item.address,),
            )


def _numbered(*numbers: object) -> Subjects:
    """Servers of a Gateway by their port numbers."""
    return Subjects(fields=tuple(Field(("servers", "port", "number"), str(number)) for number in numbers))


def _selects(evidence: Evidence, item: KubernetesObject) -> bool:
    return any(matches_labels(item.spec.get("selector"), gateway.labels) for gateway in evidence.gateways)


def find_dead_route(evidence: Evidence) -> Iterator[Finding]:
    """Cells that end at a route, a service or a listener that is not there."""
    for row in evidence.named_rows:
        step = row.answer.decisive
        if row.answer.verdict is not Verdict.REFUSED or step is None:
            continue
        if step.control in ENDS_OF_ROUTES:
            yield Finding(
                kind=DEAD_ROUTE,
                facts={
                    "identity": row.identity,
                    "scheme": row.scheme,
                    "subject": row.host,
                    "why": reason_text(step.reason),
                },
                about=Subjects(identities=(row.identity,), hosts=(row.host,)),
                addresses=(step.address,) if step.address else (),
                cells=(row.cell,),
            )


def find_shadowed_rule(evidence: Evidence) -> Iterator[Finding]:
    """Firewall rules every packet of which an earlier rule decides."""
    vpc = evidence.cluster.vpc
    rules = [rule for rule in vpc.firewall if rule.traffic] if vpc else []
    for rule in rules:
        for earlier in rules:
            if (
                earlier is not rule
                and earlier.egress == rule.egress
                and _before(earlier, rule)
                and covers(earlier, rule)
            ):
                yield Finding(
                    kind=SHADOWED_RULE,
                    facts={"subject": rule.name, "by": earlier.name},
                    addresses=(rule.address, earlier.address),
                )
                break


def _before(one: FirewallRule, other: FirewallRule) -> bool:
    return (one.priority, one.allow) < (other.priority, other.allow)


def covers(one: FirewallRule, other: FirewallRule) -> bool:
    """True when a rule applies to every node, address and port of another."""
    ours, theirs = (
        (one.target_service_accounts, one.target_tags),
        (
            other.target_service_accounts,
            other.target_tags,
        ),
    )
    if any(ours) and not (any(theirs) and all(set(b) <= set(a) for a, b in zip(ours, theirs, strict=True))):
        return False
    # An ingress rule takes what comes from one of its ranges, accounts or tags.
    sources = zip(
        (one.source_service_accounts, one.source_tags),
        (other.source_service_accounts, other.source_tags),
        strict=True,
    )
    if not all(set(b) <= set(a) for a, b in sources):
        return False
    if other.ranges.covered_by(one.ranges) is not Cover.ALL:
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
    control_planes = [
        pod for pod in evidence.cluster.mesh.workloads.values() if pod.labels.get("app") == "istiod"
    ]
    told: set[str] = set()
    policies = evidence.cluster.network_policies
    for source in evidence.identities:
        if not source.meshed or source.namespace in told or not policies.selecting(source, Direction.EGRESS):
            continue
        own = _asked_by(evidence, source, control_planes)
        if own and all(_refused(evidence, source, pod) for pod in own):
            told.add(source.namespace)
            yield Finding(
                kind=ISTIOD_CUT_OFF,
                facts={"subject": source.namespace},
                about=Subjects(namespaces=(source.namespace,)),
                addresses=tuple(policy.address for policy in policies.selecting(source, Direction.EGRESS)),
            )


def _asked_by(evidence: Evidence, source: Workload, control_planes: list[Workload]) -> list[Workload]:
    """The control planes that a sidecar may ask: of its revision where the labels tell it, else any."""
    revision = evidence.cluster.mesh.labels_of(source.namespace).get("istio.io/rev")
    own = [pod for pod in control_planes if pod.labels.get("istio.io/rev", "default") == revision]
    return own or control_planes


def _refused(evidence: Evidence, source: Workload, pod: Workload) -> bool:
    connection = Flow(evidence.cluster.endpoint(source), evidence.cluster.endpoint(pod), XDS_PORT)
    try:
        return evidence.cluster.network_policies.egress(connection).refuses
    except Undecided:
        return False


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=SERVER_LEFT_OUT, find=find_server_left_out),
    Analyzer(kind=DEAD_ROUTE, find=find_dead_route),
    Analyzer(kind=SHADOWED_RULE, find=find_shadowed_rule),
    Analyzer(kind=ISTIOD_CUT_OFF, find=find_istiod_cut_off),
)
