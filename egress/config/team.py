"""teams/<team>.yaml: one tenant, its workloads, its grants and its Google identities."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from egress.config.days import Day
from egress.config.hosts import HostName
from egress.config.http_paths import HttpPath
from egress.config.iam_roles import IamRole
from egress.config.images import Image
from egress.config.names import LABEL, GoogleName, KubernetesName, ServiceAccountId, ServiceName, TeamName
from egress.source.model import ConfigModel
from egress.source.patterns import matching

LONGEST_PREFIX = 253
"""A DNS subdomain (Kubernetes, "Labels and Selectors", syntax)."""

LabelValue = Annotated[
    str,
    matching(
        r"^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$",
        "a label's value (at most 63 letters, digits and inner hyphens, underscores and dots)",
    ),
]
HttpMethod = Literal["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
ServiceAccountReference = Annotated[
    str,
    matching(rf"^({LABEL}/)?{LABEL}$", "a ServiceAccount of the team (NAME or NAMESPACE/NAME)"),
]


def _prefix_fits(key: str) -> str:
    prefix = key.rpartition("/")[0]
    if len(prefix) > LONGEST_PREFIX:
        raise ValueError(
            f"the part before the slash has {len(prefix)} characters, at most 253 are allowed: shorten it"
        )
    return key


LabelKey = Annotated[
    str,
    matching(
        rf"^({LABEL}(\.{LABEL})*/)?[A-Za-z0-9]([-A-Za-z0-9_.]{{0,61}}[A-Za-z0-9])?$",
        "a label's key, such as team or example.com/team",
    ),
    AfterValidator(_prefix_fits),
]
ObjectName = Annotated[
    str,
    matching(
        r"^[^\s#*?\[\]]{1,1024}$",
        "a Cloud Storage object's name (1 to 1024 characters, without blanks and # * ? [ ])",
    ),
]


GroupAddress = Annotated[
    str,
    matching(
        rf"^[a-z0-9][a-z0-9._+-]*@({LABEL}\.)+[a-z]{{2,63}}$",
        "a Google group's address, such as team-x@example.com",
    ),
]


class Workload(ConfigModel):
    """A ServiceAccount, a Service and a Deployment of one name."""

    image: Image
    """The container's image, on a registry the application nodes can reach."""
    command: tuple[str, ...] = ()
    """The container's command; left out, the image's own."""
    port: Annotated[int, Field(ge=1, le=65535)] = 80
    """The Service's HTTP port, TCP."""
    replicas: Annotated[int, Field(ge=0, le=1000)] = 1
    """How many Pods."""
    namespace: KubernetesName | None = None
    """One of the team's namespaces; left out, the team's first."""
    user: Annotated[int, Field(ge=1, le=2_000_000_000)] = 1000
    """The user and group it runs as, where Pods are held to a standard or to admission: neither root nor the
    sidecar's 1337."""


Note = Annotated[
    str,
    Field(max_length=200),
    matching(r"^[ -~]*[!-~][ -~]*$", "one line of printable ASCII, such as a sentence, an address or a link"),
]
"""Something for people: it goes into annotations, which hold one line of each."""


class Grant(ConfigModel):
    """What the team may ask one outside host for. The gateway enforces it."""

    to: HostName
    """A host of destinations.yaml."""
    service_accounts: tuple[ServiceAccountReference, ...] = ()
    """Who may ask, where authorization is by identity: ServiceAccounts of the team, NAMESPACE/NAME in its further
    namespaces."""
    methods: tuple[HttpMethod, ...] = ()
    """The HTTP methods allowed; left out, all."""
    paths: tuple[HttpPath, ...] = ()
    """The paths allowed (exact, `/a*` for a beginning or `*a` for an end); left out, all."""
    scheme: Literal["http", "https"] | None = None
    """Limits the grant to plain HTTP or to HTTPS. Methods and paths can only be enforced on `http`."""
    policy: KubernetesName | None = None
    """The AuthorizationPolicy's name; left out, `egress-<team>-to-<host>`."""
    reason: Note | None = None
    """Why the team needs it, in a sentence."""
    owner: Note | None = None
    """Who answers for it: a person's or a group's address."""
    ticket: Note | None = None
    """Where it was asked for and agreed."""
    until: Day | None = None
    """The last day on which it counts, such as 2027-06-30; left out, it does not end. After that day it is not
    synthesized (docs/grants.md)."""


class NetworkPolicies(ConfigModel):
    """The team's NetworkPolicies: control plane, gateway, DNS, Google APIs and metadata server always."""

    same_namespace: bool = True
    """Whether the team's Pods may reach each other."""
    to_teams: tuple[TeamName, ...] = ()
    """Other teams whose Pods may be reached."""


class GoogleServiceAccount(ConfigModel):
    """A Google service account that workloads of the team act as (Workload Identity Federation)."""

    used_by: tuple[ServiceName, ...] = Field(min_length=1)
    """The team's workloads that may act as it; each is annotated with its address."""
    roles: tuple[IamRole, ...] = ()
    """Roles it has in the project."""


class PodSecurity(ConfigModel):
    """A weaker Pod Security Standard than the platform's, for a team that cannot be held to it yet."""

    level: Literal["baseline"]
    """`baseline`: Pods may run as root and keep capabilities, and so become the sidecar's user."""
    reason: Annotated[str, Field(min_length=10, max_length=400)]
    """Why; it stands on the namespace, and in the review's finding."""


class Bucket(ConfigModel):
    """A Cloud Storage bucket called `<project>-<key>`."""

    objects: dict[ObjectName, str] = Field(default_factory=dict)
    """Objects by name, with their text."""
    viewers: tuple[ServiceAccountId, ...] = ()
    """The team's Google service accounts that may list and read it (roles/storage.objectViewer)."""


class Team(ConfigModel):
    """teams/<team>.yaml; the file's name is the team's name and its namespace."""

    namespaces: tuple[TeamName, ...] = ()
    """More namespaces of the team, in addition to the one with its name."""
    service_accounts: tuple[ServiceAccountReference, ...] = ()
    """ServiceAccounts of workloads that the team deploys itself; they are created with its namespaces."""
    groups: tuple[GroupAddress, ...] = ()
    """The groups that may run workloads in the team's namespaces (Google Groups for RBAC)."""
    labels: dict[LabelKey, LabelValue] = Field(default_factory=dict)
    """Labels of the namespaces, in addition to the injection label."""
    sidecar: bool = True
    """Whether the team has a Sidecar (REGISTRY_ONLY, istio-egress and its own namespace in scope)."""
    workloads: dict[ServiceName, Workload] = Field(default_factory=dict)
    """Workloads by name."""
    grants: tuple[Grant, ...] = ()
    """What the team may reach through the gateway."""
    pod_security: PodSecurity | None = None
    """A weaker Pod Security Standard for the team's Pods; left out, the platform's."""
    network_policies: NetworkPolicies | None = None
    """The team's NetworkPolicies; left out, it has none."""
    google_service_accounts: dict[ServiceAccountId, GoogleServiceAccount] = Field(default_factory=dict)
    """Google service accounts by id."""
    buckets: dict[GoogleName, Bucket] = Field(default_factory=dict)
    """Buckets by the part of their name that follows `<project>-`."""
