"""What every Istio object has in common."""

from collections.abc import Iterable, Mapping
from typing import Literal, NotRequired, TypedDict

from egress.derived import gateway

NETWORKING: Literal["networking.istio.io/v1"] = "networking.istio.io/v1"
"""The served and stored version since Istio 1.22; the tutorial mixes v1alpha3 and v1beta1 (D22)."""

SECURITY: Literal["security.istio.io/v1"] = "security.istio.io/v1"


IstioObject = Mapping[str, object]


class Metadata(TypedDict):
    """An object's name and namespace, and what people are told of it."""

    name: str
    namespace: str
    annotations: NotRequired[dict[str, str]]


class PortNumber(TypedDict):
    """A port by its number."""

    number: int


class Selector(TypedDict):
    """Workloads by their labels."""

    matchLabels: dict[str, str]


def in_gateway_namespace(name: str) -> Metadata:
    """The metadata of an object beside the gateway."""
    return {"name": name, "namespace": gateway.NAMESPACE}


def export_to(teams: Iterable[str]) -> list[str]:
    """`exportTo`: the gateway's own namespace and the teams', never everybody."""
    return [gateway.NAMESPACE, *sorted(teams)]
