"""platform.yaml: the project, the network, the cluster and the mesh that all teams share."""

from typing import Annotated, Literal

from pydantic import Field

from egress.config.cluster import Cluster
from egress.config.locations import Region, Zone
from egress.config.mesh import Mesh
from egress.config.names import ProjectId
from egress.config.network import Network
from egress.config.tenancy import Tenancy, Tenants
from egress.source.model import ConfigModel
from egress.source.patterns import matching

PLACEHOLDER_PROJECT = "your-project-id"
"""The project of config/tutorial until PROJECT_ID is set: it synthesizes, but nobody can deploy it."""

PLACEHOLDER_NUMBER = 123456789012
"""The number in config/production until PROJECT_NUMBER is set."""


MOST_CHANNELS = 16
"""Of one alert policy (Cloud Monitoring, "Quotas and limits", alerting)."""

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
StateAccount = Annotated[
    str,
    matching(
        r"^[a-z][-a-z0-9]{4,28}[a-z0-9]@[a-z][-a-z0-9]{4,28}[a-z0-9]\.iam\.gserviceaccount\.com$",
        "a service account's address, such as state@PROJECT.iam.gserviceaccount.com",
    ),
]
NotificationChannel = Annotated[
    str,
    matching(
        r"^projects/[a-z][-a-z0-9]+/notificationChannels/[0-9]+$",
        "a notification channel, such as projects/PROJECT/notificationChannels/1234567890",
    ),
]


class Project(ConfigModel):
    """Where everything is created (the tutorial's PROJECT_ID, REGION and ZONE)."""

    id: ProjectId
    """The project; the environment's PROJECT_ID overrides it."""
    number: Annotated[int, Field(ge=100_000, le=9_999_999_999_999)] | None = None
    """The project's number, which names Google's own service accounts in it; the environment's PROJECT_NUMBER
    overrides it. Needed for a shared VPC, a key of one's own, a Docker Hub login, the managed mesh and the connect
    gateway."""
    region: Region
    """Such as us-central1; the environment's REGION overrides it."""
    zone: Zone | None = None
    """A zone of the region, for a zonal cluster; the environment's ZONE overrides it."""


class Alerts(ConfigModel):
    """Log-based metrics and alert policies: refusals at the gateway, its saturation, NAT ports."""

    notification_channels: tuple[NotificationChannel, ...] = Field(default=(), max_length=MOST_CHANNELS)
    """Who is told; without one an incident only shows in the console."""
    refusals: Annotated[int, Field(ge=1, le=1_000_000)] = 50
    """How many refusals at the gateway in five minutes raise an incident."""


class GcsBackend(ConfigModel):
    """A bucket that holds the state of each stack under `<prefix>/<environment>/<stack>`."""

    bucket: StateBucket
    """The bucket's name; it must exist before the first deploy."""
    prefix: StatePrefix = "secure-egress"
    """The folder in it; the environment's name and each stack's follow it."""
    impersonate_service_account: StateAccount | None = None
    """The service account that reads and writes the state; left out, whoever deploys."""


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
    mesh: Mesh = Field(default_factory=Mesh)
    """The Istio control plane."""
    tenants: Tenants = Tenants()
    """How tenants are kept apart and on the way through the gateway."""
    tenancy: Tenancy = "shared"
    """`shared`: the stack `egress` holds every team's objects. `stack-per-team`: a stack `team-NAME` holds those of one
    team, so that a change plans and applies what it touches. `moving`: as `stack-per-team`, and the stacks hand the
    objects over without deleting one; for the one deploy between the two."""
    alerts: Alerts | None = None
    """Who is told of refusals and exhaustion; left out, there are no alert policies."""
    backend: Backend | None = None
    """Where Terraform keeps the state. Left out: a local file for each stack, beside the output folder."""

    @property
    def pod_security(self) -> Literal["restricted"] | None:
        """The Pod Security Standard that namespaces are held to."""
        return "restricted" if self.tenants.pod_security == "restricted" else None

    @property
    def observes(self) -> bool:
        """Whether the mesh only writes down what is asked, and refuses nothing."""
        return self.tenants.enforcement == "observe"

    @property
    def location(self) -> str:
        """The cluster's location: its zone, or the region."""
        return self.project.region if self.cluster.location == "regional" else self.project.zone or ""

    @property
    def fleet(self) -> bool:
        """Whether the cluster joins its project's fleet."""
        return self.mesh.control_plane == "managed" or self.cluster.deploy_through == "connect-gateway"

    @property
    def control_plane_range(self) -> str:
        """Where the control plane's private address lies: its own range, or the nodes'."""
        return self.cluster.control_plane_range or self.network.subnet.nodes
