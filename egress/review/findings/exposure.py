"""Exposure: objects that more see than need to, rules wider than their purpose."""

from collections.abc import Iterable, Iterator

from egress.review.addresses import INTERNET, PRIVATE, Cover, network
from egress.review.answer import Passage
from egress.review.controls.endpoint import Connection, Endpoint
from egress.review.findings.around_isolation import gateway_pools
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, cell, some
from egress.review.mesh.visibility import PUBLIC, exported_to
from egress.review.vpc import FirewallRule

EXPORTED_TO_ALL = Kind(
    code="EG301",
    name="exported-to-all",
    family=Family.EXPOSURE,
    level=Level.WARNING,
    message="{kind} {subject} is exported to every namespace",
    mend="list in exportTo the gateway's namespace and those that are granted the host",
)

INTERNET_FROM_APPLICATIONS = Kind(
    code="EG302",
    name="firewall-opens-the-internet",
    family=Family.EXPOSURE,
    level=Level.ERROR,
    message="the firewall rule {subject} lets nodes other than the gateway's reach the internet on {ports}",
    mend="target the gateway nodes' service account, or narrow the destinations",
)

EVERY_MACHINE = Kind(
    code="EG303",
    name="firewall-rule-for-every-machine",
    family=Family.EXPOSURE,
    level=Level.NOTE,
    message="the firewall rule {subject} allows every machine of the network, not only the cluster's nodes",
    mend="target the nodes' service accounts",
)

WIDER_POLICY = Kind(
    code="EG304",
    name="network-policy-wider-than-firewall",
    family=Family.EXPOSURE,
    level=Level.NOTE,
    message="NetworkPolicy {subject} opens {cidr}, which the firewall lets no node of the Pods reach",
    mend="let DNS, firewall and NetworkPolicies name the same range",
)


def find_exported_to_all(evidence: Evidence) -> Iterator[Finding]:
    """ServiceEntries, VirtualServices and DestinationRules that every namespace sees (the tutorial's D3)."""
    platform = {gateway.namespace for gateway in evidence.gateways}
    for item in evidence.objects("ServiceEntry", "VirtualService", "DestinationRule"):
        if item.namespace in platform and PUBLIC in exported_to(
            item.spec.get("exportTo"), item.namespace, evidence.inventory.mesh.exports.of(item.kind)
        ):
            cells = tuple(
                cell(row.identity, row.scheme, row.host)
                for row in evidence.named_rows
                if item.address in {step.address for step in row.answer.steps}
            )
            yield Finding(
                kind=EXPORTED_TO_ALL,
                facts={"kind": item.kind, "subject": f"{item.namespace}/{item.name}"},
                addresses=(item.address,),
                cells=cells,
            )


def find_internet(evidence: Evidence) -> Iterator[Finding]:
    """Egress allows to the internet that hold for nodes without a gateway."""
    vpc = evidence.review.vpc
    if vpc is None or evidence.review.firewall is None:
        return
    theirs = {pool.name for pool in gateway_pools(evidence)}
    others = [pool for pool in vpc.pools if pool.name not in theirs]
    for rule in vpc.firewall:
        if (
            not rule.egress
            or not rule.allow
            or not rule.traffic
            or INTERNET.covered_by(rule.ranges) is Cover.NONE
        ):
            continue
        if any(rule in evidence.review.firewall.rules_for(pool) for pool in others):
            yield Finding(
                kind=INTERNET_FROM_APPLICATIONS,
                facts={"subject": rule.name, "ports": _ports(rule)},
                addresses=(rule.address,),
            )


def find_every_machine(evidence: Evidence) -> Iterator[Finding]:
    """Allows without a target (the tutorial's D8)."""
    vpc = evidence.review.vpc
    for rule in vpc.firewall if vpc else ():
        if rule.allow and rule.traffic and not rule.target_service_accounts and not rule.target_tags:
            yield Finding(kind=EVERY_MACHINE, facts={"subject": rule.name}, addresses=(rule.address,))


def find_wider_policy(evidence: Evidence) -> Iterator[Finding]:
    """IpBlocks of egress policies that the firewall closes (the tutorial's D9)."""
    firewall = evidence.review.firewall
    if firewall is None:
        return
    by_namespace = {source.namespace: source for source in evidence.identities}
    told: set[tuple[str, str]] = set()
    for policy in evidence.objects("NetworkPolicy"):
        source = by_namespace.get(policy.namespace)
        if source is None:
            continue
        for rule in policy.spec.get("egress") or ():
            for peer in rule.get("to") or ():
                cidr = str((peer.get("ipBlock") or {}).get("cidr") or "")
                if (
                    not cidr
                    or (policy.address, cidr) in told
                    or network(cidr).covered_by(PRIVATE) is Cover.ALL
                ):
                    continue
                end = Endpoint(cidr, network(cidr))
                step = firewall.egress(Connection(evidence.review.endpoint(source), end, 443))
                if step.passage is Passage.REFUSES:
                    told.add((policy.address, cidr))
                    yield Finding(
                        kind=WIDER_POLICY,
                        facts={"subject": f"{policy.namespace}/{policy.name}", "cidr": cidr},
                        addresses=tuple(a for a in (policy.address, step.address) if a),
                    )


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
