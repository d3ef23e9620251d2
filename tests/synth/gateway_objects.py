"""The gateway's Service and the routes to and from it, as a stack has them."""

import json
from collections.abc import Iterator
from typing import Any

from tests.synth.conftest import Synthesis
from tests.synth.synthesized_stack import Block

IDENTITY_PORT = 9443
"""The gateway's port for HTTPS by identity."""


def gateway_values(every: Synthesis) -> dict[str, Any]:
    """The values of the gateway's chart."""
    (text,) = every.stacks["mesh"].one("helm_release", "istio-egressgateway")["values"]
    values: dict[str, Any] = json.loads(text)
    return values


def gateway_ports(every: Synthesis) -> dict[int, int]:
    """The ports its proxy listens on, by the Service's."""
    return {port["port"]: port["targetPort"] for port in gateway_values(every)["service"]["ports"]}


def gateway_host(every: Synthesis) -> str:
    """The Service's name in the mesh."""
    release = every.stacks["mesh"].one("helm_release", "istio-egressgateway")
    return f"{release['name']}.{release['namespace']}.svc.cluster.local"


def routes(body: Block) -> list[Block]:
    """Every route of a VirtualService."""
    spec = body["spec"]
    return [*spec.get("http", []), *spec.get("tls", []), *spec.get("tcp", [])]


def targets(body: Block) -> Iterator[tuple[list[str], Block]]:
    """The gateways a route is matched on, with each place it leads to."""
    for route in routes(body):
        gateways = [gateway for match in route["match"] for gateway in match["gateways"]]
        for each in route["route"]:
            yield gateways, each["destination"]


def name(body: Block) -> str:
    """What an object is called in a message."""
    return f"{body['kind']} {body['metadata']['name']}"
