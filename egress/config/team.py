"""teams/<team>.yaml: one tenant, its workloads, its grants and its Google identities."""

from typing import Annotated, Literal

from pydantic import Field

from egress.config.model import ConfigModel
from egress.config.names import LABEL, GoogleName, HostName, KubernetesName, ServiceAccountId, TeamName

HttpPath = Annotated[
    str,
    Field(
        pattern=r"^/[^?#\s]*$", description="An absolute path without query, as AuthorizationPolicy takes it."
    ),
]
HttpMethod = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
ServiceAccountReference = Annotated[
    str,
    Field(
        pattern=rf"^({LABEL}/)?{LABEL}$",
        description="A ServiceAccount of the team, NAME or NAMESPACE/NAME.",
    ),
]
LabelValue = Annotated[str, Field(pattern=r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$")]
LabelKey = Annotated[
    str,
    Field(pattern=r"^([a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"),
]


GroupAddress = Annotated[
    str, Field(pattern=r"^[a-z0-9._+-]+@[a-z0-9.-]+\.[a-z]+$", description="A Google group's address.")
]


class Workload(ConfigModel):
    """A ServiceAccount, a Service and a Deployment of one name."""

    image: Annotated[
        str, Field(pattern=r"^[a-z0-9.-]+(/[a-z0-9._-]+)+(:[A-Za-z0-9_.-]+)?(@sha256:[0-9a-f]{64})?$")
    ]
    """The container's image, on a registry the application nodes can reach."""
    command: tuple[str, ...] = ()
    """The container's command; left out, the image's own."""
    port: Annotated[int, Field(ge=1, le=65535)] = 80
    """The Service's HTTP port, TCP."""
    replicas: Annotated[int, Field(ge=0, le=1000)] = 1
    """How many Pods."""
    namespace: KubernetesName | None = None
    """One of the team's namespaces; left out, the team's first."""


class Grant(ConfigModel):
    """What the team may ask an outside host for, enforced at the gateway."""

    to: HostName
    """A host of destinations.yaml."""
    service_accounts: tuple[ServiceAccountReference, ...] = ()
    """Who may ask, where authorization is by identity: ServiceAccounts of the team, NAMESPACE/NAME in its further
    namespaces."""
    methods: tuple[HttpMethod, ...] = ()
    """The HTTP methods allowed; none given: all."""
    paths: tuple[HttpPath, ...] = ()
    """The paths allowed (exact, `/a*` prefix or `*a` suffix as AuthorizationPolicy matches); none given: all."""
    scheme: Literal["http", "https"] | None = None
    """The grant speaks of plain HTTP or of HTTPS alone; methods and paths can be enforced on `http`."""
    policy: KubernetesName | None = None
    """The AuthorizationPolicy's name; left out, `egress-<team>-to-<host>`."""


class NetworkPolicies(ConfigModel):
    """The team's egress NetworkPolicies: control plane, gateway, DNS, Google APIs and metadata server always."""

    same_namespace: bool = True
    """Whether the team's Pods may reach each other."""
    to_teams: tuple[TeamName, ...] = ()
    """Other teams whose Pods may be reached."""


class GoogleServiceAccount(ConfigModel):
    """A Google service account that workloads of the team act as (Workload Identity Federation)."""

    used_by: tuple[KubernetesName, ...] = Field(min_length=1)
    """The team's workloads that may act as it; each is annotated with its address."""
    roles: tuple[
        Annotated[
            str, Field(pattern=r"^(roles|projects/[^/]+/roles|organizations/[0-9]+/roles)/[A-Za-z0-9_.]+$")
        ],
        ...,
    ] = ()
    """Roles it has in the project."""


class Bucket(ConfigModel):
    """A Cloud Storage bucket called `<project>-<key>`."""

    objects: dict[Annotated[str, Field(pattern=r"^[^\s#*?\[\]]{1,1024}$")], str] = {}
    """Objects by name, with their text."""
    viewers: tuple[ServiceAccountId, ...] = ()
    """The team's Google service accounts that may list and read it (roles/storage.objectViewer)."""


class Team(ConfigModel):
    """teams/<team>.yaml; the file's name is the team's name and its namespace."""

    namespaces: tuple[TeamName, ...] = ()
    """The team's further namespaces, beside the one of its own name."""
    service_accounts: tuple[ServiceAccountReference, ...] = ()
    """ServiceAccounts of workloads that the team deploys itself; they are created with its namespaces."""
    groups: tuple[GroupAddress, ...] = ()
    """Who may run workloads in the team's namespaces (Google Groups for RBAC)."""
    labels: dict[LabelKey, LabelValue] = {}
    """Labels of the namespace, besides the injection label."""
    sidecar: bool = True
    """Whether the team has a Sidecar (REGISTRY_ONLY, istio-egress and its own namespace in scope)."""
    workloads: dict[KubernetesName, Workload] = {}
    """Workloads by name."""
    grants: tuple[Grant, ...] = ()
    """What the team may reach through the gateway."""
    network_policies: NetworkPolicies | None = None
    """The team's NetworkPolicies; left out, it has none."""
    google_service_accounts: dict[ServiceAccountId, GoogleServiceAccount] = {}
    """Google service accounts by id."""
    buckets: dict[GoogleName, Bucket] = {}
    """Buckets by the part of their name that follows `<project>-`."""
