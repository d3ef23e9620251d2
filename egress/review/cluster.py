"""The cluster of one input: what its objects say, indexed once. Questions about it are asked in path/."""

from egress.review.doubts.index import Doubts
from egress.review.doubts.touch import Point
from egress.review.identities import Identities
from egress.review.inventory import Inventory
from egress.review.istio.authorization import Authorization
from egress.review.istio.filter_chains import GatewayListeners
from egress.review.istio.gateway_servers import GatewayServers
from egress.review.istio.state import Mesh
from egress.review.network.addresses import AddressSet
from egress.review.network.endpoint import Endpoint
from egress.review.network.firewall import Firewall
from egress.review.network.name_servers import NameServers
from egress.review.network.names import Names
from egress.review.network.network_policy import NetworkPolicies
from egress.review.objects.kubernetes_object import of_kind
from egress.review.objects.placement import pools_for
from egress.review.objects.workloads import Workload


class Cluster:
    """What one inventory says. It does not change; what is derived from it is kept."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.doubts = Doubts(inventory.doubts)
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
        # What one of them says is asked of its doubts, where it would decide.
        doubtful = {doubt.address for doubt in self.doubts.all if Point.POLICY in doubt.touch.points}
        self.authorization = Authorization(
            [
                item
                for item in of_kind(inventory.objects, "AuthorizationPolicy")
                if item.address not in doubtful
            ],
            self.mesh.settings.root_namespace,
            of_kind(inventory.objects, "RequestAuthentication"),
        )
        self.firewall = Firewall(self.vpc) if self.vpc else None
        self.names = Names(self.vpc)
        self.name_servers = NameServers(self.network_policies, self.vpc, self.mesh.labels_of("kube-system"))
        self._listeners: dict[tuple[str, str], GatewayListeners] = {}
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self._outside: dict[str, Endpoint] = {}

    def listeners(self, gateway: Workload) -> GatewayListeners:
        """A gateway's listeners, built once."""
        key = (gateway.namespace, gateway.name)
        if key not in self._listeners:
            self._listeners[key] = GatewayListeners(GatewayServers(self.mesh, gateway))
        return self._listeners[key]

    def servers(self, gateway: Workload) -> GatewayServers:
        """The servers of a gateway's listeners."""
        return self.listeners(gateway).servers

    def gateway_names(self, gateway: Workload) -> frozenset[str]:
        """The Gateways, NAMESPACE/NAME, that a gateway serves."""
        return frozenset(
            server.name for servers in self.servers(gateway).by_port.values() for server in servers
        )

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
