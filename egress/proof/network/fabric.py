"""The network of the sandbox: nodes, the parties beyond the cluster, Pod addresses, the ruleset in force."""

import ipaddress
import itertools
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from egress.proof.errors import ProofError
from egress.proof.network import namespaces, ruleset
from egress.proof.network.certificates import Authority
from egress.proof.network.firewall import LOG_GROUP, Node
from egress.proof.network.names import INTERNET, NameRecords, NameServer
from egress.proof.network.namespaces import NetworkNamespace
from egress.proof.network.networkpolicy import PodFacts
from egress.proof.network.nflog import PacketLog
from egress.proof.network.nodes import PlacedNode
from egress.proof.network.outside import ANY, Certificates, Journal, OutsideServer
from egress.proof.network.services import ServiceBackend
from egress.proof.network.vpc import ImitatedVpc

METADATA = "169.254.169.254"
NOBODY = "192.0.2.0/24"
"""TEST-NET-1, with which a response policy answers: packets find their way there, and nobody answers."""
FURTHER_PORTS = (22, 81, 3306, 5432, 8080, 8443, 9000, 9443, 27017)
"""Ports on which sites answer whatever a client speaks."""
_SEEN_OUTSIDE = "203.0.113.0/24"
"""Cloud NAT's addresses: one per Pod, so that a row can name who came (Google gives one per VM or several)."""


class Fabric:
    """Builds the network of a VPC and keeps its ruleset."""

    def __init__(self, vpc: ImitatedVpc, outside: Authority) -> None:
        self.vpc = vpc
        self.names = NameRecords(vpc.zones, vpc.answered)
        self.journal = Journal()
        self.nodes: list[PlacedNode] = []
        self._vms: list[Node] = []
        self._links = itertools.count()
        self._free: dict[str, Iterator[ipaddress.IPv4Address]] = {}
        self._seen = ipaddress.ip_network(_SEEN_OUTSIDE).hosts()
        self._place_nodes()
        namespaces.forward()
        control_plane = str(ipaddress.ip_network(vpc.control_plane_range)[2])
        self.control_plane = self._party("control-plane", (control_plane,))
        internet = self._party("internet", (), (INTERNET,))
        google = self._party("google", (), ruleset.GOOGLE_RANGES)
        nobody = self._party("nobody", (), (NOBODY,))
        metadata = self._party("metadata", (METADATA, "169.254.169.252"))
        namespaces.create([self.control_plane, internet, google, nobody, metadata])
        self.packets = PacketLog(LOG_GROUP)
        self._certificates = Certificates(outside)
        web = {80: "http", 443: "https", **dict.fromkeys(FURTHER_PORTS, ANY)}
        self.serve("internet", internet, web)
        self.serve("google", google, web)
        self.serve("metadata", metadata, dict.fromkeys((80, 8080, 987, 988), "http"))

    def serve(
        self, place: str, namespace: NetworkNamespace, ports: Mapping[int, str], name: str = ""
    ) -> OutsideServer:
        """Answer on ports of a namespace and journal who comes."""

        def host_at(address: str) -> str | None:
            return name or self.names.host_at(address)

        return namespaces.inside(
            namespace, lambda: OutsideServer(place, dict(ports), self.journal, self._certificates, host_at)
        )

    def serve_names(self, namespace: NetworkNamespace) -> NameServer:
        """Answer DNS in a namespace."""
        return namespaces.inside(namespace, lambda: NameServer(self.names, namespace.addresses[0]))

    def join(self, node: PlacedNode) -> tuple[NetworkNamespace, str]:
        """Create a Pod's network namespace on a node; return it with the address the outside sees."""
        address = str(next(self._free[node.name]))
        try:
            seen = str(next(self._seen))
        except StopIteration:
            raise ProofError("more than 254 Pods: the harness has no NAT address left") from None
        number = next(self._links)
        namespace = NetworkNamespace(name=f"pod{number}", link=f"v{number}", addresses=(address,))
        namespaces.create([namespace])
        return namespace, seen

    def enforce(
        self,
        pods: Sequence[PodFacts],
        policies: Sequence[Mapping[str, Any]],
        labels: Mapping[str, Mapping[str, str]],
        backends: Sequence[ServiceBackend],
        nat: Mapping[str, str],
    ) -> None:
        """Put the ruleset in force, in one transaction; open connections stay, as in a cluster."""
        self.names.use(self.vpc.zones, self.vpc.answered)
        namespaces.load_ruleset(
            ruleset.build(
                self.vpc,
                self._vms,
                pods,
                policies,
                labels,
                backends,
                nat if self.vpc.nat else {},
                {name: self._addresses(name) for rule in self.vpc.policy for name in rule.names},
            )
        )

    def _addresses(self, name: str) -> tuple[str, ...]:
        """Resolve a rule's name as Cloud NGFW does, in the VPC's own order; nothing where it does not exist."""
        return self.names.look_up(name)[0] or ()

    def node_address(self, name: str) -> str:
        """Return a node's own address."""
        return next(vm.address for vm in self._vms if vm.name == name)

    def _party(self, name: str, addresses: tuple[str, ...], ranges: tuple[str, ...] = ()) -> NetworkNamespace:
        return NetworkNamespace(name=name, link=f"v{next(self._links)}", addresses=addresses, ranges=ranges)

    def _place_nodes(self) -> None:
        """Give each node an address of the subnet and a /24 of the Pod range, as GKE does."""
        node_addresses = ipaddress.ip_network(self.vpc.nodes_range).hosts()
        next(node_addresses)  # the subnet's gateway
        pod_ranges = ipaddress.IPv4Network(self.vpc.pods_range).subnets(new_prefix=24)
        for pool in self.vpc.pools:
            for number in range(pool.nodes):
                name = f"gke-{pool.name}-{number}"
                pod_range = next(pod_ranges)
                self.nodes.append(PlacedNode(name=name, pool=pool))
                self._free[name] = itertools.islice(pod_range.hosts(), 1, None)
                vm = Node(
                    name=name,
                    address=str(next(node_addresses)),
                    pod_range=str(pod_range),
                    service_account=pool.service_account,
                    tags=pool.tags,
                )
                self._vms.append(vm)
