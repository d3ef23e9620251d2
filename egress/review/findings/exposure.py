"""Exposure: objects that more see than need to, rules wider than their purpose."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from egress.review.decision.decision import Decision
from egress.review.errors import Undecided
from egress.review.findings.around_nodes import gateway_pools
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Field, Finding, Kind, Level, Subjects, some
from egress.review.istio.hostnames import fully_qualified
from egress.review.istio.visibility import PUBLIC, exported_to
from egress.review.network.addresses import INTERNET, PRIVATE, Cover, network
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.network.firewall import Firewall
from egress.review.network.network_policy_rules import Block, Direction, PeerRule, Ports
from egress.review.network.vpc import FirewallRule, NodePool
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.workloads import Workload

HTTPS_PORT = 443

EXPORTED_TO_ALL = Kind(
    code="EG301",
    name="exported-to-all",
    family=Family.EXPOSURE,
    level=Level.WARNING,
    message="{kind} {subject} is exported to every namespace",
    fix="list in exportTo the gateway's namespace and those that are granted the host",
)

INTERNET_FROM_APPLICATIONS = Kind(
    code="EG302",
    name="firewall-opens-the-internet",
    family=Family.EXPOSURE,
    level=Level.ERROR,
    message="the firewall rule {subject} lets nodes other than the gateway's reach {where} on {ports}",
    fix="target the gateway nodes' service account, or narrow the destinations",
)

EVERY_MACHINE = Kind(
    code="EG303",
    name="firewall-rule-for-every-machine",
    family=Family.EXPOSURE,
    level=Level.NOTE,
    message="the firewall rule {subject} allows every machine of the network, not only the cluster's nodes",
    fix="target the nodes' service accounts",
)

WIDER_POLICY = Kind(
    code="EG304",
    name="network-policy-wider-than-firewall",
    family=Family.EXPOSURE,
    level=Level.NOTE,
    message="NetworkPolicy {subject} opens {cidr}, which the firewall lets no node of the Pods reach",
    fix="let DNS, firewall and NetworkPolicies name the same range",
)


def find_exported_to_all(evidence: Evidence) -> Iterator[Finding]:
    """The platform's objects for outside hosts that every namespace sees (the tutorial's D3)."""
    exports = evidence.inventory.mesh.exports
    for item in evidence.objects("ServiceEntry", "VirtualService", "DestinationRule"):
        public = PUBLIC in exported_to(item.spec.get("exportTo"), item.namespace, exports.of(item.kind))
        if public and item.namespace in evidence.platform and _of_egress(evidence, item):
            cells = tuple(
                row.cell
                for row in evidence.named_rows
                if item.address in {step.address for step in row.answer.steps}
            )
            yield Finding(
                kind=EXPORTED_TO_ALL,
                facts={"kind": item.kind, "subject": f"{item.namespace}/{item.name}"},
                addresses=(item.address,),
                cells=cells,
            )


def _of_egress(evidence: Evidence, item: KubernetesObject) -> bool:
    """True for what names an outside host or a gateway's Service; not for a rule of the mesh as a whole."""
    hosts = [str(host) for host in item.spec.get("hosts") or (item.spec.get("host", ""),)]
    mesh = evidence.cluster.mesh
    inside = {service.host for service in mesh.registry.services if not service.external}
    ours = {s.host for gateway in evidence.egress_gateways for s in evidence.servers(gateway).services}
    named = [fully_qualified(host, item.namespace) for host in hosts]
    return any(host in ours or (host not in inside and host != "*.local") for host in named)


def find_internet(evidence: Evidence) -> Iterator[Finding]:
    """Egress allows to the internet that hold for nodes without a gateway."""
    vpc = evidence.cluster.vpc
    if vpc is None or evidence.cluster.firewall is None:
        return
    theirs = {pool.name for pool in gateway_pools(evidence)}
    others = [pool for pool in vpc.pools if pool.name not in theirs]
    for rule in vpc.firewall:
        cover = INTERNET.covered_by(rule.ranges)
        if not rule.egress or not rule.allow or not rule.traffic or cover is Cover.NONE:
            continue
        if any(_decides(evidence.cluster.firewall, rule, pool) for pool in others):
            yield Finding(
                kind=INTERNET_FROM_APPLICATIONS,
                facts={
                    "subject": rule.name,
                    "ports": _ports(rule),
                    "where": "the internet" if cover is Cover.ALL else f"{rule.ranges.name} on the internet",
                },
                addresses=(rule.address,),
            )


def _decides(firewall: Firewall, rule: FirewallRule, pool: NodePool) -> bool:
    """True when a rule is tried for a pool's nodes before one that refuses all of its addresses and ports."""
    for earlier in firewall.rules_for(pool):
        if earlier is rule:
            return True
        everything = any(name == "all" and not ports for name, ports in earlier.traffic)
        if not earlier.allow and everything and rule.ranges.covered_by(earlier.ranges) is Cover.ALL:
            return False
    return False


def find_every_machine(evidence: Evidence) -> Iterator[Finding]:
    """Allows without a target (the tutorial's D8)."""
    vpc = evidence.cluster.vpc
    for rule in vpc.firewall if vpc else ():
        if rule.allow and rule.traffic and not rule.target_service_accounts and not rule.target_tags:
            yield Finding(kind=EVERY_MACHINE, facts={"subject": rule.name}, addresses=(rule.address,))


def find_wider_policy(evidence: Evidence) -> Iterator[Finding]:
    """IpBlocks of egress policies that the firewall closes (the tutorial's D9)."""
    firewall = evidence.cluster.firewall
    if firewall is None:
        return
    by_namespace: dict[str, list[Workload]] = defaultdict(list)
    for source in evidence.identities:
        by_namespace[source.namespace].append(source)
    for policy in evidence.cluster.network_policies.all:
        held = [
            source
            for source in by_namespace.get(policy.namespace, ())
            if policy.isolates(source, Direction.EGRESS)
        ]
        blocks = {
            (peer.cidr, _tcp_port(rule))
            for rule in policy.egress or ()
            for peer in rule.peers
            if isinstance(peer, Block)
        }
        told: set[str] = set()
        for cidr, port in sorted(blocks):
            if cidr in told or network(cidr).covered_by(PRIVATE) is Cover.ALL:
                continue
            steps = [
                step
                for source in held
                if (step := _closed(evidence, firewall, source, cidr, port)) is not None
            ]
            if held and len(steps) == len(held):
                told.add(cidr)
                yield Finding(
                    kind=WIDER_POLICY,
                    facts={"subject": f"{policy.namespace}/{policy.name}", "cidr": cidr},
                    about=Subjects(fields=(Field(("egress", "to", "ipBlock", "cidr"), cidr),)),
                    addresses=tuple(a for a in (policy.address, steps[0].address) if a),
                )


def _closed(
    evidence: Evidence, firewall: Firewall, source: Workload, cidr: str, port: int
) -> Decision | None:
    """The firewall's refusal of a whole range to a Pod; None where it lets some of it pass."""
    try:
        step = firewall.egress(Flow(evidence.cluster.endpoint(source), Endpoint(cidr, network(cidr)), port))
    except Undecided:
        return None
    return step if step.refuses else None


def _tcp_port(rule: PeerRule) -> int:
    """A TCP port that a rule of a NetworkPolicy opens."""
    stated = (ports.first for ports in rule.ports if isinstance(ports, Ports) and ports.protocol == "TCP")
    return next((port for port in stated if port), HTTPS_PORT)


def _ports(rule: FirewallRule) -> str:
    ports = [
        f"{protocol} {low}" + (f"-{high}" if high != low else "")
        for protocol, ranges in rule.traffic
        for low, high in ranges or ((0, 65535),)
    ]
    return some(ports)


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=EXPORTED_TO_ALL, find=find_exported_to_all),
    Analyzer(kind=INTERNET_FROM_APPLICATIONS, find=find_internet),
    Analyzer(kind=EVERY_MACHINE, find=find_every_machine),
    Analyzer(kind=WIDER_POLICY, find=find_wider_policy),
)
