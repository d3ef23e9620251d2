"""platform.yaml's `network`: a new VPC or a shared one, its NAT, its firewall and the way to Google's APIs."""

from typing import Annotated, Literal

from pydantic import Field

from egress.config.names import GoogleName, ProjectId
from egress.config.ranges import PrivateCidr
from egress.source.model import ConfigModel
from egress.source.patterns import matching

PORTS_PER_ADDRESS = 64_512
"""What one NAT address offers for each protocol: 65,536 less the 1,024 well-known ports (Cloud NAT,
"Ports")."""

GOOGLE_PORTS_PER_VM = 64
"""What a VM gets where nothing is said (Cloud NAT, "Ports": static allocation)."""

PortCount = Literal[32, 64, 128, 256, 512, 1024, 2048, 4096, 8192, 16384, 32768, 65536]
"""A power of two, as dynamic port allocation wants it."""

TcpPort = Annotated[int, Field(ge=1, le=65535)]
ProjectNumber = Annotated[int, Field(ge=100_000, le=9_999_999_999_999)]
GoogleApi = Annotated[
    str, matching(r"^[a-z][a-z0-9-]*\.googleapis\.com$", "a Google API, such as storage.googleapis.com")
]
Member = Annotated[
    str,
    matching(
        r"^(user|group|serviceAccount):[^\s@:]+@[a-z0-9.-]+\.[a-z]+$",
        "a user, group or service account, such as serviceAccount:NAME@PROJECT.iam.gserviceaccount.com",
    ),
]
PerimeterName = Annotated[
    str, matching(r"^[A-Za-z][A-Za-z0-9_]{0,49}$", "a perimeter's name (letters, digits and underscores)")
]

PROTECTED_APIS = (
    "storage.googleapis.com",
    "artifactregistry.googleapis.com",
    "container.googleapis.com",
    "bigquery.googleapis.com",
    "pubsub.googleapis.com",
    "secretmanager.googleapis.com",
    "logging.googleapis.com",
    "cloudkms.googleapis.com",
)
"""APIs that VPC Service Controls supports and that take or hand out data (VPC Service Controls, "Supported
products")."""


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
    here. With `gateway: fqdn` a port is open for the hosts that use it alone."""
    gateway: Literal["ports", "fqdn"] = "ports"
    """Where on the internet these ports lead: `ports` to every address, `fqdn` to those of the granted hosts alone.
    `fqdn` is a network firewall policy with FQDN rules (Cloud NGFW Standard): docs/platform.md has its limits."""


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
    response_policy: GoogleName | None = None
    """The network's own DNS response policy, for a network has only one: with `dns: closed` the names that this
    platform needs become rules of it. What it answers to all other names is its owner's."""


class CrossingIn(ConfigModel):
    """Who may call the project's APIs from outside the perimeter."""

    identities: tuple[Member, ...] = Field(min_length=1)
    """Users, groups and service accounts, such as user:admin@example.com: whoever deploys has to be one."""
    services: tuple[GoogleApi, ...] = Field(min_length=1)
    """The APIs, such as container.googleapis.com."""


class CrossingOut(ConfigModel):
    """Whose data outside the perimeter may be reached from inside."""

    identities: tuple[Member, ...] = Field(min_length=1)
    """Users, groups and service accounts."""
    services: tuple[GoogleApi, ...] = Field(min_length=1)
    """The APIs, such as storage.googleapis.com."""
    projects: tuple[ProjectNumber, ...] = Field(min_length=1)
    """The numbers of the projects that own the data."""


class Perimeter(ConfigModel):
    """A VPC Service Controls perimeter around the project: whose data its APIs hand out and take."""

    access_policy: Annotated[int, Field(ge=1, le=9_999_999_999_999)]
    """The number of the organization's access policy (`gcloud access-context-manager policies list`)."""
    name: PerimeterName = "secure_egress"
    """The perimeter's name in that policy."""
    services: tuple[GoogleApi, ...] = Field(default=PROTECTED_APIS, min_length=1)
    """The APIs it protects; left out, those through which data leave most easily."""
    ingress: tuple[CrossingIn, ...] = ()
    """What of outside may call in; without an entry for whoever deploys, the next deploy is refused."""
    egress: tuple[CrossingOut, ...] = ()
    """What of inside may call out."""


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
    dns: Literal["closed", "open"] = "closed"
    """Which names are asked outside. `closed`: those of granted hosts and of Google alone; every other is answered with
    an address of nobody. `open`: every name, so that any Pod can send data out in the names it asks for."""
    dns_log: bool = True
    """Whether DNS queries are logged; for an existing network its owner decides."""
    perimeter: Perimeter | None = None
    """A VPC Service Controls perimeter around the project; left out, only IAM says whose data Google's APIs hand
    out or take."""
    firewall: Firewall = Field(default_factory=Firewall)
    """The VPC firewall."""

    @property
    def cloud_nat(self) -> Nat | None:
        """The NAT to make; None where an existing network brings its own."""
        return self.nat or (Nat() if self.existing is None else None)
