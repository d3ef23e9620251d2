"""destinations.yaml: the outside hosts, how each is reached, and who sees a route to it."""

from typing import Literal

from pydantic import Field

from egress.config.hosts import HostName
from egress.config.model import ConfigModel
from egress.config.names import KubernetesName, TeamName


class Destination(ConfigModel):
    """One outside host, reached through the egress gateway."""

    visible_to: tuple[TeamName, ...] | None = None
    """Whose sidecars get a route (`exportTo`); left out, the teams that hold a grant for the host."""
    http: Literal["plain", "originate-tls"] = "plain"
    """What the gateway makes of plain HTTP: sends it on, or upgrades it to TLS on port 443."""
    https: Literal["pass-through"] | None = None
    """How the application's own TLS travels: unread through the gateway's port 443; left out, not at all."""


class GoogleApis(ConfigModel):
    """Hosts of Google's APIs that sidecars reach directly, over Private Google Access, past the gateway."""

    hosts: tuple[HostName, ...] = Field(min_length=1)
    """Hosts under googleapis.com, gcr.io or pkg.dev, or metadata.google.internal."""
    visible_to: tuple[TeamName, ...] = Field(min_length=1)
    """Whose sidecars know these hosts (`exportTo`)."""


class Destinations(ConfigModel):
    """destinations.yaml."""

    authorization: Literal["by-grant", "open"] = "by-grant"
    """`by-grant`: the gateway refuses what no grant allows. `open`: it has no AuthorizationPolicy at all
    (the tutorial before its authorization step)."""
    destinations: dict[HostName, Destination] = Field(default_factory=dict)
    """Outside hosts by name."""
    google_apis: dict[KubernetesName, GoogleApis] = Field(default_factory=dict)
    """Google API hosts by the name of their ServiceEntry."""
