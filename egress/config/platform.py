"""platform.yaml: the project, the network, the cluster and the mesh that all teams share."""

from typing import Annotated, Literal

from pydantic import Field

from egress.config.model import ConfigModel
from egress.config.names import ClusterResourceName, GoogleName, KubernetesName, ProjectId
from egress.config.patterns import matching
from egress.config.ranges import Cidr, PrivateCidr

PLACEHOLDER_PROJECT = "your-project-id"
"""What stands in config/tutorial until PROJECT_ID is given: it synthesizes, it cannot be deployed."""

Region = Annotated[str, matching(r"^[a-z]+-[a-z]+[0-9]+$", "a region, such as us-central1")]
Zone = Annotated[str, matching(r"^[a-z]+-[a-z]+[0-9]+-[a-z]$", "a zone, such as us-central1-a")]
MachineType = Annotated[
    str, matching(r"^[a-z][a-z0-9]*-[a-z0-9]+(-[a-z0-9]+)*$", "a machine type, such as e2-standard-4")
]
IstioVersion = Annotated[str, matching(r"^1\.30\.[0-9]+$", "an Istio 1.30 version, such as 1.30.3")]
ImageHub = Annotated[
    str,
    matching(
        r"^([a-z0-9-]+\.)*(gcr\.io|pkg\.dev)(/[a-z0-9._-]+)+$",
        "an image registry on gcr.io or pkg.dev, such as gcr.io/istio-release",
    ),
]
StateBucket = Annotated[
    str,
    matching(
        r"^[a-z0-9][-a-z0-9_.]{1,220}[a-z0-9]$",
        "a bucket's name (3 to 222 of a-z, 0-9, hyphens, underscores and dots)",
    ),
]
StatePrefix = Annotated[
    str,
    matching(
        r"^[a-zA-Z0-9][a-zA-Z0-9_.-]*(/[a-zA-Z0-9][a-zA-Z0-9_.-]*)*$",
        "a folder in the bucket, such as secure-egress or platform/egress",
    ),
]


class Project(ConfigModel):
    """Where everything is created (the tutorial's PROJECT_ID, REGION and ZONE)."""

    id: ProjectId
    """The project; the environment's PROJECT_ID overrides it."""
    region: Region
    """Such as us-central1; the environment's REGION overrides it."""
    zone: Zone
    """A zone of the region, where the zonal cluster stands; the environment's ZONE overrides it."""


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


class Nat(ConfigModel):
    """The Cloud Router and its NAT configuration."""

    router: GoogleName = "nat-router"
    """The Cloud Router's name."""
    name: GoogleName = "nat-config"
    """The NAT configuration's name."""


class Network(ConfigModel):
    """The VPC network."""

    name: GoogleName = "vpc-network"
    """The VPC's name."""
    subnet: Subnet
    """The one subnet the cluster uses."""
    nat: Nat = Nat()
    """How private nodes reach the outside."""


class NodePool(ConfigModel):
    """A node pool of a fixed size."""

    name: ClusterResourceName
    """The pool's name; the gateway's node selector follows from it."""
    machine_type: MachineType = "e2-standard-4"
    """The in-cluster control plane wants at least 4 vCPUs."""
    nodes: Annotated[int, Field(ge=1, le=1000)]
    """How many nodes the pool has (in its one zone)."""


class Cluster(ConfigModel):
    """The private GKE cluster and its two pools."""

    name: ClusterResourceName = "cluster1"
    """The cluster's name."""
    control_plane_range: PrivateCidr
    """The control plane's own range, a /28; firewall and webhook rules follow from it."""
    authorized_networks: tuple[Cidr, ...] = ()
    """Who may call the API server, besides the nodes; the environment's AUTHORIZED_NETWORKS overrides it."""
    release_channel: Literal["RAPID", "REGULAR", "STABLE"] = "REGULAR"
    """GKE's release channel."""
    dataplane: Literal["v1", "v2"] = "v2"
    """v2 is Dataplane V2; v1 is Calico, which needs a firewall rule of its own."""
    deletion_protection: bool = True
    """Whether Terraform refuses to destroy the cluster."""
    application_pool: NodePool = NodePool(name="application", nodes=3)
    """Where the teams' workloads run."""
    gateway_pool: NodePool = NodePool(name="gateway", nodes=1)
    """Where only the egress gateway runs (taint dedicated=gateway)."""


class Mesh(ConfigModel):
    """The in-cluster Istio control plane, installed by Helm."""

    istio_version: IstioVersion = "1.30.3"
    """The version of the charts and images: one Istio 1.30.x."""
    revision: KubernetesName = "default"
    """The control plane's revision; `default` is the unrevisioned one. Injection labels follow from it."""
    hub: ImageHub = "gcr.io/istio-release"
    """The images' registry: on gcr.io or pkg.dev, the only ones behind the firewall."""


class GcsBackend(ConfigModel):
    """A bucket that holds the state of each stack under `<prefix>/<stack>`."""

    bucket: StateBucket
    """The bucket's name; it must exist before the first deploy."""
    prefix: StatePrefix = "secure-egress"
    """The folder in it; each stack adds its own name."""


class Backend(ConfigModel):
    """Where Terraform keeps its state."""

    gcs: GcsBackend
    """A Cloud Storage bucket."""


class Platform(ConfigModel):
    """platform.yaml."""

    project: Project
    """Project, region and zone."""
    network: Network
    """VPC, subnet and NAT."""
    cluster: Cluster
    """The GKE cluster."""
    mesh: Mesh = Mesh()
    """The Istio control plane."""
    backend: Backend | None = None
    """Where the state is kept; without it in a local file beside the output folder, one per stack."""
