"""`rewrite` and `delegate` of a VirtualService, from Istio's documentation and source.

https://istio.io/latest/docs/reference/config/networking/virtual-service/ (HTTPRewrite, Delegate);
pilot/pkg/model/virtualservice.go (MergeHTTPRoutes), pilot/pkg/networking/core/route/route.go.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.reason import Why
from egress.review.inputs.reading import read
from egress.review.istio.rewriting import rewrite_of
from egress.review.path.evaluation import evaluate
from egress.review.request import Request, parse_request
from tests.review.reviewed import tutorial

STATE = """
apiVersion: v1
kind: Namespace
metadata: {name: a, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: w, namespace: a}
spec: {template: {metadata: {labels: {app: w}}, spec: {containers: [{name: c}]}}}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: s, namespace: a}
spec:
  hosts: [x.example.com, y.example.com]
  ports: [{number: 80, protocol: HTTP}, {number: 443, protocol: TLS}]
  resolution: DNS
---
"""


def virtual_service(namespace: str, name: str, **spec: Any) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {
        "apiVersion": "networking.istio.io/v1",
        "kind": "VirtualService",
        "metadata": metadata,
        "spec": spec,
    }


def to(host: str) -> list[dict[str, Any]]:
    return [{"destination": {"host": host, "port": {"number": 80}}}]


def ask(tmp_path: Path, path: str, *items: dict[str, Any]) -> Answer:
    documents = [one for one in yaml.safe_load_all(STATE) if one]
    (tmp_path / "a.yaml").write_text(yaml.safe_dump_all([*documents, *items]))
    request = parse_request(source="a/w", url=f"http://x.example.com{path}")
    return evaluate(Cluster(read([tmp_path])), request)


@pytest.mark.parametrize(
    ("rewrite", "criteria", "path", "right"),
    [
        ({"uri": "/b"}, {}, "/x?q=1", "/bx?q=1"),
        ({"uri": "/b"}, {"uri": {"prefix": "/a"}}, "/a/c", "/b/c"),
        ({"uri": "/b"}, {"uri": {"prefix": "/a/"}}, "/a/c?q=/a", "/bc?q=/a"),
        ({"uri": "/b"}, {"uri": {"exact": "/a"}}, "/a?q=1", "/b?q=1"),
        ({"uri": "/b"}, {"uri": {"regex": "/a.*"}}, "/a/c", "/b"),
        ({"uriRegexRewrite": {"match": "^/v1/(.*)", "rewrite": r"/\1"}}, {}, "/v1/c?v1", "/c?v1"),
        ({"uriRegexRewrite": {"match": "a", "rewrite": "b"}}, {}, "/a/a", "/b/b"),
        ({"authority": "y.example.com"}, {"uri": {"prefix": "/a"}}, "/a", "/a"),
    ],
)
def test_the_path_is_rewritten_as_envoy_does(
    rewrite: dict[str, Any], criteria: dict[str, Any], path: str, right: str
) -> None:
    request = Request(source="a/w", scheme="http", host="x.example.com", port=80, path=path)
    rewritten = rewrite_of({"rewrite": rewrite}).of(request, criteria)
    assert rewritten.path == right
    assert rewritten.name_asked == rewrite.get("authority", "x.example.com")


def test_the_gateway_sees_the_rewritten_path_and_its_policies_compare_with_that() -> None:
    """team-y may ask httpbin.org for /status/418 alone, and for every path under that name without a rewrite."""
    state = tutorial()
    seen = state.ask("team-y/test", "http://httpbin.org/teapot")
    assert seen.verdict is Verdict.REFUSED
    name = "httpbin-org-through-egress-gateway"
    keys = [key for key in state.objects if key[0] == "VirtualService" and "httpbin" in key[2]]
    (key,) = [one for one in keys if one[2] == name] or keys[:1]
    http = state.spec(*key[:1], key[2], key[1])["http"]
    rewritten = [
        {
            **route,
            "rewrite": {"uri": "/status/418"},
            "match": [{**one, "uri": {"exact": "/teapot"}} for one in route["match"]],
        }
        for route in http
        if any("mesh" in str(one.get("gateways")) for one in route.get("match") or ())
    ]
    changed = state.change("VirtualService", key[2], key[1], http=[*rewritten, *http])
    assert changed.ask("team-y/test", "http://httpbin.org/teapot").verdict is Verdict.ALLOWED
    assert changed.ask("team-y/test", "http://httpbin.org/other").verdict is Verdict.REFUSED


def test_a_rewritten_host_before_originated_tls_leaves_the_name_open(tmp_path: Path) -> None:
    rule = {
        "apiVersion": "networking.istio.io/v1",
        "kind": "DestinationRule",
        "metadata": {"name": "tls", "namespace": "a"},
        "spec": {"host": "y.example.com", "trafficPolicy": {"tls": {"mode": "SIMPLE"}}},
    }
    item = virtual_service(
        "a",
        "r",
        hosts=["x.example.com"],
        http=[{"rewrite": {"authority": "y.example.com"}, "route": to("y.example.com")}],
    )
    answer = ask(tmp_path, "/", rule, item)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.decisive is not None
    assert answer.decisive.reason.why is Why.REWRITTEN_NAME_IN_TLS
    assert ask(tmp_path, "/", item).verdict is Verdict.ALLOWED


def root(delegate: dict[str, Any], **match: Any) -> dict[str, Any]:
    blocks = {"match": [match]} if match else {}
    return virtual_service("a", "root", hosts=["x.example.com"], http=[{**blocks, "delegate": delegate}])


@pytest.mark.parametrize(
    ("outer", "inner", "path", "seen"),
    [
        ({}, {}, "/any", "y"),
        ({"uri": {"prefix": "/a"}}, {}, "/a/b", "y"),
        ({"uri": {"prefix": "/a"}}, {}, "/c", "404"),
        ({"uri": {"prefix": "/a"}}, {"uri": {"prefix": "/a/b"}}, "/a/b", "y"),
        ({"uri": {"prefix": "/a"}}, {"uri": {"prefix": "/a/b"}}, "/a/c", "404"),
        # A block of the delegate that is no part of the outer one: its route is left out, and without any route the
        # host has none.
        ({"uri": {"prefix": "/a"}}, {"uri": {"prefix": "/b"}}, "/b", "x"),
        ({"uri": {"prefix": "/a"}}, {"uri": {"regex": "/a.*"}}, "/a", "x"),
        ({"uri": {"exact": "/a"}}, {"uri": {"prefix": "/a"}}, "/a", "x"),
        ({"method": {"exact": "GET"}}, {"uri": {"prefix": "/a"}}, "/a", "y"),
        ({"method": {"exact": "POST"}}, {"uri": {"prefix": "/a"}}, "/a", "404"),
        ({"headers": {"x": {"exact": "1"}}}, {}, "/a", "404"),
        ({"sourceLabels": {"app": "w"}}, {"sourceLabels": {"app": "other"}}, "/a", "x"),
        ({"port": 80}, {"port": 8080}, "/a", "x"),
        ({"gateways": ["mesh"]}, {"gateways": ["mesh"]}, "/a", "y"),
        ({"uri": {"prefix": "/a"}, "ignoreUriCase": True}, {}, "/A", "y"),
    ],
)
def test_a_delegates_routes_are_those_that_both_take(
    tmp_path: Path, outer: dict[str, Any], inner: dict[str, Any], path: str, seen: str
) -> None:
    blocks = {"match": [inner]} if inner else {}
    delegate = virtual_service("b", "part", http=[{**blocks, "route": to("y.example.com")}])
    answer = ask(tmp_path, path, root({"name": "part", "namespace": "b"}, **outer), delegate)
    if seen == "404":
        assert (answer.verdict, answer.client.status) == (Verdict.REFUSED, 404)
    else:
        assert answer.verdict is Verdict.ALLOWED
        assert f"{seen}.example.com" in str(answer.arrival)


def test_a_short_name_of_a_delegate_is_of_its_own_namespace(tmp_path: Path) -> None:
    delegate = virtual_service("b", "part", http=[{"route": to("any")}])
    service = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "other", "namespace": "b"},
        "spec": {"ports": [{"port": 80, "name": "http"}]},
    }
    answer = ask(tmp_path, "/", root({"name": "part", "namespace": "b"}), delegate, service)
    assert answer.decisive is not None
    assert answer.decisive.reason.facts["host"] == "any.b.svc.cluster.local"


def test_a_delegate_that_is_not_exported_to_its_root_gives_no_route(tmp_path: Path) -> None:
    delegate = virtual_service("b", "part", exportTo=["."], http=[{"route": to("y.example.com")}])
    answer = ask(tmp_path, "/", root({"name": "part", "namespace": "b"}), delegate)
    assert answer.verdict is not Verdict.UNKNOWN
    assert "y.example.com" not in str(answer.arrival)


def test_a_delegate_that_the_input_lacks_is_named_and_leaves_its_host_open(tmp_path: Path) -> None:
    answer = ask(tmp_path, "/", root({"name": "part", "namespace": "b"}))
    assert answer.verdict is Verdict.UNKNOWN
    named = read([tmp_path]).not_understood
    assert [
        one for one in named if "spec.http[0].delegate: the VirtualService b/part is not in the input" in one
    ]


def test_an_unknown_field_of_a_delegate_leaves_the_hosts_of_its_roots_open(tmp_path: Path) -> None:
    delegate = virtual_service("b", "part", http=[{"brandNew": 1, "route": to("y.example.com")}])
    assert ask(tmp_path, "/", root({"name": "part", "namespace": "b"}), delegate).verdict is Verdict.UNKNOWN


def test_what_a_delegate_does_not_state_it_takes_from_its_root(tmp_path: Path) -> None:
    delegate = virtual_service("b", "part", http=[{"route": to("y.example.com")}])
    item = root({"name": "part", "namespace": "b"})
    item["spec"]["http"][0]["directResponse"] = {"status": 200}
    assert ask(tmp_path, "/", item, delegate).verdict is Verdict.REFUSED


def test_a_route_to_a_service_of_a_namespace_that_is_not_shown_is_open(tmp_path: Path) -> None:
    """People keep their routes beside their applications, and the gateway's chart elsewhere."""
    item = virtual_service(
        "a", "r", hosts=["x.example.com"], http=[{"route": to("out.edge.svc.cluster.local")}]
    )
    answer = ask(tmp_path, "/", item)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.decisive is not None
    assert answer.decisive.reason.why is Why.SERVICE_NOT_GIVEN
    shown = {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "other", "namespace": "edge"},
        "spec": {"ports": [{"port": 80, "name": "http"}]},
    }
    assert (ask(tmp_path, "/", item, shown).verdict, ask(tmp_path, "/", item, shown).client.status) == (
        Verdict.REFUSED,
        503,
    )
