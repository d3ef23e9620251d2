"""The tutorial's Kubernetes objects after each of its steps, made comparable with what a stack holds."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.synth.synthesized_stack import Block, ObjectName

FOLDER = Path(__file__).parent / "tutorial"
STAGES = tuple(sorted(path.stem for path in FOLDER.glob("*.yaml")))

MTLS_ON_80 = {"port": {"number": 80}, "tls": {"mode": "ISTIO_MUTUAL"}}
DNS_PORTS = [{"port": 53, "protocol": "UDP"}, {"port": 53}]


def objects_after(stage: str) -> dict[ObjectName, Block]:
    """Every object that stands after a step, each as last applied, with our deviations."""
    objects: dict[ObjectName, Block] = {}
    for each in STAGES[: STAGES.index(stage) + 1]:
        for printed in _printed(each):
            body = comparable(printed)
            metadata = body["metadata"]
            objects[body["kind"], metadata.get("namespace", ""), metadata["name"]] = body
    teams = [name for kind, _, name in objects if kind == "Namespace"]
    for (kind, _, name), body in objects.items():
        if deviation := DEVIATIONS.get((kind, name)):
            deviation(body["spec"], teams)
    return objects


@cache
def _printed(stage: str) -> list[Block]:
    """One step's objects as printed; parsed once, since each step starts from those before it."""
    text = (FOLDER / f"{stage}.yaml").read_text(encoding="utf-8")
    text = text.replace("${PROJECT_ID}", "your-project-id").replace("rev: REVISION", "rev: default")
    return list(yaml.safe_load_all(text))


def comparable(body: Block) -> Block:
    """The object without what makes no difference: API version (D22), written defaults, order."""
    body = _normal(body)
    if "istio.io" in body["apiVersion"]:
        body["apiVersion"] = body["apiVersion"].partition("/")[0] + "/v1"
    return body


def _normal(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {
            inner: _normal(item, inner)
            for inner, item in value.items()
            if (inner, item) not in (("weight", 100), ("protocol", "TCP"))
        }
    if isinstance(value, list):
        items = [_normal(item) for item in value]
        return sorted(items) if key in {"exportTo", "gateways", "hosts", "policyTypes"} else items
    return value


def _export_to_the_gateway(spec: Block, _: list[str]) -> None:
    """The tutorial exports its DestinationRules to everybody."""
    spec["exportTo"] = ["istio-egress"]


def _export_to_team_x(spec: Block, _: list[str]) -> None:
    """The TLS origination step loses the exportTo that the steps before and after have (D3)."""
    spec["exportTo"] = ["istio-egress", "team-x"]


def _mtls_on_one_port(spec: Block, teams: list[str]) -> None:
    """Bind mutual TLS to port 80 from the first step on, as the tutorial does from pass-through on."""
    spec["exportTo"] = ["istio-egress", *teams]
    policy = spec["subsets"][0]["trafficPolicy"]
    policy.pop("tls", None)
    policy["portLevelSettings"] = [MTLS_ON_80]


def _select_istiod_by_app(spec: Block, _: list[str]) -> None:
    """`istio: istiod` is on no Pod of an unrevisioned istiod (D6)."""
    spec["egress"][0]["to"][0]["podSelector"]["matchLabels"] = {"app": "istiod"}


def _reach_node_local_dns(spec: Block, _: list[str]) -> None:
    """NodeLocal DNSCache answers on its own address (D11)."""
    spec["egress"].append({"to": [{"ipBlock": {"cidr": "169.254.20.10/32"}}], "ports": DNS_PORTS})


def _reach_later_metadata_server(spec: Block, _: list[str]) -> None:
    """The metadata server's address since GKE 1.21 without Dataplane V2 (D11)."""
    ports = [{"port": 987}, {"port": 988}]
    spec["egress"].append({"to": [{"ipBlock": {"cidr": "169.254.169.252/32"}}], "ports": ports})


def _state_policy_types(spec: Block, _: list[str]) -> None:
    """Write what Kubernetes makes of the policy as printed (D13)."""
    spec["policyTypes"] = ["Egress", "Ingress"]


DEVIATIONS: dict[tuple[str, str], Callable[[Block, list[str]], None]] = {
    ("DestinationRule", "target-egress-gateway"): _mtls_on_one_port,
    ("DestinationRule", "example-com-originate-tls"): _export_to_the_gateway,
    ("VirtualService", "example-com-through-egress-gateway"): _export_to_team_x,
    ("NetworkPolicy", "allow-egress-to-control-plane"): _select_istiod_by_app,
    ("NetworkPolicy", "allow-egress-to-dns"): _reach_node_local_dns,
    ("NetworkPolicy", "allow-egress-to-metadata-server"): _reach_later_metadata_server,
    ("NetworkPolicy", "allow-egress-to-same-namespace"): _state_policy_types,
}
"""What our objects do otherwise than printed, and why; docs/tutorial.md lists the same."""
