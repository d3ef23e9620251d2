"""Findings on clusters that this project did not make: each fires where it should, and only there."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from egress.review.findings.finding import Finding
from egress.review.findings.registry import find
from egress.review.network.addresses import EMPTY
from egress.review.network.vpc import NodePool
from tests.builders.findings import found
from tests.builders.objects import config_map, network_policy, virtual_service
from tests.builders.states import TOLERATION, own_route, pod, policy_with, without_policies
from tests.builders.vpcs import APPLICATION_POOL, CLOSED, rule, vpc, with_vpc
from tests.review.reviewed import STATES, State, documents, tutorial

ROUTE = "example-com-through-egress-gateway"


def foreign() -> State:
    text = (STATES / "foreign/cluster.yaml").read_text()
    return State({}).apply(*documents(text))


def subjects(state: State, code: str) -> set[str]:
    return {finding.subject for finding in found(state, code)}


def namespace(name: str, **labels: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def policy(name: str, space: str, rules: list[Any], **spec: Any) -> dict[str, Any]:
    return {
        "apiVersion": "security.istio.io/v1",
        "kind": "AuthorizationPolicy",
        "metadata": {"name": name, "namespace": space},
        "spec": {"rules": rules, **spec},
    }


def ingress_gateway() -> list[dict[str, Any]]:
    """A gateway into the cluster: plain HTTP on 80, a route to a Service of team-y, a policy for outsiders."""
    template = {
        "metadata": {
            "labels": {"app": "front"},
            "annotations": {"inject.istio.io/templates": "gateway"},
        },
        "spec": {"containers": [{"name": "istio-proxy"}]},
    }
    return [
        namespace("front"),
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "front", "namespace": "front"},
            "spec": {"template": template},
        },
        {
            "apiVersion": "networking.istio.io/v1",
            "kind": "Gateway",
            "metadata": {"name": "front", "namespace": "front"},
            "spec": {
                "selector": {"app": "front"},
                "servers": [{"hosts": ["*"], "port": {"number": 8080, "name": "http", "protocol": "HTTP"}}],
            },
        },
        virtual_service(
            "front",
            "shop",
            hosts=["shop.example"],
            gateways=["front"],
            exportTo=["."],
            http=[{"route": [{"destination": {"host": "test.team-y.svc.cluster.local"}}]}],
        ),
        policy("shop", "front", [{"to": [{"operation": {"hosts": ["shop.example"], "ports": ["8080"]}}]}]),
    ]


@pytest.mark.parametrize("code", ["EG101", "EG104", "EG112", "EG201", "EG202", "EG204", "EG206", "EG211"])
def test_an_ingress_gateway_is_no_way_out(code: str) -> None:
    state = tutorial()
    assert subjects(state.apply(*ingress_gateway()), code) == subjects(state, code)


def test_the_findings_of_the_foreign_cluster_are_these() -> None:
    told = {(finding.kind.code, finding.subject) for finding in find(foreign().review())}
    assert told == {
        ("EG101", "edge-b/passing"),
        ("EG102", "edge-b/passing"),
        ("EG111", "billing"),
        ("EG112", "edge-b/passing"),
        ("EG305", "edge-a/outbound"),
        ("EG121", "billing/invoice"),
        ("EG123", "shop/for-carts"),
        ("EG124", "DestinationRule"),
        ("EG124", "Gateway"),
        ("EG124", "VirtualService"),
        ("EG201", "mesh-control/nothing-unsaid"),
        ("EG205", "pay.example"),
    }


# EG101 to EG104


def test_a_star_that_is_passed_through_is_a_way_for_anyone_too() -> None:
    state = foreign().change("ServiceEntry", "files", hosts=["*.files.example"], resolution="NONE")
    state = state.change("VirtualService", "files", hosts=["*.files.example"])
    tls = state.spec("VirtualService", "files")["tls"]
    for route in tls:
        for match in route["match"]:
            match["sniHosts"] = ["*.files.example"]
        route["route"][0]["destination"].pop("subset", None)
    tls[1]["route"][0]["destination"]["host"] = "pay.example"
    tls[1]["route"][0]["destination"]["port"] = {"number": 9000}
    state = state.change("VirtualService", "files", tls=tls)
    state = state.change("ServiceEntry", "pay", exportTo=["*"])
    assert {fact for finding in found(state, "EG101") for fact in [finding.facts["hosts"]]} == {
        "any.files.example"
    }


# EG111, EG113, EG114


def test_a_policy_that_opens_everything_holds_nobody() -> None:
    closed = tutorial("7-network-policies").apply(network_policy("team-y", "closed", policyTypes=["Egress"]))
    assert subjects(closed, "EG111") == set()
    everything = network_policy("team-y", "everything", policyTypes=["Egress"], egress=[{}])
    findings = found(closed.apply(everything), "EG111")
    assert [finding.subject for finding in findings] == ["team-y"]
    assert "NetworkPolicy team-y/everything" in findings[0].addresses


def test_a_namespace_without_pods_is_told_as_such() -> None:
    state = tutorial("7-network-policies").apply(namespace("empty"))
    message = next(f.message for f in found(state, "EG111") if f.subject == "empty")
    assert "a Pod without labels (account default) in empty" in message
    assert "empty" not in subjects(state, "EG114"), "nothing runs there without a sidecar"


def test_namespaces_of_google_are_not_the_teams() -> None:
    state = tutorial().apply(namespace("gke-managed-cim"), namespace("gmp-system"))
    assert not {"gke-managed-cim", "gmp-system"} & subjects(state, "EG111")


def test_a_mesh_that_is_registry_only_needs_no_sidecar_objects_for_it() -> None:
    state = tutorial("0-mesh")
    assert subjects(state, "EG113") == {"team-x", "team-y"}
    assert all("meshConfig is not in the input" in f.message for f in found(state, "EG113"))
    assert not found(state.apply(config_map("outboundTrafficPolicy: {mode: REGISTRY_ONLY}")), "EG113")
    stated = found(state.apply(config_map("{}")), "EG113")
    assert [f.addresses for f in stated] == [("ConfigMap istio-system/istio",)] * 2
    assert all("not in the input" not in f.message for f in stated)


# EG112


@pytest.mark.parametrize(
    ("ingress", "open_ports"),
    [
        ([], None),
        ([{}], "ports 8080, 8443"),
        ([{"from": [{"namespaceSelector": {}}], "ports": [{"port": 8443}]}], "port 8443"),
        ([{"from": [{"namespaceSelector": {"matchLabels": {"team": "x"}}}]}], None),
    ],
)
def test_a_gateway_is_open_on_the_ports_on_which_a_policy_names_nobody(
    ingress: list[Any], open_ports: str | None
) -> None:
    deny = network_policy("istio-egress", "deny", policyTypes=["Ingress"])
    allow = network_policy("istio-egress", "allow", policyTypes=["Ingress"], ingress=ingress)
    findings = found(tutorial().apply(deny, allow), "EG112")
    assert [finding.facts["ports"] for finding in findings] == ([open_ports] if open_ports else [])


# EG115, EG116


def pool(name: str, account: str, *taints: tuple[str, str, str], **labels: str) -> NodePool:
    return NodePool(name=name, address=f"pool.{name}", service_account=account, taints=taints, labels=labels)


def with_pools(state: State, *pools: NodePool) -> State:
    return replace(state, vpc=replace(vpc(*CLOSED), pools=pools))


def gateway_on(state: State, **spec: Any) -> State:
    own = state.spec("Deployment", "istio-egressgateway")
    own["template"]["spec"] = {**own["template"]["spec"], **spec}
    return state.change("Deployment", "istio-egressgateway", **own)


def test_any_taint_is_the_gateways_that_its_pods_tolerate() -> None:
    own = [{"key": "acme.example/exit", "operator": "Exists"}]
    state = gateway_on(tutorial(), tolerations=own, nodeSelector={"role": "exit"})
    exits = pool("exits", "gw", ("acme.example/exit", "yes", "NoSchedule"), role="exit")
    state = with_pools(state, APPLICATION_POOL, exits)
    assert subjects(state, "EG116") == {"exits"}
    assert not found(state, "EG115")
    squatter = pod(state, "squatter", tolerations=[{"operator": "Exists"}])
    assert subjects(squatter, "EG115") == {"team-x/squatter"}


def test_a_pool_without_a_taint_takes_any_pod_that_does_not_choose_another() -> None:
    state = gateway_on(tutorial(), nodeSelector={"role": "exit"})
    soft = pool("exits", "gw", ("role", "exit", "PreferNoSchedule"), role="exit")
    state = with_pools(state, APPLICATION_POOL, soft)
    assert subjects(state, "EG115") == {"team-x/test", "team-y/test"}
    assert not found(state, "EG116"), "there is no taint to tolerate"


def test_a_required_affinity_keeps_a_pod_where_it_says() -> None:
    def affine(operator: str, *values: str) -> dict[str, Any]:
        terms = [{"matchExpressions": [{"key": "role", "operator": operator, "values": list(values)}]}]
        required = {"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": terms}}
        return {"affinity": {"nodeAffinity": required}, "tolerations": [TOLERATION]}

    state = gateway_on(tutorial(), nodeSelector={"role": "exit"})
    exits = pool("exits", "gw", ("dedicated", "gateway", "NoSchedule"), role="exit")
    inner = pool("inner", "app", role="inner")
    state = with_pools(state, inner, exits)
    assert not found(pod(state, "elsewhere", **affine("NotIn", "exit")), "EG115")
    assert subjects(pod(state, "there", **affine("In", "exit", "other")), "EG115") == {"team-x/there"}
    assert subjects(pod(state, "named", nodeName="node-1"), "EG115") == {"team-x/named"}


def test_nodes_of_a_gateway_that_the_firewall_keeps_in_are_no_way_out() -> None:
    state = replace(tutorial(), vpc=replace(vpc(*CLOSED), firewall=(CLOSED[0], CLOSED[1])))
    assert not found(pod(state, "squatter", tolerations=[TOLERATION]), "EG115")


# EG121, EG123


def test_a_direct_way_says_which_layer_was_not_given() -> None:
    messages = [f.message for f in found(tutorial("0-mesh"), "EG121")]
    assert messages
    assert all("VPC firewall not given" in message for message in messages)
    given = with_vpc(tutorial("0-mesh"), rule("any")).apply(config_map("{}"))
    assert found(given, "EG121")
    assert all("not given" not in f.message for f in found(given, "EG121"))


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        ({"exportTo": ["."]}, True),
        ({"exportTo": ["istio-egress"], "gateways": ["istio-egress/egress-gateway"]}, True),
        ({"hosts": ["*.com"], "exportTo": ["."]}, False),
        ({}, True),
        ({"exportTo": ["istio-system"]}, False),
    ],
)
def test_a_teams_route_is_told_where_somebody_takes_it(spec: dict[str, Any], told: bool) -> None:
    item = own_route()
    item["spec"] = {**item["spec"], **spec}
    assert ("team-x/own" in subjects(tutorial().apply(item), "EG123")) is told


def test_a_teams_rule_for_a_star_covers_the_gateways_service() -> None:
    def with_rule(**spec: Any) -> State:
        item = {
            "apiVersion": "networking.istio.io/v1",
            "kind": "DestinationRule",
            "metadata": {"name": "all", "namespace": "team-x"},
            "spec": {"host": "*.local", "trafficPolicy": {"tls": {"mode": "DISABLE"}}, **spec},
        }
        return tutorial().apply(item)

    assert subjects(with_rule(), "EG123") == {"team-x/all"}
    assert not found(with_rule(exportTo=["team-y"]), "EG123"), "its own namespace does not take it"


def test_objects_that_a_platform_keeps_apart_from_its_gateway_are_no_teams() -> None:
    state = tutorial().apply(namespace("routing"))
    document = state.objects["Gateway", "istio-egress", "egress-gateway"]
    metadata = {**document["metadata"], "namespace": "routing"}
    state = state.without("Gateway", "egress-gateway").apply({**document, "metadata": metadata})
    assert not found(state, "EG123")


# EG201 to EG206


def test_a_policy_of_the_root_namespace_is_told_once_and_only_of_ports_that_no_gateway_has() -> None:
    both = [{"to": [{"operation": {"ports": ["8080", "8443"]}}]}]
    chosen = policy("ports", "mesh-control", both, action="DENY", selector={"matchLabels": {"role": "exit"}})
    assert subjects(foreign().apply(chosen), "EG201") == {"mesh-control/nothing-unsaid"}
    state = foreign().without("AuthorizationPolicy", "nothing-unsaid")
    assert not found(
        state.apply(policy("ports", "mesh-control", [{"to": [{"operation": {"ports": ["3000"]}}]}])), "EG201"
    )


def test_a_policy_that_application_pods_enforce_too_is_not_called_dead() -> None:
    rules = [{"from": [{"source": {"namespaces": ["nobody"]}}]}]
    assert not found(foreign().apply(policy("mesh-wide", "mesh-control", rules)), "EG202")


def test_grants_are_compared_rule_by_rule() -> None:
    rules = [
        {"from": [{"source": {"namespaces": ["team-x"]}}], "to": [{"operation": {"hosts": ["example.com"]}}]},
        {"from": [{"source": {"namespaces": ["team-y"]}}], "to": [{"operation": {"hosts": ["httpbin.org"]}}]},
    ]
    state = tutorial("4-policies").change("AuthorizationPolicy", "egress-team-x-to-example-com", rules=rules)
    assert not found(state, "EG204")


@pytest.mark.parametrize(
    "source",
    [
        {"principals": ["cluster.local/ns/team-y/sa/test"]},
        {"serviceAccounts": ["team-y/test"]},
        {"namespaces": ["team-y"]},
    ],
)
def test_a_grant_to_an_identity_names_its_namespace(source: dict[str, Any]) -> None:
    rules = [{"from": [{"source": source}], "to": [{"operation": {"hosts": ["example.com"]}}]}]
    state = tutorial("4-policies").change("AuthorizationPolicy", "egress-team-x-to-example-com", rules=rules)
    assert [f.facts["identity"] for f in found(state, "EG204")] == ["team-y/test"]


def test_a_negated_value_that_never_matches_is_told_too() -> None:
    assert subjects(policy_with(notMethods=["post"]), "EG203")


def test_a_host_whose_port_form_another_policy_takes_is_not_told() -> None:
    state = policy_with(hosts=["example.com"]).without(
        "AuthorizationPolicy", "egress-team-y-to-httpbin-teapot"
    )
    assert subjects(state, "EG206") == {"example.com"}
    rules = [
        {"from": [{"source": {"namespaces": ["team-x"]}}], "to": [{"operation": {"hosts": ["example.*"]}}]}
    ]
    assert not found(state.apply(policy("more", "istio-egress", rules)), "EG206")


# EG211, EG213, EG214


def test_a_gateway_whose_selector_takes_no_pods_is_told() -> None:
    state = tutorial().change("Gateway", "egress-gateway", selector={"istio": "egresgateway"})
    assert [f.facts["gateway"] for f in found(state, "EG211")] == ["any gateway"]


SHADOWS: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    ({"target": ""}, {"target": "app"}, True),
    ({"target": "app"}, {"target": ""}, False),
    ({"target_service_accounts": ("app", "gw")}, {"target": "app"}, True),
    ({"target": "app"}, {"target_service_accounts": ("app", "gw")}, False),
    ({"target_tags": ("a",)}, {"target": "app"}, False),
]


@pytest.mark.parametrize(("earlier", "later", "told"), SHADOWS)
def test_a_rule_is_in_the_shadow_of_one_that_targets_at_least_its_nodes(
    earlier: dict[str, Any], later: dict[str, Any], told: bool
) -> None:
    rules = (
        rule("first", to="10.9.0.0/16", **earlier),
        rule("second", to="10.9.1.0/24", priority=2000, **later),
    )
    assert ("second" in subjects(with_vpc(tutorial(), *CLOSED, *rules), "EG213")) is told


def test_a_range_covers_no_rule_for_what_comes_from_an_account() -> None:
    ranged = rule("ranged", to="10.9.0.0/16", egress=False)
    tagged = replace(rule("tagged", egress=False, priority=2000), ranges=EMPTY, source_tags=("bastion",))
    assert "tagged" not in subjects(with_vpc(tutorial(), *CLOSED, ranged, tagged), "EG213")


def test_a_control_plane_is_found_wherever_it_runs_and_by_its_revision() -> None:
    state = foreign()
    assert not found(state, "EG214")
    closed = state.change("NetworkPolicy", "inner", "shop", egress=[])
    assert subjects(closed, "EG214") == {"shop"}
    open_to_pods = [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]
    assert not found(state.change("NetworkPolicy", "inner", "shop", egress=open_to_pods), "EG214"), (
        "it is open"
    )


# EG301, EG302, EG304


def test_an_export_that_the_meshs_defaults_keep_private_is_not_told() -> None:
    state = tutorial("5-tls-origination")
    assert subjects(state, "EG301")
    private = "\n".join(
        f"default{kind}ExportTo: ['.']" for kind in ("Service", "VirtualService", "DestinationRule")
    )
    assert not found(state.apply(config_map(private)), "EG301")


def test_a_rule_of_the_mesh_as_a_whole_is_not_an_export_of_a_host() -> None:
    item = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "mesh", "namespace": "istio-system"},
        "spec": {"host": "*.local"},
    }
    assert "istio-system/mesh" not in subjects(tutorial().apply(item), "EG301")


def test_a_firewall_rule_that_a_deny_silences_opens_nothing() -> None:
    deny = rule("first", allow=False, priority=10)
    web = rule("late", traffic=(("tcp", ((443, 443),)),), priority=20)
    assert not found(with_vpc(tutorial(), *CLOSED, deny, web), "EG302")
    partner = rule("partner", to="203.0.113.7/32")
    assert (
        "203.0.113.7/32 on the internet" in found(with_vpc(tutorial(), *CLOSED, partner), "EG302")[0].message
    )


def test_a_block_that_the_firewall_opens_in_part_is_no_error_of_the_review() -> None:
    block = [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]
    state = tutorial().apply(network_policy("team-x", "any", policyTypes=["Egress"], egress=block))
    partner = rule("partner", to="203.0.113.7/32", target="app")
    assert not found(with_vpc(state, *CLOSED, partner), "EG304")


def test_a_block_is_asked_for_on_its_own_port_and_for_the_pods_it_is_for() -> None:
    block = [{"to": [{"ipBlock": {"cidr": "203.0.113.0/24"}}], "ports": [{"port": 8443}]}]
    state = tutorial().apply(network_policy("team-x", "partner", policyTypes=["Egress"], egress=block))
    opened = rule("partner", to="203.0.113.0/24", target="app", traffic=(("tcp", ((8443, 8443),)),))
    assert "team-x/partner" in subjects(with_vpc(state, *CLOSED), "EG304")
    assert "team-x/partner" not in subjects(with_vpc(state, *CLOSED, opened), "EG304")
    nobody = state.change("NetworkPolicy", "partner", podSelector={"matchLabels": {"app": "none"}})
    assert "team-x/partner" not in subjects(with_vpc(nobody, *CLOSED), "EG304")


CHANGES: list[Callable[[State], State]] = [
    lambda state: state.without("Namespace", "team-y"),
    lambda state: state.without("Deployment", "istio-egressgateway"),
    lambda state: state.without("Service", "istio-egressgateway"),
    lambda state: state.change("Service", "istio-egressgateway", selector=None),
    lambda state: state.change("VirtualService", ROUTE, http=None, tls=None),
    lambda state: state.change("Gateway", "egress-gateway", servers=None),
    without_policies,
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_input_in_part_gives_findings_and_no_crash(number: int) -> None:
    state = CHANGES[number](with_vpc(tutorial("8-google-apis"), *CLOSED))
    told: list[Finding] = find(state.review())
    assert all("{" not in finding.message for finding in told)
