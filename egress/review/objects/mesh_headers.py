"""Header operations of routes in the mesh, which may change what the gateway's policies then see."""

from collections.abc import Iterator, Mapping
from typing import Any

MESH = "mesh"


def of_mesh_headers(spec: Mapping[str, Any]) -> Iterator[str]:
    """Paths of request header operations on routes that a sidecar may serve."""
    default = spec.get("gateways") or (MESH,)
    for number, route in enumerate(_blocks(spec.get("http"))):
        changed = (route, *_blocks(route.get("route")))
        if not any(_request_of(one) for one in changed):
            continue
        matches = _blocks(route.get("match")) or [{}]
        if any(MESH in (match.get("gateways") or default) for match in matches):
            yield f"spec.http[{number}].headers.request: a policy at the gateway sees what it leaves"


def _request_of(block: Mapping[str, Any]) -> Any:
    headers = block.get("headers")
    return headers.get("request") if isinstance(headers, Mapping) else headers


def _blocks(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []
