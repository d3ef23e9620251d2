"""Ways around that missing isolation leaves: no NetworkPolicy, no REGISTRY_ONLY, no sidecar, the gateway's nodes."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator

from egress.review.decision.decision import Decision
from egress.review.decision.reason import Why
from egress.review.errors import Undecided
from egress.review.findings.evidence import Evidence
from egress.review.findings.finding import Analyzer, Family, Finding, Kind, Level, Subjects, some
from egress.review.istio.scope import Scope
from egress.review.network.addresses import INTERNET
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.network.network_policy_rules import Direction
from egress.review.objects.workloads import Workload, injects
from egress.review.output.texts.reasons import left_out_text

NO_POLICIES = Kind(
    code="EG111",
    name="namespace-without-network-policies",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no NetworkPolicy keeps {who} in {subject} from the internet: past its sidecar the firewall alone is left",
    fix="give the namespace a default-deny policy for egress and one for each peer it needs",
)

GATEWAY_OPEN = Kind(
    code="EG112",
    name="gateway-accepts-anyone",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="no NetworkPolicy says who may connect to {ports} of the gateway {subject}",
    fix="isolate the gateway's Pods for ingress and name the namespaces and ports that may connect",
)

ALLOW_ANY = Kind(
    code="EG113",
    name="namespace-without-registry-only",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="the sidecars of {subject} send requests for unknown hosts straight out (ALLOW_ANY{why})",
    fix="set outboundTrafficPolicy REGISTRY_ONLY in the namespace's Sidecar or in meshConfig",
)

NO_INJECTION = Kind(
    code="EG114",
    name="injection-off",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="{who} in {subject} run without a sidecar",
    fix="label the namespace for injection and take sidecar.istio.io/inject and hostNetwork off the Pods",
)

NOT_CAPTURED = Kind(
    code="EG117",
    name="sidecar-does-not-see-everything",
    family=Family.WAY_AROUND,
    level=Level.WARNING,
    message="the sidecar of {subject} does not see {what}",
    fix="take the traffic.sidecar.istio.io annotations off the Pods, and give no container the user or group 1337",
)

HTTPS_PORT = 443

STRANGER = Workload(
    namespace="a-namespace-that-no-policy-names",
    name="anyone",
    labels={},
    service_account="default",
    meshed=False,
)
"""A Pod of whom nothing is known: a policy that lets it connect names nobody."""


def find_no_policies(evidence: Evidence) -> Iterator[Finding]:
    """Namespaces whose Pods no policy keeps from the internet: none selects them, or one opens everything."""
    cluster = evidence.cluster
    internet = cluster.outside(INTERNET)
    open_pods: dict[str, list[Workload]] = defaultdict(list)
    for pod in evidence.identities:
        connection = Flow(cluster.endpoint(pod), internet, HTTPS_PORT)
        if _passes(cluster.network_policies.egress, connection):
            open_pods[pod.namespace].append(pod)
    for namespace, pods in open_pods.items():
        opening = [
            policy.address
            for pod in pods
            for policy in cluster.network_policies.selecting(pod, Direction.EGRESS)
        ]
        yield Finding(
            kind=NO_POLICIES,
            facts={"who": some(_spoken(pod) for pod in pods), "subject": namespace},
            about=Subjects(namespaces=(namespace,), identities=tuple(pod.identity for pod in pods)),
            addresses=tuple(dict.fromkeys(opening)) or _namespace(evidence, namespace, pods),
        )


def _spoken(pod: Workload) -> str:
    """A workload's name; of an account without one, what would run as it."""
    account = pod.name.removeprefix("sa/")
    return pod.name if account == pod.name else f"a Pod without labels (account {account})"


def _passes(control: Callable[[Flow], Decision], connection: Flow) -> bool:
    """True when a control certainly lets a connection pass."""
    try:
        return control(connection).passes
    except Undecided:
        return False


def find_gateway_open(evidence: Evidence) -> Iterator[Finding]:
    """Gateways to whose ports a Pod that no policy names may connect."""
    cluster = evidence.cluster
    stranger = Endpoint(
        "a Pod that no policy names", None, STRANGER, {"kubernetes.io/metadata.name": STRANGER.namespace}
    )
    for gateway in evidence.egress_gateways:
        ports = [
            port
            for port in sorted(evidence.servers(gateway).by_port)
            if _passes(
                cluster.network_policies.ingress,
                Flow(stranger, cluster.endpoint(gateway), port),
            )
        ]
        policies = cluster.network_policies.selecting(gateway, Direction.INGRESS)
        if ports or not policies:
            named = "port" + "s" * (len(ports) > 1) + f" {some(map(str, ports))}" if ports else "any port"
            yield Finding(
                kind=GATEWAY_OPEN,
                facts={"subject": gateway.identity, "ports": named},
                about=Subjects(identities=(gateway.identity,)),
                addresses=tuple(policy.address for policy in policies)
                or ((gateway.address,) if gateway.address else ()),
            )


def find_allow_any(evidence: Evidence) -> Iterator[Finding]:
    """Namespaces whose outbound policy lets unknown hosts through."""
    seen: dict[str, Scope] = {}
    for pod in evidence.identities:
        if pod.meshed:
            scope = evidence.cluster.mesh.scope(pod)
            if not scope.registry_only:
                seen.setdefault(pod.namespace, scope)
    for namespace, scope in seen.items():
        assumed = not scope.states_outbound and not evidence.inventory.mesh.given
        address = scope.address or evidence.inventory.mesh.address
        yield Finding(
            kind=ALLOW_ANY,
            facts={
                "subject": namespace,
                "why": ", Istio's default: meshConfig is not in the input" if assumed else "",
            },
            about=Subjects(namespaces=(namespace,)),
            addresses=(address,) if address else _namespace(evidence, namespace, []),
        )


def find_not_captured(evidence: Evidence) -> Iterator[Finding]:
    """Pods that keep connections from their sidecar."""
    for pod in evidence.identities:
        if pod.meshed and not pod.capture.whole and pod.capture.left_out:
            yield Finding(
                kind=NOT_CAPTURED,
                facts={"subject": pod.identity, "what": left_out_text(pod.capture.left_out)},
                about=Subjects(identities=(pod.identity,)),
                addresses=(pod.address,) if pod.address else (),
                cells=tuple(
                    row.cell
                    for row in evidence.rows_by_identity[pod.identity]
                    if any(step.reason.why is Why.NOT_CAPTURED for step in row.answer.steps)
                ),
            )


def find_no_injection(evidence: Evidence) -> Iterator[Finding]:
    """Pods of application namespaces without a sidecar."""
    without: dict[str, list[Workload]] = defaultdict(list)
    for pod in evidence.identities:
        if not pod.meshed and not pod.name.startswith("sa/"):
            without[pod.namespace].append(pod)
    for namespace, pods in without.items():
        injecting = injects(evidence.cluster.mesh.labels_of(namespace))
        addresses = [pod.address for pod in pods if pod.address] if injecting else []
        yield Finding(
            kind=NO_INJECTION,
            facts={"who": some(pod.name for pod in pods), "subject": namespace},
            about=Subjects(namespaces=(namespace,), identities=tuple(pod.identity for pod in pods)),
            addresses=tuple(addresses) or _namespace(evidence, namespace, pods),
        )


def _namespace(evidence: Evidence, namespace: str, pods: Iterable[Workload]) -> tuple[str, ...]:
    declared = evidence.cluster.mesh.namespace_objects.get(namespace)
    if declared is not None:
        return (declared.address,)
    return tuple(pod.address for pod in pods if pod.address)


ANALYZERS: Iterable[Analyzer] = (
    Analyzer(kind=NO_POLICIES, find=find_no_policies),
    Analyzer(kind=GATEWAY_OPEN, find=find_gateway_open),
    Analyzer(kind=ALLOW_ANY, find=find_allow_any),
    Analyzer(kind=NO_INJECTION, find=find_no_injection),
    Analyzer(kind=NOT_CAPTURED, find=find_not_captured),
)
