"""The review of one input: one answer to one request, with every control on its way."""

from collections.abc import Mapping

from egress.review.answer import UNDECIDED, Answer, Passage, Step, Verdict
from egress.review.errors import Undecided
from egress.review.identities import Identities
from egress.review.inventory import Inventory
from egress.review.istio.authorization import Authorization
from egress.review.istio.gateway_servers import GatewayServers
from egress.review.istio.state import Mesh
from egress.review.network.addresses import AddressSet, network
from egress.review.network.endpoint import Connection, Endpoint
from egress.review.network.firewall import Firewall
from egress.review.network.names import Names
from egress.review.network.network_policy import NetworkPolicies
from egress.review.objects.kubernetes_object import of_kind
from egress.review.objects.placement import pools_for
from egress.review.objects.workloads import Workload
from egress.review.path.evaluation import Course
from egress.review.path.trace import Ends
from egress.review.request import Request

NAME_SERVERS = ("kube-dns", "node-local-dns")
NODE_LOCAL_DNS, CLOUD_DNS = "169.254.20.10", "169.254.169.254"
"""NodeLocal DNSCache without Dataplane V2, and Cloud DNS for GKE."""


class Review:
    """Answers requests about one inventory."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.vpc = inventory.vpc
        self.mesh = Mesh(inventory)
        self.identities = Identities(self.mesh, inventory.objects)
        self.network_policies = NetworkPolicies(
            (
                item
                for item in of_kind(inventory.objects, "NetworkPolicy")
                if item.group == "networking.k8s.io"
            ),
            dataplane_v2=self.vpc.dataplane_v2 if self.vpc else None,
        )
        self.authorization = Authorization(
            of_kind(inventory.objects, "AuthorizationPolicy"), self.mesh.settings.root_namespace
        )
        self.firewall = Firewall(self.vpc) if self.vpc else None
        self.names = Names(self.vpc)
        self._servers: dict[tuple[str, str], GatewayServers] = {}
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self._lookups: dict[tuple[str, str], Step | None] = {}
        self._outside: dict[str, Endpoint] = {}

    def evaluate(self, request: Request) -> Answer:
        """Answer one request. Raises ReviewError where the source does not exist."""
        return self.ask(self.identities.find(request.source), request)

    def ask(self, source: Workload, request: Request) -> Answer:
        """Answer one request of a known workload."""
        course = Course(self, source, request)
        trail = course.trail
        try:
            course.run()
        except Ends as end:
            return Answer(Verdict.REFUSED, end.client, tuple(trail.steps), "", trail.gateway)
        except Undecided as undecided:
            if trail.postponed is not None:
                step, view = trail.postponed  # whatever the way on is like, the policy ends it
                return Answer(Verdict.REFUSED, view, (*trail.steps, step), "", trail.gateway)
            step = Step(trail.control, Passage.UNKNOWN, undecided.reason, undecided.address)
            return Answer(Verdict.UNKNOWN, UNDECIDED, (*trail.steps, step), "", trail.gateway)
        return Answer(Verdict.ALLOWED, trail.client, tuple(trail.steps), trail.arrives, trail.gateway)

    def servers(self, gateway: Workload) -> GatewayServers:
        """A gateway's listeners, built once."""
        key = (gateway.namespace, gateway.name)
        if key not in self._servers:
            self._servers[key] = GatewayServers(self.mesh, gateway)
        return self._servers[key]

    def endpoint(self, pod: Workload) -> Endpoint:
        """A workload as an end of a connection."""
        key = (pod.namespace, pod.name)
        if key not in self._endpoints:
            self._endpoints[key] = Endpoint(
                pod.identity,
                self.vpc.pod_range if self.vpc else None,
                pod,
                self.mesh.labels_of(pod.namespace),
                pools_for(pod, self.vpc.pools) if self.vpc else (),
            )
        return self._endpoints[key]

    def outside(self, addresses: AddressSet) -> Endpoint:
        """Sites outside the cluster, told apart by their addresses alone."""
        if addresses.name not in self._outside:
            self._outside[addresses.name] = Endpoint(addresses.name, addresses)
        return self._outside[addresses.name]

    def lookup(self, pod: Workload) -> Step | None:
        """Whether a Pod's NetworkPolicies let it ask for names; None where no policy isolates it."""
        key = (pod.namespace, pod.name)
        if key not in self._lookups:
            self._lookups[key] = self._lookup(pod)
        return self._lookups[key]

    def _lookup(self, pod: Workload) -> Step | None:
        if not self.network_policies.selecting(pod, "Egress"):
            return None
        source = self.endpoint(pod)
        labels: Mapping[str, str] = self.mesh.labels_of("kube-system")
        servers = [
            Endpoint(
                f"kube-system/{name}",
                self.vpc.pod_range if self.vpc else None,
                Workload(
                    namespace="kube-system",
                    name=name,
                    labels={"k8s-app": name},
                    service_account=name,
                    meshed=False,
                ),
                labels,
            )
            for name in NAME_SERVERS
            if not (self.vpc and self.vpc.cloud_dns)
        ]
        if self.vpc is None:
            addresses = [NODE_LOCAL_DNS, CLOUD_DNS]
        else:
            addresses = [CLOUD_DNS if self.vpc.cloud_dns else NODE_LOCAL_DNS]
        servers += [self.outside(network(address)) for address in addresses]
        steps = [self.network_policies.egress(Connection(source, server, 53, "UDP")) for server in servers]
        best = next((step for step in steps if step.passage is Passage.PASSES), steps[0])
        return Step("network policy (DNS)", best.passage, best.reason, best.address)
