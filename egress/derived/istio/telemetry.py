"""Telemetry: what the gateway logs."""

from collections.abc import Iterator
from typing import Literal, TypedDict

from egress.config.platform import Platform
from egress.derived.control_plane import access_log_provider
from egress.derived.istio.istio_object import Metadata, in_gateway_namespace


class Provider(TypedDict):
    """A provider of the mesh's configuration, by name."""

    name: str


class AccessLogging(TypedDict):
    """Which providers log."""

    providers: list[Provider]


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


def of_the_platform(platform: Platform) -> Iterator[Telemetry]:
    """The gateway's Telemetry, where its control plane needs one to log."""
    provider = access_log_provider(platform)
    if provider:
        yield gateway_access_log(provider)
