"""Fields and annotations of foreign input that change what proxies do, each where it does."""

from typing import Any

import pytest

from egress.review.decision.control import Control
from egress.review.errors import ReviewError
from egress.review.inputs.assembling import inventory_of_objects
from egress.review.inputs.typed_objects import typed_object
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.output.texts.arrivals import arrival_text
from egress.review.output.texts.reasons import reason_text
from tests.builders.objects import SERVICE, config_map, to, virtual_service
from tests.builders.states import X, Y, without_policies
from tests.review.reviewed import State, tutorial

ROUTE = "example-com-through-egress-gateway"
GATEWAY = "istio-egress/istio-egressgateway"
CAPTURE = "traffic.sidecar.istio.io/"


def pod_of(state: State, annotations: dict[str, str] | None = None, **spec: Any) -> State:
    """The tutorial's test Pod of team-x with annotations and fields of its Pod template."""
    own = state.spec("Deployment", "test", "team-x")
    own["template"]["metadata"]["annotations"] = annotations or {}
    own["template"]["spec"].update(spec)
    return state.change("Deployment", "test", "team-x", **own)


@pytest.mark.parametrize(("native", "known"), [("false", False), ("true", True), (None, True)])
def test_an_init_container_asks_through_the_sidecar_where_that_is_native(
    native: str | None, known: bool
) -> None:
    annotations = {"sidecar.istio.io/nativeSidecar": native} if native else {}
    state = pod_of(tutorial(), annotations, initContainers=[{"name": "fetch", "image": "any"}])
    if known:
        assert state.ask(X, "http://example.com").verdict == "allowed"
        return
    with pytest.raises(ReviewError, match="nativeSidecar 'false': the init containers"):
        state.ask(X, "http://example.com")


def test_a_sidecar_that_is_not_native_is_known_where_no_init_container_asks() -> None:
    state = pod_of(tutorial(), {"sidecar.istio.io/nativeSidecar": "false"})
    assert state.ask(X, "http://example.com").verdict == "allowed"


def entry(**spec: Any) -> State:
    return without_policies(tutorial()).change("ServiceEntry", "example-com-ext", **spec)


def rule(name: str, **spec: Any) -> State:
    return without_policies(tutorial()).change("DestinationRule", name, **spec)


# Which connections the sidecar sees


def test_an_excluded_port_passes_the_sidecar_by() -> None:
    state = pod_of(tutorial(), {f"{CAPTURE}excludeOutboundPorts": "25, 443"})
    assert state.ask(X, "https://example.com").through == ""
    assert state.ask(X, "http://example.com").through == GATEWAY
    assert "does not see ports 25, 443" in reason_text(state.ask(X, "https://example.com").steps[0].reason)


def test_an_excluded_range_passes_the_sidecar_by() -> None:
    state = pod_of(tutorial(), {f"{CAPTURE}excludeOutboundIPRanges": "203.0.113.0/24"})
    assert state.ask(X, "https://203.0.113.7").through == ""
    assert state.ask(X, "https://203.0.113.7").verdict == "allowed"
    assert state.ask(X, "https://198.51.100.7").verdict == "refused"
    assert state.ask(X, "https://example.com").verdict == "unknown"


def test_what_is_not_included_passes_the_sidecar_by() -> None:
    state = pod_of(tutorial(), {f"{CAPTURE}includeOutboundIPRanges": "10.0.0.0/8"})
    assert state.ask(X, "http://example.com").through == ""
    both = {f"{CAPTURE}includeOutboundIPRanges": "", f"{CAPTURE}includeOutboundPorts": "80"}
    assert pod_of(tutorial(), both).ask(X, "http://example.com").through == GATEWAY
    assert pod_of(tutorial(), both).ask(X, "https://example.com").through == ""


@pytest.mark.parametrize("user", ["runAsUser", "runAsGroup"])
def test_a_container_with_the_sidecars_own_user_passes_it_by(user: str) -> None:
    state = pod_of(tutorial(), containers=[{"name": "test", "securityContext": {user: 1337}}])
    assert state.ask(X, "http://example.com").through == ""
    assert pod_of(tutorial(), securityContext={user: 1337}).ask(X, "http://example.com").through == ""


@pytest.mark.parametrize(
    ("annotations", "told"),
    [
        ({f"{CAPTURE}excludeOutboundPorts": "https"}, "'https' is no port"),
        ({f"{CAPTURE}excludeOutboundIPRanges": "10.0.0.0/40"}, "10.0.0.0/40"),
        ({f"{CAPTURE}excludeInterfaces": "eth1"}, "excludeInterfaces"),
        ({"sidecar.istio.io/bootstrapOverride": "mine"}, "bootstrapOverride"),
        ({"inject.istio.io/templates": "grpc-agent"}, "grpc-agent"),
        ({"proxy.istio.io/config": "gatewayTopology: {numTrustedProxies: 1}"}, "gatewayTopology"),
        ({"proxy.istio.io/config": "{"}, "no YAML"),
        (
            {"proxy.istio.io/config": "proxyMetadata: {ISTIO_META_DNS_CAPTURE: 'true'}"},
            "proxyMetadata.ISTIO_META_DNS_CAPTURE",
        ),
        ({"networking.gke.io/interfaces": "[]"}, "further network interfaces"),
    ],
)
def test_an_annotation_that_is_not_modelled_is_refused(annotations: dict[str, str], told: str) -> None:
    with pytest.raises(ReviewError, match="Deployment team-x/test: ") as error:
        pod_of(tutorial(), annotations).inventory()
    assert told in str(error.value)


def test_settings_of_a_proxy_that_decide_on_nothing_are_taken() -> None:
    config = "concurrency: 2\nholdApplicationUntilProxyStarts: true\nproxyMetadata: {ISTIO_META_DNS_CAPTURE: 'false'}"
    pod_of(tutorial(), {"proxy.istio.io/config": config}).inventory()


# Injection


def labelled(
    namespace: dict[str, str], pod: dict[str, str], annotations: dict[str, str] | None = None
) -> bool:
    state = tutorial().apply(
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team-x", "labels": namespace}}
    )
    own = state.spec("Deployment", "test", "team-x")
    own["template"]["metadata"] = {"labels": {"app": "test", **pod}, "annotations": annotations or {}}
    review = state.change("Deployment", "test", "team-x", **own).review()
    return review.identities.find(X).meshed


INJECT, REVISION = "sidecar.istio.io/inject", "istio.io/rev"


@pytest.mark.parametrize(
    ("namespace", "pod", "annotations", "meshed"),
    [
        ({"istio-injection": "enabled"}, {}, {}, True),
        ({"istio-injection": "true"}, {}, {}, False),
        ({"istio-injection": "true"}, {INJECT: "true"}, {}, False),
        ({"istio-injection": "disabled", REVISION: "default"}, {}, {}, False),
        ({REVISION: "default"}, {}, {INJECT: "false"}, False),
        ({}, {INJECT: "true"}, {}, True),
        ({}, {}, {INJECT: "true"}, False),
        ({}, {REVISION: "default"}, {}, True),
        ({}, {REVISION: "default", INJECT: "false"}, {}, False),
    ],
)
def test_the_webhooks_select_pods_by_labels(
    namespace: dict[str, str], pod: dict[str, str], annotations: dict[str, str], meshed: bool
) -> None:
    assert labelled(namespace, pod, annotations) is meshed


def test_ambient_mode_and_objects_of_one_revision_are_refused() -> None:
    with pytest.raises(ReviewError, match="ambient mode is not modelled"):
        labelled({"istio.io/dataplane-mode": "ambient"}, {})
    item = virtual_service("team-x", "own", hosts=["a.example"])
    item["metadata"]["labels"] = {REVISION: "canary"}
    with pytest.raises(ReviewError, match="one control plane alone reads it"):
        tutorial().apply(item).inventory()


# Names


@pytest.mark.parametrize(
    "spec",
    [
        {"hostAliases": [{"ip": "10.0.0.9", "hostnames": ["example.com"]}]},
        {"dnsPolicy": "None"},
        {"dnsConfig": {"nameservers": ["192.0.2.53"]}},
    ],
)
def test_a_pod_that_resolves_names_in_its_own_way_is_left_open(spec: dict[str, Any]) -> None:
    assert pod_of(tutorial(), **spec).ask(X, "http://example.com").verdict == "unknown"


# Destinations


def test_load_balancing_by_passthrough_goes_past_the_gateway() -> None:
    subsets = tutorial().spec("DestinationRule", "target-egress-gateway")["subsets"]
    for subset in subsets:
        subset["trafficPolicy"] = {"loadBalancer": {"simple": "PASSTHROUGH"}, "tls": {"mode": "DISABLE"}}
    answer = rule("target-egress-gateway", subsets=subsets).ask(X, "http://example.com")
    assert answer.through == ""
    assert arrival_text(answer.arrival) == "example.com:80, plain"


def test_a_headless_gateway_service_is_gone_past_too() -> None:
    state = without_policies(tutorial()).change("Service", "istio-egressgateway", clusterIP="None")
    assert state.ask(X, "https://example.com").through == ""
    dialled = state.ask(
        X, "http://example.com", dial="service:istio-egress/istio-egressgateway:8080", sidecar=False
    )
    assert dialled.through == GATEWAY, "a headless name is the Pods' own addresses, with the Pods' own ports"


def test_a_subset_takes_the_endpoints_of_its_labels_alone() -> None:
    subsets = tutorial().spec("DestinationRule", "target-egress-gateway")["subsets"]
    for subset in subsets:
        subset["labels"] = {"version": "none"}
    answer = rule("target-egress-gateway", subsets=subsets).ask(X, "http://example.com")
    assert answer.client.status == 503
    assert answer.decisive is not None
    assert reason_text(answer.decisive.reason).endswith("selects no Pods of the subset")


def test_a_subset_of_a_service_entry_takes_its_endpoints_labels() -> None:
    ends = [
        {"address": "one.example", "labels": {"side": "left"}},
        {"address": "two.example", "labels": {"side": "right"}},
    ]
    subset = {"name": "left", "labels": {"side": "left"}}
    state = entry(endpoints=ends).change(
        "DestinationRule", "example-com-originate-tls", subsets=[subset], trafficPolicy=None
    )
    http = state.spec("VirtualService", ROUTE)["http"]
    http[1]["route"][0]["destination"]["subset"] = "left"
    assert arrival_text(
        state.change("VirtualService", ROUTE, http=http).ask(X, "http://example.com").arrival
    ).startswith("one.")
    without = state.change("ServiceEntry", "example-com-ext", endpoints=None)
    assert (
        without.change("VirtualService", ROUTE, http=http).ask(X, "http://example.com").client.status == 503
    )


def test_a_sidecar_gets_no_secret_of_a_rule_for_everybody() -> None:
    """It then speaks plain text where the rule asks for TLS."""
    tls = {"mode": "SIMPLE", "credentialName": "a-secret"}
    port = {"number": 80, "name": "http", "protocol": "HTTP", "targetPort": 443}
    direct = entry(ports=[port]).without("VirtualService", ROUTE)
    everybody = {"host": "example.com", "trafficPolicy": {"tls": tls}}
    selected = {**everybody, "workloadSelector": {"matchLabels": {"app": "test"}}}

    def arrives(spec: dict[str, Any]) -> str:
        item = {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": {"name": "own", "namespace": "team-x"},
            "spec": spec,
        }
        return arrival_text(direct.apply(item).ask(X, "http://example.com").arrival)

    assert arrives(everybody) == "example.com:443, plain"
    assert arrives(selected) == "example.com:443, TLS of the proxy"


def test_a_service_entry_with_resolution_static_and_no_endpoints_leads_nowhere() -> None:
    assert entry(resolution="STATIC").ask(X, "http://example.com").client.status == 503


def test_an_endpoint_that_is_a_socket_is_left_open() -> None:
    state = entry(resolution="STATIC", endpoints=[{"address": "unix:///tmp/proxy"}])
    assert state.ask(X, "http://example.com").verdict == "unknown"


def test_addresses_that_the_host_may_have_or_not_are_left_open() -> None:
    state = entry(addresses=["203.0.113.7"])
    assert state.ask(X, "https://example.com").verdict == "unknown"


def test_a_tcp_route_of_the_mesh_is_followed() -> None:
    ports = [{"number": 443, "name": "bytes", "protocol": "TCP"}]
    tcp = [{"match": [{"gateways": ["mesh"], "port": 443}], "route": to(SERVICE, 443)}]
    state = entry(ports=ports).change("VirtualService", ROUTE, http=None, tls=None, tcp=tcp)
    assert state.ask(X, "https://example.com").through == GATEWAY
    assert entry(ports=ports).without("VirtualService", ROUTE).ask(X, "https://example.com").through == ""


def test_a_service_without_a_selector_is_left_open() -> None:
    state = without_policies(tutorial()).change("Service", "istio-egressgateway", selector=None)
    assert state.ask(X, "http://example.com").verdict == "unknown"


def test_a_service_whose_namespace_shows_no_pods_is_left_open() -> None:
    state = without_policies(tutorial()).without("Deployment", "istio-egressgateway")
    assert state.ask(X, "http://example.com").verdict == "unknown"


# Matches of a route


def matched(match: dict[str, Any], url: str = "http://example.com/a", **options: Any) -> str:
    """`route` where a route with the match takes the request, `next` where the one after it does."""
    http = [
        {"match": [{"gateways": ["mesh"], **match}], "route": to("example.com", 80)},
        {"match": [{"gateways": ["mesh"]}], "route": to(SERVICE, 80, "target-egress-gateway-mTLS")},
    ]
    own = virtual_service("team-x", "own", hosts=["example.com"], http=http, exportTo=["."])
    answer = tutorial().apply(own).ask(X, url, **options)
    return "unknown" if answer.verdict == "unknown" else "next" if answer.through else "route"


@pytest.mark.parametrize(
    ("match", "options", "expected"),
    [
        ({"uri": {"prefix": "/A"}, "ignoreUriCase": True}, {}, "route"),
        ({"uri": {"prefix": "/A"}}, {}, "next"),
        ({"uri": {"regex": "/[ab]"}}, {"url": "http://example.com/a?x=/c"}, "route"),
        ({"uri": {"regex": "/a(?=b)|/["}}, {}, "unknown"),
        ({"queryParams": {"x": {"exact": "1"}}}, {"url": "http://example.com/?x=1&x=2"}, "route"),
        ({"queryParams": {"x": {"exact": "2"}}}, {"url": "http://example.com/?x=1&x=2"}, "next"),
        ({"queryParams": {"x": {}}}, {"url": "http://example.com/?x"}, "route"),
        ({"queryParams": {"x": {"exact": "a b"}}}, {"url": "http://example.com/?x=a+b"}, "unknown"),
        ({"headers": {"X-Team": {"regex": "*"}}}, {"headers": {"x-team": "a"}}, "route"),
        ({"headers": {"X-Team": {"regex": "*"}}}, {}, "next"),
        ({"headers": {":authority": {"exact": "example.com"}}}, {}, "route"),
        ({"headers": {"host": {"exact": "other.net"}}}, {}, "next"),
        ({"headers": {":path": {"exact": "/a?x=1"}}}, {"url": "http://example.com/%61?x=1"}, "route"),
        ({"headers": {"x-request-id": {}}}, {}, "route"),
        ({"headers": {"x-request-id": {"exact": "1"}}}, {}, "unknown"),
        ({"headers": {"x-forwarded-for": {"prefix": "10."}}}, {}, "unknown"),
        ({"uri": {"regex": "/[[:alpha:]]+"}}, {"url": "http://example.com/abc"}, "route"),
        ({"uri": {"regex": "/a{,3}"}}, {"url": "http://example.com/aa"}, "next"),
        ({"uri": {"regex": "/(a+)+b"}}, {"url": "http://example.com/" + "a" * 2000}, "next"),
        ({"uri": {"exact": "/p/%61"}}, {"url": "http://example.com/p/%61"}, "next"),
        ({"uri": {"exact": "/p/a"}}, {"url": "http://example.com/p/%61"}, "route"),
        ({"withoutHeaders": {"x-team": {}}}, {}, "route"),
        ({"withoutHeaders": {"x-team": {}}}, {"headers": {"x-team": "a"}}, "next"),
        ({"withoutHeaders": {"x-team": {"exact": "a"}}}, {}, "route"),
        ({"withoutHeaders": {"x-team": {"regex": ".*"}}}, {}, "next"),
    ],
)
def test_a_route_matches_as_envoy_does(match: dict[str, Any], options: dict[str, Any], expected: str) -> None:
    assert matched(match, **options) == expected


# Policies


def test_a_policy_on_trial_decides_nothing() -> None:
    state = tutorial("4-policies")
    assert state.ask(Y, "http://httpbin.org/").client.status == 403
    for key, document in state.objects.items():
        if key[0] == "AuthorizationPolicy":
            metadata = {**document["metadata"], "annotations": {"istio.io/dry-run": "true"}}
            state = state.apply({**document, "metadata": metadata})
    assert state.ask(Y, "http://httpbin.org/").verdict == "allowed"


def test_a_policy_that_asks_outside_the_mesh_is_refused() -> None:
    with pytest.raises(ReviewError, match=r"spec\.action 'CUSTOM': something outside the mesh decides"):
        tutorial("4-policies").change(
            "AuthorizationPolicy", "egress-team-x-to-example-com", action="CUSTOM"
        ).review()


# The mesh


REGISTRY_ONLY = "outboundTrafficPolicy: {mode: REGISTRY_ONLY}"


def test_the_settings_of_a_control_plane_with_a_revision_are_read() -> None:
    state = tutorial("0-mesh").apply(config_map(REGISTRY_ONLY, "istio-stable"))
    assert state.inventory().mesh.registry_only
    assert state.ask(X, "http://unknown.example").client.status == 502


def test_two_control_planes_that_differ_are_refused() -> None:
    both = (config_map(REGISTRY_ONLY, "istio-stable"), config_map("{}", "istio-canary"))
    with pytest.raises(ReviewError, match="which proxies ask which control plane"):
        tutorial().apply(*both).inventory()
    tutorial().apply(both[0], config_map(REGISTRY_ONLY, "istio-canary")).inventory()


def test_a_config_map_of_a_team_is_not_meshconfig() -> None:
    item = {**config_map(""), "data": {"text": "any"}}
    assert not tutorial().apply(item).inventory().mesh.given


def test_an_input_without_meshconfig_says_that_a_default_was_taken() -> None:
    answer = tutorial("0-mesh").ask(X, "http://unknown.example")
    assert Control.MESH_CONFIG in answer.not_given
    assert (
        Control.MESH_CONFIG
        not in tutorial("0-mesh").apply(config_map("{}")).ask(X, "http://unknown.example").not_given
    )


def test_the_meshs_default_for_export_to_is_that_of_objects_without_one() -> None:
    private = "\n".join(
        f"default{kind}ExportTo: ['.']" for kind in ("Service", "VirtualService", "DestinationRule")
    )
    state = without_policies(tutorial()).change("VirtualService", ROUTE, exportTo=None)
    assert state.ask(X, "http://example.com").through == GATEWAY
    closed = state.apply(config_map(private))
    assert closed.ask(X, "http://example.com").through == ""
    shown = state.apply(config_map(private.replace("defaultVirtualServiceExportTo: ['.']", "")))
    assert shown.ask(X, "http://example.com").client.status == 503, (
        "the gateway's Service and rule are its own now"
    )


@pytest.mark.parametrize(
    ("item", "told"),
    [
        (config_map("trustDomainAliases: [old]"), "trustDomainAliases"),
        (config_map("{}", meshNetworks="networks: {a: {}}"), "more than one network"),
        (
            {
                **config_map("", "istio-sidecar-injector"),
                "data": {"values": '{"global": {"proxy": {"excludeIPRanges": "10.0.0.0/8"}}}'},
            },
            "global.proxy.excludeIPRanges",
        ),
    ],
)
def test_a_setting_of_a_running_control_plane_that_is_not_modelled_is_refused(
    item: dict[str, Any], told: str
) -> None:
    with pytest.raises(ReviewError, match=told):
        tutorial().apply(item).inventory()


def test_a_switch_of_a_running_istiod_is_refused() -> None:
    template = tutorial().spec("Deployment", "istiod")["template"]
    template["spec"]["containers"] = [
        {"name": "discovery", "env": [{"name": "PILOT_SCOPE_GATEWAY_TO_NAMESPACE", "value": "true"}]}
    ]
    with pytest.raises(ReviewError, match="istiod's PILOT_SCOPE_GATEWAY_TO_NAMESPACE"):
        tutorial().change("Deployment", "istiod", template=template).inventory()


def test_another_products_kind_of_the_same_name_is_not_istios() -> None:
    item = virtual_service("istio-egress", "b", hosts=["example.com"], http=[{"any": 1}])
    item["apiVersion"] = "gateway.solo.example/v1"
    listed = [
        kubernetes_object(one, "any")
        for one in (item, {**item, "apiVersion": "networking.istio.io/v1", "spec": {}})
    ]
    found = inventory_of_objects(listed, "test")
    assert [one.group for one in found.objects] == ["networking.istio.io"]
    assert any(
        "VirtualService of gateway.solo.example/v1 is not known here" in one for one in found.not_understood
    )
    calico = {
        "apiVersion": "crd.projectcalico.org/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": "a"},
        "spec": {},
    }
    with pytest.raises(ReviewError, match=r"the kind NetworkPolicy of crd\.projectcalico\.org/v1"):
        tutorial().apply(calico).inventory()


def test_a_second_network_is_refused() -> None:
    labels = [{"topology.istio.io/network": name} for name in ("one", "two")]
    spaces = [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"n{n}", "labels": each}}
        for n, each in enumerate(labels)
    ]
    tutorial().apply(spaces[0]).inventory()
    with pytest.raises(ReviewError, match="'two' is a second network"):
        tutorial().apply(*spaces).inventory()


# Terraform's typed resources


def test_a_typed_service_keeps_what_the_review_refuses() -> None:
    spec = {"external_name": "example.com", "external_ips": ["192.0.2.7"], "internal_traffic_policy": "Local"}
    body = {"metadata": {"name": "a", "namespace": "b"}, "spec": spec}
    found = typed_object("kubernetes_service_v1", body, "address")
    assert found is not None
    assert {"externalName", "externalIPs", "internalTrafficPolicy"} <= set(found.spec)


def test_an_address_of_a_service_that_is_none_is_told_with_the_object() -> None:
    service = """
    apiVersion: v1
    kind: Service
    metadata: { name: odd, namespace: team-x }
    spec: { clusterIP: nowhere, selector: { app: test }, ports: [{ port: 80 }] }
    """
    with pytest.raises(ReviewError, match=r"Service team-x/odd: spec\.clusterIP: 'nowhere' does not appear"):
        tutorial().apply(service).review()
