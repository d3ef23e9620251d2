"""Ways around that missing isolation leaves: no NetworkPolicy, no REGISTRY_ONLY, no sidecar, the gateway's nodes."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from egress.review.findings.admission import refusing
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, some
from egress.review.placement import fits
from egress.review.vpc import NodePool
from egress.review.workloads import Workload, injects

NO_POLICIES = Kind(
    code="EG111",
    name="namespace-without-network-policies",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no NetworkPolicy holds the egress of {who} in {subject}: without its sidecar the firewall alone is left",
    mend="give the namespace a default-deny policy for egress and one for each peer it needs",
)

GATEWAY_OPEN = Kind(
    code="EG112",
    name="gateway-accepts-anyone",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no NetworkPolicy says who may connect to the gateway {subject}",
    mend="isolate the gateway's Pods for ingress and name the namespaces and ports that may connect",
)

ALLOW_ANY = Kind(
    code="EG113",
    name="namespace-without-registry-only",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="the sidecars of {subject} send requests for unknown hosts straight out (ALLOW_ANY)",
    mend="set outboundTrafficPolicy REGISTRY_ONLY in the namespace's Sidecar or in meshConfig",
)

NO_INJECTION = Kind(
    code="EG114",
    name="injection-off",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="{who} in {subject} run without a sidecar",
    mend="label the namespace for injection and take sidecar.istio.io/inject and hostNetwork off the Pods",
)

ON_GATEWAY_NODES = Kind(
    code="EG115",
    name="may-run-on-gateway-nodes",
    family=Family.WAY_AROUND,
    level=Level.ERROR,
    message="{subject} may run on the gateway's nodes ({pool}), whose firewall lets it reach the internet itself",
    mend="take the toleration off the Pods, or the pool a taint of its own",
)

ANYONE_MAY_TOLERATE = Kind(
    code="EG116",
    name="toleration-not-admission-controlled",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no admission policy keeps other Pods from tolerating the taint of the gateway's nodes ({subject})",
    mend="bind a ValidatingAdmissionPolicy that refuses the toleration outside the gateway's namespace",
)


def find_no_policies(evidence: Evidence) -> Iterator[Finding]:
    """Namespaces whose Pods no policy isolates for egress."""
    open_pods: dict[str, list[Workload]] = defaultdict(list)
    for pod in evidence.identities:
        if not evidence.review.network_policies.selecting(pod, "Egress"):
            open_pods[pod.namespace].append(pod)
    for namespace, pods in open_pods.items():
        yield Finding(
            kind=NO_POLICIES,
            facts={"who": some(pod.name for pod in pods), "subject": namespace},
            addresses=_namespace(evidence, namespace, pods),
        )


def find_gateway_open(evidence: Evidence) -> Iterator[Finding]:
    """Gateways that no policy isolates for ingress."""
    for gateway in evidence.gateways:
        if not evidence.review.network_policies.selecting(gateway, "Ingress"):
            yield Finding(
                kind=GATEWAY_OPEN,
                facts={"subject": gateway.identity},
                addresses=(gateway.address,) if gateway.address else (),
            )


def find_allow_any(evidence: Evidence) -> Iterator[Finding]:
    """Namespaces whose outbound policy lets unknown hosts through."""
    seen: dict[str, str | None] = {}
    for pod in evidence.identities:
        if pod.meshed:
            scope = evidence.review.mesh.scope(pod)
            if not scope.registry_only:
                seen.setdefault(pod.namespace, scope.address)
    for namespace, address in seen.items():
        yield Finding(
            kind=ALLOW_ANY,
            facts={"subject": namespace},
            addresses=(address,) if address else _namespace(evidence, namespace, []),
        )


def find_no_injection(evidence: Evidence) -> Iterator[Finding]:
    """Pods of application namespaces without a sidecar."""
    without: dict[str, list[Workload]] = defaultdict(list)
    for pod in evidence.identities:
        if not pod.meshed:
            without[pod.namespace].append(pod)
    for namespace, pods in without.items():
        injecting = injects(evidence.review.mesh.labels_of(namespace))
        addresses = [pod.address for pod in pods if pod.address] if injecting else []
        yield Finding(
            kind=NO_INJECTION,
            facts={"who": some(pod.name for pod in pods), "subject": namespace},
            addresses=tuple(addresses) or _namespace(evidence, namespace, pods),
        )


def find_on_gateway_nodes(evidence: Evidence) -> Iterator[Finding]:
    """Workloads that the scheduler may put where the gateways run."""
    for pod in evidence.identities:
        for pool in gateway_pools(evidence):
            if fits(pod, pool):
                yield Finding(
                    kind=ON_GATEWAY_NODES,
                    facts={"subject": pod.identity, "pool": pool.name},
                    addresses=tuple(address for address in (pod.address, pool.address) if address),
                )


def find_anyone_may_tolerate(evidence: Evidence) -> Iterator[Finding]:
    """Gateway pools whose taint any Pod may tolerate."""
    if any("tolerations" in str(policy.spec) for policy in refusing(evidence, "", "pods")):
        return
    for pool in gateway_pools(evidence):
        yield Finding(kind=ANYONE_MAY_TOLERATE, facts={"subject": pool.name}, addresses=(pool.address,))


def gateway_pools(evidence: Evidence) -> list[NodePool]:
    """The node pools a gateway may run on and nothing without a toleration may."""
    vpc = evidence.review.vpc
    if vpc is None:
        return []
    return [
        pool
        for pool in vpc.pools
        if pool.taints and any(fits(gateway, pool) for gateway in evidence.gateways)
    ]


def _namespace(evidence: Evidence, namespace: str, pods: Iterable[Workload]) -> tuple[str, ...]:
    declared = evidence.review.mesh.namespace_objects.get(namespace)
    if declared is not None:
        return (declared.address,)
    return tuple(pod.address for pod in pods if pod.address)


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=NO_POLICIES, find=find_no_policies),
    Analyzer(kind=GATEWAY_OPEN, find=find_gateway_open),
    Analyzer(kind=ALLOW_ANY, find=find_allow_any),
    Analyzer(kind=NO_INJECTION, find=find_no_injection),
    Analyzer(kind=ON_GATEWAY_NODES, find=find_on_gateway_nodes),
    Analyzer(kind=ANYONE_MAY_TOLERATE, find=find_anyone_may_tolerate),
)
