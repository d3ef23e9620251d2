"""Which requests are asked of a configuration: every identity, every destination, both schemes, and the ways round.

The rows follow from the objects alone: hosts from the ServiceEntries, paths and methods from the policies, ports
from the gateway's Service.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from egress.proof.asking.identities import INTRUDER, Identity
from egress.proof.asking.requests import GATEWAY_POD, GATEWAY_SERVICE, ProofRequest
from egress.proof.cluster.deployment import Deployed

UNKNOWN_HOST = "nobody-may.example"
"""A host that no configuration names."""

UNGRANTED_PATH = "/not-granted"
METADATA_URL = "http://169.254.169.254/computeMetadata/v1/"


@dataclass(frozen=True, kw_only=True)
class RowQuestion:
    """One row's question."""

    identity: str
    request: ProofRequest


@dataclass(frozen=True)
class GatewayPort:
    """A port of the gateway's Service with the Pod's port behind it."""

    service: int
    target: int


def hosts(deployed: Deployed) -> list[str]:
    """Return the hosts of all ServiceEntries, without wildcards."""
    found = [h for item in deployed.of_kind("ServiceEntry") for h in item.object["spec"]["hosts"]]
    return [host for host in dict.fromkeys(found) if not host.startswith("*")]


def gateway_ports(deployed: Deployed) -> list[GatewayPort]:
    """Return the ports of the gateways' Services, without the status port."""
    selectors = [item.object["spec"].get("selector") or {} for item in deployed.of_kind("Gateway")]
    found = []
    for item in deployed.of_kind("Service"):
        chosen = item.object["spec"].get("selector") or {}
        if any(selector and selector.items() <= chosen.items() for selector in selectors):
            for port in item.object["spec"]["ports"]:
                target = port.get("targetPort", port["port"])
                if isinstance(target, int) and target != 15021:
                    found.append(GatewayPort(int(port["port"]), target))
    return list(dict.fromkeys(found))


def rows(deployed: Deployed, everybody: list[Identity]) -> list[RowQuestion]:
    """Return every question of a configuration."""
    return [
        RowQuestion(identity=identity.name, request=request)
        for identity in everybody
        for request in _requests(deployed, identity, everybody)
    ]


def _requests(deployed: Deployed, identity: Identity, everybody: list[Identity]) -> Iterator[ProofRequest]:
    known = hosts(deployed)
    if identity.name.endswith(f"/{INTRUDER}"):
        yield from _forged(deployed, known)
        return
    for host in [*known, UNKNOWN_HOST]:
        yield ProofRequest(url=f"http://{host}/")
        yield ProofRequest(url=f"https://{host}/")
    for host in known:
        for path in sorted({*_paths(deployed, host), UNGRANTED_PATH}):
            yield ProofRequest(url=f"http://{host}{path}")
        for method in sorted({*_methods(deployed, host), "POST"}):
            yield ProofRequest(method=method, url=f"http://{host}/")
        yield ProofRequest(url=f"http://{host}/", host=f"{host}:80")
    yield from _direct(deployed, known, meshed=identity.meshed)
    if identity.meshed:
        for host in [*known[:1], UNKNOWN_HOST]:
            yield ProofRequest(url=f"http://{host}/", past_sidecar=True)
            yield ProofRequest(url=f"https://{host}/", past_sidecar=True)
    yield ProofRequest(url=METADATA_URL)
    for other in everybody:
        if other.namespace != identity.namespace and other.extra is None:
            yield ProofRequest(url="http://application/", to=other.pod, port=80, past_sidecar=identity.meshed)


def _direct(deployed: Deployed, known: list[str], *, meshed: bool) -> Iterator[ProofRequest]:
    """Yield requests to the gateway's Pod and Service, plain and in TLS without a mesh certificate."""
    for host in known[:2]:
        for port in gateway_ports(deployed):
            for scheme in ("http", "https"):
                url = f"{scheme}://{host}/"
                yield ProofRequest(url=url, to=GATEWAY_POD, port=port.target, past_sidecar=meshed)
                yield ProofRequest(url=url, to=GATEWAY_SERVICE, port=port.service)


def _forged(deployed: Deployed, known: list[str]) -> Iterator[ProofRequest]:
    """Yield requests in mutual TLS with the sender's own certificate and the SNIs that the gateway may go by."""
    for host in [*known, UNKNOWN_HOST]:
        for port in gateway_ports(deployed):
            for sni in (host, f"outbound_.{port.service}_._.{host}"):
                url = f"http://{host}/"
                yield ProofRequest(url=url, to=GATEWAY_POD, port=port.target, mesh_tls=True, sni=sni)
            yield ProofRequest(
                url=f"http://{host}/", to=GATEWAY_POD, port=port.target, mesh_tls=False, sni=host
            )


def _operations(deployed: Deployed, host: str) -> Iterator[dict[str, list[str]]]:
    for item in deployed.of_kind("AuthorizationPolicy"):
        for rule in (item.object.get("spec") or {}).get("rules") or ():
            for to in rule.get("to") or ():
                operation = to.get("operation") or {}
                if host in operation.get("hosts", ()):
                    yield operation


def _paths(deployed: Deployed, host: str) -> Iterator[str]:
    """Yield paths that policies name for a host, and one beside each prefix."""
    for operation in _operations(deployed, host):
        for path in operation.get("paths") or ():
            yield path.replace("{**}", "x").replace("{*}", "x").replace("*", "x")


def _methods(deployed: Deployed, host: str) -> Iterator[str]:
    for operation in _operations(deployed, host):
        yield from (method for method in operation.get("methods") or () if method.isupper())
