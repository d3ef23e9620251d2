"""Telemetry: what the gateway logs, and what sidecars log of their refusals."""

from collections.abc import Iterator
from typing import Literal, NotRequired, TypedDict

from egress.config.platform import Platform
from egress.derived import gateway
from egress.derived.control_plane import access_log_provider
from egress.derived.istio.istio_object import Metadata, in_gateway_namespace


class Provider(TypedDict):
    """A provider of the mesh's configuration, by name."""

    name: str


class Filter(TypedDict):
    """Which requests and connections are logged: a CEL expression over Envoy's attributes."""

    expression: str


class AccessLogging(TypedDict):
    """Which providers log what."""

    providers: list[Provider]
    filter: NotRequired[Filter]


class TelemetrySpec(TypedDict):
    """The fields used of a Telemetry's spec."""

    accessLogging: list[AccessLogging]


class Telemetry(TypedDict):
    """A Telemetry."""

    apiVersion: Literal["telemetry.istio.io/v1"]
    kind: Literal["Telemetry"]
    metadata: Metadata
    spec: TelemetrySpec


def gateway_access_log(provider: str) -> Telemetry:
    """The gateway logs every request and connection through a provider of the control plane."""
    return {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": in_gateway_namespace("egress-access-log"),
        "spec": {"accessLogging": [{"providers": [{"name": provider}]}]},
    }


REFUSED = "response.flags != 0 || response.code in [403, 502, 503]"
"""What did not go through at a sidecar: Envoy's flags (no such upstream, no connection), and its own answers where
there is no flag: an unknown host (502) and a policy (403). Source: Envoy, "Attributes"."""


def sidecar_refusals(provider: str) -> Telemetry:
    """Every sidecar logs what it refused, and no more; the gateway's own Telemetry goes before this one."""
    return {
        "apiVersion": "telemetry.istio.io/v1",
        "kind": "Telemetry",
        "metadata": {"name": "egress-sidecar-refusals", "namespace": gateway.CONTROL_PLANE_NAMESPACE},
        "spec": {"accessLogging": [{"providers": [{"name": provider}], "filter": {"expression": REFUSED}}]},
    }


def of_the_platform(platform: Platform) -> Iterator[Telemetry]:
    """The gateway's Telemetry, where its control plane needs one to log."""
    provider = access_log_provider(platform)
    if provider:
        yield gateway_access_log(provider)
        yield sidecar_refusals(provider)
