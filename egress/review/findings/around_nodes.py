"""Ways around over the gateway's nodes: whose firewall is the gateway's, whoever runs there."""

from collections.abc import Iterable, Iterator

from egress.review.errors import Undecided
from egress.review.findings.admission import refusing
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects
from egress.review.network.addresses import INTERNET
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.network.vpc import NodePool
from egress.review.objects.placement import REPELLING, fits

ON_GATEWAY_NODES = Kind(
    code="EG115",
    name="may-run-on-gateway-nodes",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{subject} may run on the gateway's nodes ({pool}), whose firewall lets it reach the internet itself",
    fix="take the toleration off the Pods, or give the pool a taint that only the gateway's Pods tolerate",
)

ANYONE_MAY_TOLERATE = Kind(
    code="EG116",
    name="toleration-not-admission-controlled",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no admission policy keeps other Pods from tolerating the taint of the gateway's nodes ({subject})",
    fix="bind a ValidatingAdmissionPolicy that refuses the toleration outside the gateway's namespace",
)


HTTPS_PORT = 443


def find_on_gateway_nodes(evidence: Evidence) -> Iterator[Finding]:
    """Workloads that the scheduler may put where the gateways run."""
    for pod in evidence.identities:
        for pool in gateway_pools(evidence):
            if fits(pod, pool) and reaches_the_internet(evidence, pool):
                yield Finding(
                    kind=ON_GATEWAY_NODES,
                    facts={"subject": pod.identity, "pool": pool.name},
                    about=Subjects(identities=(pod.identity,)),
                    addresses=tuple(address for address in (pod.address, pool.address) if address),
                )


def reaches_the_internet(evidence: Evidence, pool: NodePool) -> bool:
    """True unless the firewall keeps a pool's nodes in."""
    firewall, internet = evidence.cluster.firewall, evidence.cluster.outside(INTERNET)
    if firewall is None:
        return False
    try:
        step = firewall.egress(Flow(Endpoint(pool.name, None, pools=(pool,)), internet, HTTPS_PORT))
    except Undecided:
        return True
    return not step.refuses


def find_anyone_may_tolerate(evidence: Evidence) -> Iterator[Finding]:
    """Gateway pools whose taint any Pod may tolerate."""
    if any("tolerations" in str(policy.spec) for policy in refusing(evidence, "", "pods")):
        return
    for pool in gateway_pools(evidence):
        if not _repels(pool):
            continue
        yield Finding(kind=ANYONE_MAY_TOLERATE, facts={"subject": pool.name}, addresses=(pool.address,))


def gateway_pools(evidence: Evidence) -> list[NodePool]:
    """The node pools that are the gateways': those with a taint that they tolerate, or that they choose by name."""
    vpc = evidence.cluster.vpc
    if vpc is None:
        return []
    return [
        pool
        for pool in vpc.pools
        if any(
            fits(gateway, pool) and (_repels(pool) or gateway.node_selector or gateway.node_terms)
            for gateway in evidence.gateways
        )
    ]


def _repels(pool: NodePool) -> bool:
    return any(effect in REPELLING for _, _, effect in pool.taints)


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=ON_GATEWAY_NODES, find=find_on_gateway_nodes),
    Analyzer(kind=ANYONE_MAY_TOLERATE, find=find_anyone_may_tolerate),
)
