"""platform.yaml's `mesh`: the Istio control plane and the egress gateway's workload."""

import re
from typing import Annotated, Literal

from pydantic import Field

from egress.config.image_registry import ImageHub, Mirror
from egress.config.istio_releases import DEFAULT, MINORS
from egress.config.names import KubernetesName
from egress.source.model import ConfigModel
from egress.source.patterns import matching

IstioVersion = Annotated[
    str,
    matching(
        rf"^(?:{'|'.join(re.escape(minor.name) for minor in MINORS)})\.(?:0|[1-9][0-9]*)$",
        f"a release of a supported Istio ({', '.join(f'{minor.name}.x' for minor in MINORS)}), such as {DEFAULT}",
    ),
]


class Replicas(ConfigModel):
    """Bounds of a horizontal autoscaler."""

    min: Annotated[int, Field(ge=2, le=1000)]
    """At least; two, so that one may fail."""
    max: Annotated[int, Field(ge=2, le=1000)]
    """At most."""


class Canary(ConfigModel):
    """A second control plane beside the first, while an upgrade lasts (docs/upgrade.md)."""

    revision: KubernetesName
    """Its revision."""
    istio_version: IstioVersion
    """Its version."""


class GatewayWorkload(ConfigModel):
    """The egress gateway's Deployment and Service."""

    replicas: Replicas | None = None
    """Autoscaling, with a PodDisruptionBudget and a spread over nodes and zones; left out, the chart's own 1
    to 5."""
    identity_https: bool = False
    """Whether the Service has the port on which HTTPS is authorized by workload identity."""
    headers: Literal["as-sent", "as-proxies-add"] = "as-sent"
    """What of HTTP the gateway sends on: the application's own headers alone, or also those that proxies add, with
    the caller's certificate, identity and address in them (the tutorial)."""


class Mesh(ConfigModel):
    """The Istio control plane: installed in the cluster by Helm, or managed by Google."""

    control_plane: Literal["in-cluster", "managed"] = "in-cluster"
    """`managed` is Cloud Service Mesh by the fleet feature: no istiod, fewer Istio features."""
    istio_version: IstioVersion = DEFAULT
    """The version of the charts (with `managed` the gateway's alone) and images."""
    revision: KubernetesName = "default"
    """The control plane's revision; `default` is the unrevisioned one. Injection labels follow from it."""
    tag: KubernetesName | None = None
    """A revision tag that namespaces follow, so that an upgrade need not relabel them."""
    canary: Canary | None = None
    """The next control plane, during an upgrade."""
    mirror: Mirror = Field(default_factory=Mirror)
    """The repository of Artifact Registry from which the nodes pull Istio's images: they reach no other registry."""
    hub: ImageHub | None = None
    """A registry of one's own on pkg.dev that holds Istio's images, instead of the mirror."""
    istiod_replicas: Replicas | None = None
    """istiod's autoscaling, with a PodDisruptionBudget; left out, the chart's own 1 to 5."""
    capture: Literal["cni", "init-container"] = "cni"
    """How connections come to a sidecar: `cni`, by istio-cni on each node, so that no container in a team's namespace
    needs rights; or `init-container`, by one with NET_ADMIN in every Pod (the tutorial). The managed control plane
    brings its own CNI."""
    outbound: Literal["registry-only", "allow-any"] = "registry-only"
    """What a sidecar without a Sidecar object does with hosts the mesh does not know: refuse or let go."""
    access_log: Literal["json", "text"] = "json"
    """`json`: a log provider with source principal and SNI, for a Telemetry object; `text`: Envoy's lines,
    everywhere."""
    gateway: GatewayWorkload = Field(default_factory=GatewayWorkload)
    """The egress gateway."""
