"""Single mistakes planted into the synthesized Terraform of the tutorial's final state.

Each must change what the mesh answers, and the review must answer as the mesh does (docs/lab.md has the table).
"""

import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egress.proof.differential.operations import Document

REMOVED = object()
"""As a value: the key, or with an empty path the whole resource, is taken away."""

TEAM_X = (
    "egress/kubernetes_manifest/teams_team-x_gateway_istio_authorizationpolicy-egress-team-x-to-example-com"
)
TEAM_Y = "egress/kubernetes_manifest/teams_team-y_gateway_istio_authorizationpolicy-egress-team-y-to-httpbin-teapot"
EVERYONE = "egress/kubernetes_manifest/routing_authorizationpolicy-egress-all-443"
EXAMPLE = "egress/kubernetes_manifest/routing_virtualservice-example-com-through-egress-gateway"
EXAMPLE_ENTRY = "egress/kubernetes_manifest/routing_serviceentry-example-com-ext"
TO_GATEWAY = "egress/kubernetes_manifest/routing_destinationrule-target-egress-gateway"
ORIGINATION = "egress/kubernetes_manifest/routing_destinationrule-example-com-originate-tls"
SERVERS = "egress/kubernetes_manifest/routing_gateway-egress-gateway"
SIDECAR_Y = "egress/kubernetes_manifest/teams_team-y_namespaces_team-y_istio_sidecar-default"
OF_TEAM_X = "egress/kubernetes_network_policy_v1/teams_team-x_namespaces_team-x_network-policies"
TO_CONTROL_PLANE = f"{OF_TEAM_X}_allow-egress-to-control-plane"
TO_GOOGLE = f"{OF_TEAM_X}_allow-egress-to-google-apis"
TO_THE_WEB = "foundation/google_compute_firewall/firewall_gateway-allow-egress-web"
DENY_ALL = "foundation/google_compute_firewall/firewall_global-deny-egress-all"

Step = str | int


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """One value of one resource put otherwise."""

    name: str
    resource: str
    """STACK/TYPE/NAME, the name without the hash that cdktf adds."""
    path: tuple[Step, ...]
    value: Any

    def planted(self, stacks: Mapping[str, Document]) -> dict[str, Document]:
        """The stacks with the mistake. Raises LookupError where there is no such resource or place."""
        stack, type_, name = self.resource.split("/")
        changed = deepcopy(dict(stacks))
        resources = changed[stack]["resource"][type_]
        found = [key for key in resources if key.rpartition("_")[0].removesuffix("_policy") == name]
        if len(found) != 1:
            raise LookupError(f"{self.name}: {len(found)} resources are called {self.resource}")
        place: Any = resources
        steps: tuple[Step, ...] = (found[0], *self.path)
        for step in steps[:-1]:
            place = place[step]
        if self.value is REMOVED:
            del place[steps[-1]]
        else:
            place[steps[-1]] = self.value
        return changed


def planted(out: Path, folder: Path) -> Iterator[tuple[Mistake, Path]]:
    """Each mistake with a copy of the output folder that holds it."""
    stacks: dict[str, Document] = {
        file.parent.name: json.loads(file.read_text(encoding="utf-8"))
        for file in out.glob("stacks/*/cdk.tf.json")
    }
    for number, mistake in enumerate(MISTAKES):
        copy = folder / str(number)
        for stack, document in mistake.planted(stacks).items():
            file = copy / "stacks" / stack / "cdk.tf.json"
            file.parent.mkdir(parents=True)
            file.write_text(json.dumps(document), encoding="utf-8")
        yield mistake, copy


def _spec(name: str, resource: str, *path: Step, value: Any) -> Mistake:
    return Mistake(name=name, resource=resource, path=("manifest", "spec", *path), value=value)


def _rule(name: str, resource: str, *path: Step, value: Any) -> Mistake:
    return _spec(name, resource, "rules", 0, *path, value=value)


def _resource(name: str, resource: str, *path: Step, value: Any) -> Mistake:
    return Mistake(name=name, resource=resource, path=path, value=value)


TLS_TO_GATEWAY = ("subsets", 0, "trafficPolicy", "portLevelSettings", 0, "tls", "mode")

MISTAKES: tuple[Mistake, ...] = (
    _rule("a policy on the Service's port", TEAM_X, "when", 0, "values", value=["80"]),
    _rule("a swapped team", TEAM_X, "from", 0, "source", "namespaces", value=["team-y"]),
    _rule("a misspelled host in a policy", TEAM_X, "to", 0, "operation", "hosts", value=["exmaple.com"]),
    _rule("a lost path", TEAM_Y, "to", 0, "operation", "paths", value=REMOVED),
    _rule("a lost source", TEAM_Y, "from", value=REMOVED),
    _spec("DENY for ALLOW", EVERYONE, "action", value="DENY"),
    _resource("a missing policy", TEAM_Y, value=REMOVED),
    _spec("a lost exportTo of a route", EXAMPLE, "exportTo", value=REMOVED),
    _spec("a misspelled host of a route", EXAMPLE, "hosts", value=["exmaple.com"]),
    _spec(
        "a misspelled subset",
        EXAMPLE,
        *("http", 0, "route", 0, "destination", "subset"),
        value="target-mTLS",
    ),
    _spec("the Pod's port in a match", EXAMPLE, "http", 1, "match", 0, "port", value=8080),
    _spec("a route of the mesh that is missing", EXAMPLE, "http", 0, value=REMOVED),
    _resource("a missing route", EXAMPLE, value=REMOVED),
    _spec("an entry that is not exported to the gateway", EXAMPLE_ENTRY, "exportTo", value=["team-x"]),
    _spec("a port of an entry as TCP", EXAMPLE_ENTRY, "ports", 1, "protocol", value="TCP"),
    _spec("a misspelled host of an entry", EXAMPLE_ENTRY, "hosts", value=["exmaple.com"]),
    _spec("the gateway's rule not exported", TO_GATEWAY, "exportTo", value=["istio-egress"]),
    _spec("mTLS towards the gateway off", TO_GATEWAY, *TLS_TO_GATEWAY, value="DISABLE"),
    _spec("no TLS origination", ORIGINATION, "subsets", value=[]),
    _spec("a wrong port of the Gateway", SERVERS, "servers", 1, "port", "number", value=8443),
    _spec("a wrong selector of the Gateway", SERVERS, "selector", "istio", value="ingressgateway"),
    _spec(
        "names that nobody has on the Gateway",
        SERVERS,
        *("servers", 0, "tls", "subjectAltNames"),
        value=["team-x"],
    ),
    _spec(
        "a Sidecar that lets everything out",
        SIDECAR_Y,
        *("outboundTrafficPolicy", "mode"),
        value="ALLOW_ANY",
    ),
    _spec("a Sidecar without the gateway's namespace", SIDECAR_Y, "egress", 0, "hosts", value=["./*"]),
    _resource("a missing Sidecar", SIDECAR_Y, value=REMOVED),
    _resource("a NetworkPolicy without its peers", TO_CONTROL_PLANE, "spec", "egress", 0, "to", value=[]),
    _resource("a missing NetworkPolicy", TO_GOOGLE, value=REMOVED),
    _resource("a wider firewall", TO_THE_WEB, "target_service_accounts", value=REMOVED),
    _resource("a narrower firewall", TO_THE_WEB, "allow", 0, "ports", value=["80"]),
    _resource("a missing denial in the firewall", DENY_ALL, value=REMOVED),
)
