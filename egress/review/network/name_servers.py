"""The cluster's name servers, and whether a Pod's NetworkPolicies let it ask one."""

from collections.abc import Mapping

from egress.review.decision.control import Control
from egress.review.decision.decision import Decision
from egress.review.network.addresses import network
from egress.review.network.endpoint import Endpoint, Flow
from egress.review.network.network_policy import NetworkPolicies
from egress.review.network.network_policy_rules import Direction
from egress.review.network.vpc import Vpc
from egress.review.objects.workloads import Workload

PODS = ("kube-dns", "node-local-dns")
NODE_LOCAL_DNS, CLOUD_DNS = "169.254.20.10", "169.254.169.254"
"""NodeLocal DNSCache without Dataplane V2, and Cloud DNS for GKE."""
PORT = 53


class NameServers:
    """The name servers that a cluster may have, as far as the input tells."""

    def __init__(
        self, policies: NetworkPolicies, vpc: Vpc | None, namespace_labels: Mapping[str, str]
    ) -> None:
        self._policies = policies
        self._servers = _servers(vpc, namespace_labels)
        self._known: dict[tuple[str, str], Decision | None] = {}

    def asked_by(self, pod: Endpoint) -> Decision | None:
        """Whether a Pod's NetworkPolicies let it ask for names; None where no policy isolates it."""
        workload = pod.workload
        assert workload is not None  # noqa: S101 - only Pods ask
        key = (workload.namespace, workload.name)
        if key not in self._known:
            self._known[key] = self._decide(pod, workload)
        return self._known[key]

    def _decide(self, pod: Endpoint, workload: Workload) -> Decision | None:
        if not self._policies.selecting(workload, Direction.EGRESS):
            return None
        decisions = [self._policies.egress(Flow(pod, server, PORT, "UDP")) for server in self._servers]
        best = next((decision for decision in decisions if decision.passes), decisions[0])
        return best._replace(control=Control.NETWORK_POLICY_DNS)


def _servers(vpc: Vpc | None, namespace_labels: Mapping[str, str]) -> list[Endpoint]:
    pod_range = vpc.pod_range if vpc else None
    pods = [
        Endpoint(f"kube-system/{name}", pod_range, _server(name), namespace_labels)
        for name in PODS
        if not (vpc and vpc.cloud_dns)
    ]
    addresses: tuple[str, ...] = (NODE_LOCAL_DNS, CLOUD_DNS)
    if vpc is not None:
        addresses = (CLOUD_DNS,) if vpc.cloud_dns else (NODE_LOCAL_DNS,)
    return pods + [Endpoint(address, network(address)) for address in addresses]


def _server(name: str) -> Workload:
    return Workload(
        namespace="kube-system", name=name, labels={"k8s-app": name}, service_account=name, meshed=False
    )
