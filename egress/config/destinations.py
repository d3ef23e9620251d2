"""destinations.yaml: the outside hosts, how each is reached, and who sees a route to it."""

from typing import Annotated, Literal

from pydantic import Field

from egress.config.durations import Duration
from egress.config.hosts import HostName
from egress.config.names import KubernetesName, TeamName
from egress.source.model import ConfigModel

OutsidePort = Annotated[int, Field(ge=1, le=65535)]


class ClientTls(ConfigModel):
    """How the gateway's own TLS to the host is made (`http: originate-tls`)."""

    credential: KubernetesName | None = None
    """A Secret of istio-egress with `tls.crt`, `tls.key` and `ca.crt`: the gateway shows a client certificate."""
    ca: KubernetesName | None = None
    """A Secret of istio-egress with `ca.crt`: the host's certificate comes from one's own CA."""


class Limits(ConfigModel):
    """What the gateway allows itself towards the host; the defaults avoid the known 503 races."""

    connections: Annotated[int, Field(ge=1, le=100000)] = 1024
    """Connections to the host, per gateway replica."""
    requests_per_connection: Annotated[int, Field(ge=0, le=100000)] = 0
    """Requests until a connection is replaced; 0 for no limit."""
    connect_timeout: Duration = "5s"
    """How long a connection may take to open."""
    idle_timeout: Duration = "50s"
    """When an idle connection is closed: before the host does it, which servers do after 60 s and more."""
    timeout: Duration = "30s"
    """How long a request may take in all, retries included."""
    attempts: Annotated[int, Field(ge=0, le=10)] = 2
    """How often a request that certainly reached nobody is tried again."""


class Destination(ConfigModel):
    """One outside host, reached through the egress gateway."""

    visible_to: tuple[TeamName, ...] | None = None
    """Whose sidecars get a route (`exportTo`); left out, the teams that hold a grant for the host."""
    also: tuple[HostName, ...] = ()
    """Further hosts of the same service, reached in the same ways under the same grants."""
    http: Literal["plain", "originate-tls", "closed"] = "plain"
    """What the gateway makes of plain HTTP: sends it on, upgrades it to TLS, or refuses it."""
    https: Literal["identity", "pass-through"] | None = None
    """How the application's own TLS travels: end to end for the service accounts granted it (`identity`),
    unread and for whoever reaches the port (`pass-through`), or (left out) not at all."""
    http_port: OutsidePort = 80
    """The port plain HTTP is sent to, by the application and, unless upgraded, by the gateway."""
    https_port: OutsidePort = 443
    """The host's TLS port."""
    tls: ClientTls | None = None
    """Certificates for `http: originate-tls`."""
    limits: Limits | None = None
    """Connection and time limits; left out, the defaults where authorization is by identity, else none."""

    @property
    def uses_tls_port(self) -> bool:
        """Whether anything reaches the host's TLS port."""
        return self.http == "originate-tls" or self.https is not None


class GoogleApis(ConfigModel):
    """Hosts of Google's APIs that sidecars reach directly, over Private Google Access, past the gateway."""

    hosts: tuple[HostName, ...] = Field(min_length=1, max_length=256)
    """Hosts under googleapis.com, gcr.io or pkg.dev, or metadata.google.internal."""
    visible_to: tuple[TeamName, ...] = Field(min_length=1)
    """Whose sidecars know these hosts (`exportTo`)."""


class Destinations(ConfigModel):
    """destinations.yaml."""

    authorization: Literal["by-identity", "by-namespace", "open"] = "by-identity"
    """`by-identity`: the gateway refuses what no grant allows to the caller's service account. `by-namespace`: to
    its namespace (the tutorial). `open`: no AuthorizationPolicy at all (the tutorial's first steps)."""
    destinations: dict[HostName, Destination] = Field(default_factory=dict)
    """Outside hosts by name."""
    google_apis: dict[KubernetesName, GoogleApis] = Field(default_factory=dict)
    """Google API hosts by the name of their ServiceEntry."""
