"""destinations.yaml: the outside hosts, how each is reached, and who sees a route to it."""

from typing import Annotated, Literal

from pydantic import Field

from egress.config.durations import Duration
from egress.config.hosts import HostName
from egress.config.names import KubernetesName, TeamName
from egress.source.model import ConfigModel

OutsidePort = Annotated[int, Field(ge=1, le=65535)]


class ClientTls(ConfigModel):
    """The certificates of the gateway's own TLS to the host (`http: originate-tls`)."""

    credential: KubernetesName | None = None
    """A Secret of istio-egress with `tls.crt`, `tls.key` and `ca.crt`: the gateway shows a client certificate."""
    ca: KubernetesName | None = None
    """A Secret of istio-egress with `ca.crt`: your own CA signed the host's certificate."""


class Limits(ConfigModel):
    """The gateway's limits towards the host; the defaults avoid the known 503 races."""

    connections: Annotated[int, Field(ge=1, le=100000)] = 1024
    """Connections to the host, per gateway replica."""
    requests_per_connection: Annotated[int, Field(ge=0, le=100000)] = 0
    """Requests until a connection is replaced; 0 for no limit."""
    connect_timeout: Duration = "5s"
    """How long a connection may take to open."""
    idle_timeout: Duration = "50s"
    """When the gateway closes an idle connection. Servers do it after 60 s or more; the gateway should be first."""
    timeout: Duration = "30s"
    """How long a request may take in all, retries included."""
    attempts: Annotated[int, Field(ge=0, le=10)] = 2
    """How often the gateway repeats a request that certainly did not reach the host."""


class Destination(ConfigModel):
    """One outside host, reached through the egress gateway."""

    visible_to: tuple[TeamName, ...] | None = None
    """The teams whose sidecars get a route (`exportTo`). Left out: the teams that hold a grant for the host."""
    also: tuple[HostName, ...] = ()
    """Further hosts of the same service, reached in the same ways under the same grants."""
    http: Literal["plain", "originate-tls", "closed"] = "plain"
    """What the gateway does with plain HTTP: it sends it on, upgrades it to TLS, or refuses it."""
    https: Literal["identity", "pass-through"] | None = None
    """What happens to the application's own TLS. `identity`: it travels end to end, for the granted service accounts
    only. `pass-through`: it passes unread, for everybody who reaches the port. Left out: the gateway refuses it."""
    http_port: OutsidePort = 80
    """The port for plain HTTP. The application sends to it, and so does the gateway unless it upgrades to TLS."""
    https_port: OutsidePort = 443
    """The host's TLS port."""
    tls: ClientTls | None = None
    """Certificates for `http: originate-tls`."""
    limits: Limits | None = None
    """Connection and time limits. Left out: the defaults by identity, and no limits in the tutorial's form."""

    @property
    def uses_tls_port(self) -> bool:
        """Whether anything reaches the host's TLS port."""
        return self.http == "originate-tls" or self.https is not None


class GoogleApis(ConfigModel):
    """Hosts of Google's APIs that sidecars reach directly, over Private Google Access, past the gateway."""

    hosts: tuple[HostName, ...] = Field(min_length=1, max_length=256)
    """Hosts under googleapis.com, gcr.io or pkg.dev, or metadata.google.internal."""
    visible_to: tuple[TeamName, ...] = Field(min_length=1)
    """The teams whose sidecars know these hosts (`exportTo`)."""


class Destinations(ConfigModel):
    """destinations.yaml."""

    authorization: Literal["by-identity", "by-namespace", "open"] = "by-identity"
    """`by-identity`: the gateway refuses what no grant allows to the caller's service account. `by-namespace`: to
    its namespace (the tutorial). `open`: no AuthorizationPolicy at all (the tutorial's first steps)."""
    destinations: dict[HostName, Destination] = Field(default_factory=dict)
    """Outside hosts by name."""
    google_apis: dict[KubernetesName, GoogleApis] = Field(default_factory=dict)
    """Google API hosts by the name of their ServiceEntry."""
