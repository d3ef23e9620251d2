"""platform.yaml's `network`: a new VPC or a shared one, its NAT, its firewall and the way to Google's APIs."""

from typing import Annotated, Literal

from pydantic import Field

from egress.config.names import GoogleName, ProjectId
from egress.config.ranges import PrivateCidr
from egress.source.model import ConfigModel

PORTS_PER_ADDRESS = 64_512
"""What one NAT address offers for each protocol: 65,536 less the 1,024 well-known ports (Cloud NAT,
"Ports")."""

GOOGLE_PORTS_PER_VM = 64
"""What a VM gets where nothing is said (Cloud NAT, "Ports": static allocation)."""

PortCount = Literal[32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]
"""A power of two, as dynamic port allocation wants it."""

TcpPort = Annotated[int, Field(ge=1, le=65535)]


class Subnet(ConfigModel):
    """The subnet of the nodes, with the secondary ranges `pods` and `services`."""

    name: GoogleName = "subnet-gke"
    """The subnet's name."""
    nodes: PrivateCidr
    """The primary range: /29 or larger."""
    pods: PrivateCidr
    """The secondary range `pods`: /21 or larger."""
    services: PrivateCidr
    """The secondary range `services`: /27 or larger."""
    flow_logs: bool = True
    """Whether the subnet's connections are logged."""


class PortsPerVm(ConfigModel):
    """How many NAT ports a node gets, for each protocol."""

    min: PortCount
    """What every node has reserved."""
    max: PortCount | None = None
    """What a node may grow to (dynamic port allocation); left out, every node keeps `min`."""


class Nat(ConfigModel):
    """The Cloud Router and its NAT configuration."""

    router: GoogleName = "nat-router"
    """The Cloud Router's name."""
    name: GoogleName = "nat-config"
    """The NAT configuration's name."""
    addresses: Annotated[int, Field(ge=0, le=300)] = 0
    """How many fixed addresses, for partners' allow-lists; 0: Google picks addresses and may change them."""
    ports_per_vm: PortsPerVm | None = None
    """Ports for each node; left out, Google's 64. The arithmetic stands in docs/nat.md."""
    log: bool = True
    """Whether connections that found no port are logged."""


class Firewall(ConfigModel):
    """Choices of the VPC firewall; its rules follow from the rest of the platform."""

    scope: Literal["nodes", "network"] = "nodes"
    """`nodes`: allow rules hold for the two node service accounts alone. `network`: for every VM of the
    VPC."""
    log: bool = True
    """Whether matched connections are logged."""
    health_checks: bool = False
    """Whether Google's health checks may reach 80 and 443: not needed by a gateway with an internal
    Service."""
    webhook_ports: tuple[TcpPort, ...] = ()
    """Further TCP ports on which the API server may call admission webhooks of others (Kyverno 9443, Gatekeeper 8443,
    cert-manager 10250); istiod's 15017 is open already."""
    egress_ports: tuple[TcpPort, ...] = Field(default=(80, 443), min_length=1)
    """The TCP ports on which the gateway nodes may reach the internet; a destination on another port needs it
    here."""


class ExistingNetwork(ConfigModel):
    """A shared VPC's network and subnet, which others made; firewall rules are added in the host project."""

    host_project: ProjectId
    """The project that owns the network."""
    network: GoogleName
    """The network's name."""
    subnet: GoogleName
    """The subnet's name, in the platform's region; its ranges are stated under `network.subnet`."""
    pods_range: GoogleName
    """The name of the subnet's secondary range for Pods."""
    services_range: GoogleName
    """The name of the subnet's secondary range for Services."""
    dns_zones: bool = True
    """Whether the private zones of Google's APIs are made here; false where the network has them already."""


class Network(ConfigModel):
    """The VPC network: a new one, or an existing shared one."""

    name: GoogleName = "vpc-network"
    """The new VPC's name."""
    existing: ExistingNetwork | None = None
    """The shared VPC to use instead of a new one."""
    subnet: Subnet
    """The one subnet the cluster uses."""
    nat: Nat | None = None
    """How private nodes reach the outside; left out, a NAT with Google's choices, or the existing network's
    own."""
    google_apis: Literal["private", "restricted"] = "private"
    """Which of Google's two addresses nodes reach its APIs by; `restricted` serves VPC Service Controls' APIs
    alone."""
    firewall: Firewall = Field(default_factory=Firewall)
    """The VPC firewall."""

    @property
    def cloud_nat(self) -> Nat | None:
        """The NAT to make; None where an existing network brings its own."""
        return self.nat or (Nat() if self.existing is None else None)
