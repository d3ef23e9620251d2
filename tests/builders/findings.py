"""For each kind of finding a state that has it, and the same state with the fix."""

import datetime
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from egress.review.findings.finding import Finding
from egress.review.findings.leaving import ADDED
from egress.review.findings.registry import find
from egress.review.network.vpc import Zone
from egress.terraform.google.firewall_policy import PolicyRule
from egress.terraform.google.response_policy import NameRule, ResponsePolicy
from tests.builders.objects import MUTUAL, PASS, network_policy, server, to, virtual_service
from tests.builders.states import TOLERATION, own_route, pod, policy_with, without_policies
from tests.builders.vpcs import CLOSED, DENY_ALL, PODS, rule, vpc, with_vpc
from tests.review.reviewed import State, tutorial

TODAY = datetime.date(2026, 11, 23)
"""A day on which what the tests accept is still accepted."""


def admission(name: str, group: str, resource: str, expression: str) -> list[dict[str, Any]]:
    api = "admissionregistration.k8s.io/v1"
    rule = {"apiGroups": [group], "apiVersions": ["*"], "operations": ["CREATE"], "resources": [resource]}
    policy = {"matchConstraints": {"resourceRules": [rule]}, "validations": [{"expression": expression}]}
    return [
        {"apiVersion": api, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name}, "spec": policy},
        {
            "apiVersion": api,
            "kind": "ValidatingAdmissionPolicyBinding",
            "metadata": {"name": name},
            "spec": {"policyName": name, "validationActions": ["Deny"]},
        },
    ]


ROUTE = "example-com-through-egress-gateway"

INGRESS_CLOSED = network_policy("istio-egress", "closed", policyTypes=["Ingress"])

FROM_SIDECARS_ON_HTTP = network_policy(
    "istio-egress",
    "http-alone",
    policyTypes=["Ingress"],
    ingress=[{"from": [{"namespaceSelector": {}}], "ports": [{"port": 8080}]}],
)


def plain_http() -> State:
    """The gateway's port 80 without TLS, and nobody's policy at it."""
    servers = [{**MUTUAL, "port": {"number": 80, "name": "http", "protocol": "HTTP"}, "tls": None}]
    return without_policies(tutorial()).change("Gateway", "egress-gateway", servers=servers)


def without_any(state: State, kind: str) -> State:
    for key in list(state.objects):
        if key[0] == kind:
            state = state.without(kind, key[2], key[1])
    return state


def with_google(state: State, address: str) -> State:
    """A VPC in which Google's API names have an address of its own."""
    names = ("private.googleapis.com.", "storage.googleapis.com.", "*.googleapis.com.")
    zone = Zone(
        dns_name="googleapis.com.",
        address="zone.googleapis",
        records={(name, "A"): (address,) for name in names},
    )
    apis = rule("apis", to="199.36.153.0/24", traffic=(("tcp", ((443, 443),)),))
    open_dns = network_policy("team-x", "open", policyTypes=["Egress"], egress=[{}])
    return replace(state.apply(open_dns), vpc=replace(vpc(*CLOSED, apis), zones=(zone,)))


def istio(kind: str, namespace: str, name: str, created: str = "", **spec: Any) -> dict[str, Any]:
    group = "security" if kind in ("PeerAuthentication", "AuthorizationPolicy") else "networking"
    metadata = {"name": name, "namespace": namespace}
    if created:
        metadata["creationTimestamp"] = created
    return {"apiVersion": f"{group}.istio.io/v1", "kind": kind, "metadata": metadata, "spec": spec}


def mtls(mode: str) -> State:
    strict = istio("PeerAuthentication", "istio-system", "default", mtls={"mode": "STRICT"})
    return tutorial().apply(strict, istio("PeerAuthentication", "team-x", "own", mtls={"mode": mode}))


def second_entry(namespace: str, created: str, **changes: Any) -> State:
    """The first host's entry once more, elsewhere or older."""
    state = tutorial()
    spec = {**state.spec("ServiceEntry", "example-com-ext"), **changes}
    if namespace != "istio-egress":
        spec["exportTo"] = ["istio-egress", "team-x"]
        spec["endpoints"] = [{"address": "other.net"}]
        state = state.change("ServiceEntry", "example-com-ext", exportTo=["*"])
    return state.apply(istio("ServiceEntry", namespace, "second", created, **spec))


def deny(ports: list[str]) -> State:
    rules = [{"from": [{"source": {"namespaces": ["team-x"]}}], "to": [{"operation": {"ports": ports}}]}]
    selector = {"matchLabels": {"istio": "egressgateway"}}
    policy = istio(
        "AuthorizationPolicy", "istio-egress", "denial", selector=selector, action="DENY", rules=rules
    )
    return tutorial().apply(policy)


def port_of(number: int, protocol: str, target: int | None = None) -> dict[str, Any]:
    found: dict[str, Any] = {"number": number, "name": f"{protocol.lower()}-{number}", "protocol": protocol}
    return {**found, "targetPort": target} if target else found


def databases(protocol: str) -> State:
    """Two databases on one port."""
    return tutorial().apply(
        *(
            istio(
                "ServiceEntry", "istio-egress", name, hosts=[f"{name}.example.net"],
                ports=[port_of(5432, protocol)], resolution="DNS", exportTo=["team-x"],
            )
            for name in ("db-a", "db-b")
        )
    )  # fmt: skip


def importing(entry: str) -> State:
    return tutorial().apply(
        istio("Sidecar", "team-x", "importing", egress=[{"hosts": [entry, "istio-system/*"]}])
    )


def originating(number: int, protocol: str, target: int | None = None) -> State:
    """A host straight from a team's sidecar, with TLS of the proxy's."""
    ports = [port_of(number, protocol, target)]
    policy = {"tls": {"mode": "SIMPLE"}}
    return tutorial().apply(
        istio("ServiceEntry", "team-x", "own", hosts=["own.example.net"], ports=ports, resolution="DNS"),
        istio("DestinationRule", "team-x", "own", host="own.example.net", trafficPolicy=policy),
        istio("Sidecar", "team-x", "default", egress=[{"hosts": ["*/*"]}]),
    )


def second_route(host: str) -> State:
    there = [{"destination": {"host": "example.com", "port": {"number": 80}}}]
    spec: dict[str, Any] = {"hosts": [host], "http": [{"route": there}], "exportTo": ["team-x"]}
    return tutorial().apply(istio("VirtualService", "istio-egress", "second", **spec))


def second_sidecar(name: str) -> State:
    """A second Sidecar for all of team-x, or the first one stated anew."""
    first = next(key for key in tutorial().objects if key[0] == "Sidecar" and key[1] == "team-x")
    named = name + "-second" if name else first[2]
    return tutorial().apply(istio("Sidecar", "team-x", named, egress=[{"hosts": ["istio-egress/*"]}]))


def entry_for(host: str, resolution: str) -> State:
    ports = [port_of(443, "TLS")]
    return tutorial().apply(
        istio("ServiceEntry", "istio-egress", "star", hosts=[host], ports=ports, resolution=resolution)
    )


def held_to(level: str) -> dict[str, Any]:
    namespace = tutorial().objects["Namespace", "", "team-x"]
    labels = {**namespace["metadata"]["labels"], "pod-security.kubernetes.io/enforce": level}
    return {**namespace, "metadata": {**namespace["metadata"], "labels": labels}}


def rest_answered(*bypassed: str) -> ResponsePolicy:
    """Every name answered in the VPC but for those named."""
    rest = NameRule(dns_name="*.", address="rule.rest", bypass=False, addresses=("192.0.2.1",))
    rules = (NameRule(dns_name=name, address=f"rule.{name}", bypass=True) for name in bypassed)
    return ResponsePolicy(rules=(rest, *rules))


def with_names(*bypassed: str) -> State:
    state = with_vpc(tutorial(), *CLOSED)
    assert state.vpc is not None
    return replace(state, vpc=replace(state.vpc, answered=rest_answered(*bypassed)))


GOOGLE_ROUTE = virtual_service(
    "istio-egress",
    "storage",
    hosts=["storage.googleapis.com"],
    gateways=["istio-egress/egress-gateway", "mesh"],
    exportTo=["istio-egress", "team-x"],
    tls=[
        {
            "match": [{"gateways": ["mesh"], "port": 443, "sniHosts": ["storage.googleapis.com"]}],
            "route": to("istio-egressgateway.istio-egress.svc.cluster.local", 443),
        },
        {
            "match": [
                {
                    "gateways": ["istio-egress/egress-gateway"],
                    "port": 443,
                    "sniHosts": ["storage.googleapis.com"],
                }
            ],
            "route": to("storage.googleapis.com", 443),
        },
    ],
)


def google_through_the_gateway(perimeter: str | None) -> State:
    state = with_google(tutorial("8-google-apis"), "199.36.153.4").apply(GOOGLE_ROUTE)
    assert state.vpc is not None
    return replace(state, vpc=replace(state.vpc, perimeter_address=perimeter))


def headers_taken_off(names: tuple[str, ...], config: str) -> State:
    """Both routes of the gateway without what proxies add, and the gateway's own ProxyConfig."""
    state = tutorial()
    for name in (ROUTE, "httpbin-org-through-egress-gateway"):
        routes = [dict(route) for route in state.spec("VirtualService", name)["http"]]
        routes[1]["headers"] = {"request": {"remove": list(names)}}
        state = state.change("VirtualService", name, http=routes)
    spec = state.spec("Deployment", "istio-egressgateway")
    metadata = spec["template"]["metadata"]
    annotations = {**(metadata.get("annotations") or {}), "proxy.istio.io/config": config}
    template = {**spec["template"], "metadata": {**metadata, "annotations": annotations}}
    return state.change("Deployment", "istio-egressgateway", template=template)


NO_COUNT = "proxyHeaders: { attemptCount: { disabled: true } }"


def gateway_nodes_by_name(*names: str) -> State:
    """The gateway's nodes are let out by a firewall policy alone."""
    named = PolicyRule(
        name="web",
        address="policy.web",
        priority=1,
        action="allow",
        traffic=(("tcp", ((443, 443),)),),
        names=names,
        ranges=() if names else ("0.0.0.0/0",),
        target_service_accounts=("gw",),
    )
    state = with_vpc(tutorial(), DENY_ALL, PODS)
    assert state.vpc is not None
    return replace(state, vpc=replace(state.vpc, policy=(named,), policy_first=True))


EXAMPLES: dict[str, tuple[Callable[[], State], Callable[[], State]]] = {
    "EG101": (tutorial, lambda: tutorial().apply(FROM_SIDECARS_ON_HTTP)),
    "EG102": (tutorial, lambda: tutorial("4-policies")),
    "EG104": (lambda: plain_http(), lambda: without_any(plain_http(), "VirtualService")),
    "EG103": (tutorial, lambda: with_vpc(tutorial("4-policies"), *CLOSED)),
    "EG111": (
        lambda: tutorial("6-pass-through"),
        lambda: tutorial("7-network-policies").apply(
            network_policy("team-y", "closed", policyTypes=["Egress"])
        ),
    ),
    "EG112": (tutorial, lambda: tutorial().apply(INGRESS_CLOSED)),
    "EG113": (
        lambda: tutorial().change("Sidecar", "default", "team-x", outboundTrafficPolicy=None),
        tutorial,
    ),
    "EG114": (
        lambda: pod(tutorial(), "bare", metadata={"labels": {"sidecar.istio.io/inject": "false"}}),
        tutorial,
    ),
    "EG117": (
        lambda: pod(
            tutorial(),
            "bare",
            metadata={"annotations": {"traffic.sidecar.istio.io/excludeOutboundPorts": "443"}},
        ),
        lambda: pod(
            tutorial(),
            "bare",
            metadata={"annotations": {"traffic.sidecar.istio.io/includeOutboundPorts": "443"}},
        ),
    ),
    "EG115": (
        lambda: pod(with_vpc(tutorial(), *CLOSED), "squatter", tolerations=[TOLERATION]),
        lambda: with_vpc(tutorial(), *CLOSED),
    ),
    "EG116": (
        lambda: with_vpc(tutorial(), *CLOSED),
        lambda: with_vpc(tutorial(), *CLOSED).apply(
            *admission("nodes", "", "pods", "!has(object.spec.tolerations)")
        ),
    ),
    "EG118": (lambda: tutorial().apply(held_to("baseline")), lambda: tutorial().apply(held_to("restricted"))),
    "EG121": (
        lambda: with_vpc(tutorial("0-mesh"), PODS),
        lambda: with_vpc(tutorial("0-mesh"), *CLOSED),
    ),
    "EG122": (lambda: tutorial().change("VirtualService", ROUTE, exportTo=["istio-egress"]), tutorial),
    "EG123": (
        lambda: tutorial().apply(own_route(exportTo=["."])),
        lambda: (
            tutorial()
            .change("VirtualService", ROUTE, exportTo=["istio-egress", "team-x", "team-y"])
            .apply(own_route())
        ),
    ),
    "EG124": (
        tutorial,
        lambda: tutorial().apply(*admission("routing", "networking.istio.io", "*", "false")),
    ),
    "EG125": (
        tutorial,
        lambda: tutorial().without("DestinationRule", "example-com-originate-tls"),
    ),
    "EG126": (
        lambda: with_google(tutorial("8-google-apis"), "199.36.153.8"),
        lambda: with_google(tutorial("7-network-policies"), "199.36.153.8"),
    ),
    "EG119": (lambda: mtls("DISABLE"), lambda: mtls("STRICT")),
    "EG129": (lambda: second_entry("team-x", ""), tutorial),
    "EG207": (lambda: deny(ports=["8443"]), lambda: deny(ports=["8080"])),
    "EG215": (
        lambda: second_entry("istio-egress", "", resolution="NONE"),
        lambda: second_entry("istio-egress", ""),
    ),
    "EG216": (lambda: databases("TCP"), lambda: databases("TLS")),
    "EG222": (lambda: second_route("example.com"), lambda: second_route("other.example")),
    "EG223": (lambda: second_sidecar("default"), lambda: second_sidecar("")),
    "EG217": (lambda: importing("istio-egres/*"), lambda: importing("istio-egress/*")),
    "EG218": (lambda: originating(443, "HTTPS"), lambda: originating(80, "HTTP", 443)),
    "EG219": (lambda: originating(80, "HTTP"), lambda: originating(80, "HTTP", 443)),
    "EG220": (lambda: entry_for("*.s3.example.com", "DNS"), lambda: entry_for("*.s3.example.com", "NONE")),
    "EG127": (lambda: with_vpc(tutorial(), *CLOSED), lambda: with_names("example.com.")),
    "EG128": (
        lambda: google_through_the_gateway(None),
        lambda: google_through_the_gateway("perimeter"),
    ),
    "EG201": (lambda: policy_with(ports=["80"]), lambda: policy_with(ports=["8080"])),
    "EG202": (lambda: policy_with(hosts=["other.net"]), lambda: policy_with(hosts=["example.com"])),
    "EG203": (lambda: policy_with(methods=["get"]), lambda: policy_with(methods=["GET"])),
    "EG204": (lambda: policy_with(hosts=["other.net"]), lambda: policy_with(hosts=["example.com"])),
    "EG205": (
        lambda: tutorial("4-policies"),
        lambda: (
            tutorial("4-policies")
            .change(
                "VirtualService", "httpbin-org-through-egress-gateway", exportTo=["istio-egress", "team-y"]
            )
            .change("ServiceEntry", "httpbin-org-ext", exportTo=["istio-egress", "team-y"])
        ),
    ),
    "EG206": (
        lambda: policy_with(hosts=["example.com"]).without(
            "AuthorizationPolicy", "egress-team-y-to-httpbin-teapot"
        ),
        lambda: policy_with(hosts=["example.com", "example.com:80"]).without(
            "AuthorizationPolicy", "egress-team-y-to-httpbin-teapot"
        ),
    ),
    "EG211": (
        lambda: tutorial().change(
            "Gateway", "egress-gateway", servers=[MUTUAL, server(443, "TLS", "ISTIO_MUTUAL")]
        ),
        lambda: tutorial().change("Gateway", "egress-gateway", servers=[MUTUAL, PASS]),
    ),
    "EG212": (
        lambda: tutorial().change("DestinationRule", "target-egress-gateway", exportTo=["."]),
        tutorial,
    ),
    "EG213": (
        lambda: with_vpc(tutorial(), *CLOSED, rule("narrow", to="10.1.2.0/24", target="app", priority=2000)),
        lambda: with_vpc(tutorial(), *CLOSED),
    ),
    "EG214": (
        lambda: tutorial().apply(network_policy("team-x", "closed", policyTypes=["Egress"])),
        lambda: tutorial("7-network-policies"),
    ),
    "EG221": (
        lambda: tutorial().apply(
            {
                "apiVersion": "v1",
                "kind": "Namespace",
                "metadata": {
                    "name": "team-x",
                    "labels": {"istio-injection": "enabled", "team": "x"},
                    "annotations": {"secure-egress/ended-grants": "other.net until 2026-10-31"},
                },
            }
        ),
        tutorial,
    ),
    "EG301": (
        lambda: tutorial("5-tls-origination"),
        lambda: (
            tutorial()
            .without("DestinationRule", "target-egress-gateway")
            .without("DestinationRule", "example-com-originate-tls")
        ),
    ),
    "EG302": (
        lambda: with_vpc(tutorial(), *CLOSED, rule("everyone", traffic=(("tcp", ((443, 443),)),))),
        lambda: with_vpc(tutorial(), *CLOSED),
    ),
    "EG303": (
        lambda: with_vpc(tutorial(), *CLOSED, rule("any-machine", to="10.0.0.0/24")),
        lambda: with_vpc(tutorial(), *CLOSED),
    ),
    "EG304": (
        lambda: with_vpc(tutorial("7-network-policies"), *CLOSED),
        lambda: with_vpc(tutorial(), *CLOSED),
    ),
    "EG305": (tutorial, lambda: headers_taken_off(ADDED, NO_COUNT)),
    "EG307": (
        lambda: tutorial().apply(
            {
                "apiVersion": "security.istio.io/v1",
                "kind": "AuthorizationPolicy",
                "metadata": {
                    "name": "egress-tried-out",
                    "namespace": "istio-egress",
                    "annotations": {"istio.io/dry-run": "true"},
                },
                "spec": {"action": "DENY", "rules": [{}]},
            }
        ),
        tutorial,
    ),
    "EG306": (lambda: gateway_nodes_by_name(), lambda: gateway_nodes_by_name("example.com")),
}


def found(state: State, code: str) -> list[Finding]:
    return [finding for finding in find(state.review()) if finding.kind.code == code]
