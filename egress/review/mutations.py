"""Single mistakes planted into the tutorial's final state: each must be seen by the review and change the mesh."""

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from egress.review.generated_changes import ORIGINATION, SERVERS, TO_GATEWAY
from egress.review.generation import Case, Document, Key, Operation

TEAM_X = ("AuthorizationPolicy", "istio-egress", "egress-team-x-to-example-com")
TEAM_Y = ("AuthorizationPolicy", "istio-egress", "egress-team-y-to-httpbin-teapot")
EVERYONE = ("AuthorizationPolicy", "istio-egress", "egress-all-443")
EXAMPLE = ("VirtualService", "istio-egress", "example-com-through-egress-gateway")
EXAMPLE_ENTRY = ("ServiceEntry", "istio-egress", "example-com-ext")
SIDECAR_Y = ("Sidecar", "team-y", "default")
TO_CONTROL_PLANE = ("NetworkPolicy", "team-x", "allow-egress-to-control-plane")

Mutate = Callable[[Document], None]


def mutations(base: Mapping[Key, Document]) -> Iterator[tuple[str, Case]]:
    """The mistakes by name, each as a case of one operation."""
    for number, (name, (key, mutate)) in enumerate(_MISTAKES.items()):
        spec = deepcopy(base[key]["spec"])
        mutate(spec)
        yield name, Case(-number - 1, (Operation(base[key]["apiVersion"], key[0], key[1], key[2], spec),))


def _put(path: tuple[str | int, ...], value: Any) -> Mutate:
    def mutate(spec: Document) -> None:
        place: Any = spec
        for step in path[:-1]:
            place = place[step]
        if value is None:
            del place[path[-1]]
        else:
            place[path[-1]] = value

    return mutate


_MISTAKES: Mapping[str, tuple[Key, Mutate]] = {
    "a policy on the Service's port": (TEAM_X, _put(("rules", 0, "when", 0, "values"), ["80"])),
    "a swapped team": (TEAM_X, _put(("rules", 0, "from", 0, "source", "namespaces"), ["team-y"])),
    "a misspelled host in a policy": (
        TEAM_X,
        _put(("rules", 0, "to", 0, "operation", "hosts"), ["exmaple.com"]),
    ),
    "a lost path": (TEAM_Y, _put(("rules", 0, "to", 0, "operation", "paths"), None)),
    "a lost source": (TEAM_Y, _put(("rules", 0, "from"), None)),
    "DENY for ALLOW": (EVERYONE, _put(("action",), "DENY")),
    "a lost exportTo of a route": (EXAMPLE, _put(("exportTo",), None)),
    "a misspelled host of a route": (EXAMPLE, _put(("hosts",), ["exmaple.com"])),
    "a misspelled subset": (EXAMPLE, _put(("http", 0, "route", 0, "destination", "subset"), "target-mTLS")),
    "the Pod's port in a match": (EXAMPLE, _put(("http", 1, "match", 0, "port"), 8080)),
    "a route of the mesh that is missing": (EXAMPLE, _put(("http", 0), None)),
    "an entry that is not exported to the gateway": (EXAMPLE_ENTRY, _put(("exportTo",), ["team-x"])),
    "a port of an entry as TCP": (EXAMPLE_ENTRY, _put(("ports", 1, "protocol"), "TCP")),
    "the gateway's rule not exported": (TO_GATEWAY, _put(("exportTo",), ["istio-egress"])),
    "mTLS towards the gateway off": (
        TO_GATEWAY,
        _put(("subsets", 0, "trafficPolicy", "portLevelSettings", 0, "tls", "mode"), "DISABLE"),
    ),
    "no TLS origination": (ORIGINATION, _put(("subsets",), [])),
    "a wrong port of the Gateway": (SERVERS, _put(("servers", 1, "port", "number"), 8443)),
    "a wrong selector of the Gateway": (SERVERS, _put(("selector", "istio"), "ingressgateway")),
    "names that nobody has on the Gateway": (
        SERVERS,
        _put(("servers", 0, "tls", "subjectAltNames"), ["team-x"]),
    ),
    "a Sidecar that lets everything out": (SIDECAR_Y, _put(("outboundTrafficPolicy", "mode"), "ALLOW_ANY")),
    "a Sidecar without the gateway's namespace": (SIDECAR_Y, _put(("egress", 0, "hosts"), ["./*"])),
    "a NetworkPolicy without its peers": (TO_CONTROL_PLANE, _put(("egress", 0, "to", 1), None)),
}
