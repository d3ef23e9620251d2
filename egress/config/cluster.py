"""platform.yaml's `cluster`: where it stands, who reaches its API server, its pools and its hardening."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from egress.config.image_registry import ImageRepository
from egress.config.images import ImagePattern
from egress.config.locations import MachineType, Zone
from egress.config.names import LABEL, ClusterResourceName, GoogleName
from egress.config.ranges import Cidr, PrivateCidr
from egress.source.model import ConfigModel
from egress.source.patterns import matching

NodeCount = Annotated[int, Field(ge=1, le=1000)]
ClockTime = Annotated[
    str, matching(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", 'a time of day in UTC, in quotes, such as "02:00"')
]


MOST_LABELS = 64
"""Of one resource (Resource Manager, "Labels overview")."""

MOST_AUTHORIZED_NETWORKS = 100
"""Of one cluster (GKE, "Add authorized networks")."""


def _not_googles(key: str) -> str:
    if key.startswith(("goog-", "goog_")):
        raise ValueError("labels that begin with goog- are Google's own: take another key")
    return key


GoogleLabelKey = Annotated[
    str,
    matching(r"^[a-z][a-z0-9_-]{0,62}$", "a label's key (1 to 63 of a-z, 0-9, - and _, a letter first)"),
    AfterValidator(_not_googles),
]
GoogleLabelValue = Annotated[
    str, matching(r"^[a-z0-9_-]{0,63}$", "a label's value (at most 63 of a-z, 0-9, - and _)")
]
GroupsDomain = Annotated[str, matching(rf"^({LABEL}\.)+[a-z]{{2,63}}$", "a domain, such as example.com")]


class Autoscaling(ConfigModel):
    """How many nodes a pool may have, in each of its zones."""

    min: NodeCount
    """At least."""
    max: NodeCount
    """At most."""


class Surge(ConfigModel):
    """How an upgrade replaces a pool's nodes."""

    extra: Annotated[int, Field(ge=0, le=20)] = 1
    """Nodes added beyond the pool's size meanwhile."""
    unavailable: Annotated[int, Field(ge=0, le=20)] = 0
    """Nodes that may be missing meanwhile."""


class NodePool(ConfigModel):
    """A node pool of a fixed or an autoscaled size."""

    name: ClusterResourceName
    """The pool's name; the gateway's node selector follows from it."""
    machine_type: MachineType = "e2-standard-4"
    """The in-cluster control plane wants at least 4 vCPUs."""
    nodes: NodeCount | None = None
    """How many nodes the pool has in each of its zones."""
    autoscaling: Autoscaling | None = None
    """Bounds in each zone, in place of `nodes`."""
    surge: Surge | None = None
    """How upgrades proceed; left out, GKE's own choice (one node more, none missing)."""

    @property
    def most_nodes(self) -> int:
        """The most nodes in one zone, upgrades aside."""
        return self.autoscaling.max if self.autoscaling else self.nodes or 0


class MaintenanceWindow(ConfigModel):
    """When GKE may upgrade the cluster, each week."""

    days: tuple[Literal["MO", "TU", "WE", "TH", "FR", "SA", "SU"], ...] = Field(min_length=1)
    """The days on which a window begins."""
    start: ClockTime
    """When it begins, UTC."""
    hours: Annotated[int, Field(ge=4, le=24)]
    """How long it lasts; GKE wants 4 hours at least, and 48 in any 32 days."""


class Hardening(ConfigModel):
    """Google's own hardening of nodes and cluster; each may be given up by saying so."""

    nodes: bool = True
    """Shielded nodes with secure boot and integrity monitoring, no legacy metadata endpoints."""
    node_roles: Literal["least", "tutorial"] = "least"
    """What the nodes' service accounts may do: what a node needs and reading images, or the tutorial's five
    roles."""
    kubelet_readonly_port: bool = False
    """Whether kubelets serve their unauthenticated port 10255, and the firewall lets nodes reach it."""
    external_ips: bool = False
    """Whether Services may claim addresses outside the cluster (`externalIPs`): their connections would go to the
    Service's Pods, whoever asks."""
    images: Literal["listed", "any"] = "any"
    """`listed`: Binary Authorization admits GKE's own images, Istio's and `allowed_images`; it is to be asked
    for,
    since its policy takes the place of the project's. `any`: whatever a registry behind the firewall holds."""
    allowed_images: tuple[ImagePattern, ...] = ()
    """Images, or patterns of them, that may run besides GKE's own and Istio's."""
    security_posture: bool = True
    """Whether GKE audits workloads for known weaknesses."""
    intranode_visibility: bool = True
    """Whether traffic between Pods of one node passes the VPC, so that flow logs see it."""


class SecretsEncryption(ConfigModel):
    """A Cloud KMS key of one's own, made by the foundation, under which Kubernetes Secrets are stored."""

    key_ring: GoogleName = "secure-egress"
    """The key ring, in the platform's region; a ring can never be deleted."""
    key: GoogleName = "gke-secrets"
    """The key."""
    rotation_days: Annotated[int, Field(ge=1, le=365)] = 90
    """How often a new version is made."""


class Cluster(ConfigModel):
    """The private GKE cluster and its two pools."""

    name: ClusterResourceName = "cluster1"
    """The cluster's name."""
    labels: dict[GoogleLabelKey, GoogleLabelValue] = Field(default_factory=dict, max_length=MOST_LABELS)
    """Labels of the cluster, such as who pays for it."""
    location: Literal["zonal", "regional"] = "zonal"
    """One control plane in `project.zone`, or one in three zones of the region."""
    node_zones: tuple[Zone, ...] = ()
    """A regional cluster's node zones, two or more; every pool has its nodes in each of them."""
    control_plane_range: PrivateCidr | None = None
    """The control plane's own range, a /28; left out, its address lies in the nodes' range (Private Service
    Connect).
    Firewall and webhook rules follow from it."""
    control_plane_access: Literal["authorized-networks", "private-endpoint", "dns-endpoint"] = (
        "authorized-networks"
    )
    """How the API server is reached: its public address from `authorized_networks`, its private address
    alone, or
    its DNS name alone, guarded by IAM."""
    authorized_networks: tuple[Cidr, ...] = Field(default=(), max_length=MOST_AUTHORIZED_NETWORKS)
    """Who may call the API server, besides the nodes; the environment's AUTHORIZED_NETWORKS overrides it."""
    deploy_through: Literal["cluster-endpoint", "connect-gateway"] = "cluster-endpoint"
    """How Terraform's providers reach the API server: directly, or through the fleet's connect gateway."""
    release_channel: Literal["RAPID", "REGULAR", "STABLE"] = "REGULAR"
    """GKE's release channel."""
    maintenance: MaintenanceWindow | None = None
    """When GKE may upgrade; left out, at any time."""
    dataplane: Literal["v1", "v2"] = "v2"
    """v2 is Dataplane V2; v1 is Calico, which needs a firewall rule of its own."""
    dns: Literal["kube-dns", "node-local", "cloud-dns"] | None = None
    """Who answers the Pods' DNS queries; left out, GKE's choice for its version (kube-dns, with a cache on
    each node
    from 1.34.1-gke.3720000). NetworkPolicies follow from it."""
    groups_domain: GroupsDomain | None = None
    """The organisation's domain, whose groups below gke-security-groups@DOMAIN may stand in role bindings."""
    image_repositories: tuple[ImageRepository, ...] = ()
    """Repositories of Artifact Registry that hold the workloads' images: the nodes may read these and the one with
    Istio's images, and no other of the project."""
    deletion_protection: bool = True
    """Whether Terraform refuses to destroy the cluster."""
    secrets_encryption: SecretsEncryption | None = None
    """A key of one's own for Kubernetes Secrets; left out, Google's. Needs `project.number`."""
    hardening: Hardening = Field(default_factory=Hardening)
    """Google's own hardening."""
    application_pool: NodePool = NodePool(name="application", nodes=3)
    """Where the teams' workloads run."""
    gateway_pool: NodePool = NodePool(name="gateway", nodes=1)
    """Where only the egress gateway runs (taint dedicated=gateway)."""

    @property
    def zones(self) -> int:
        """In how many zones each pool has nodes."""
        return len(self.node_zones) or 1
