"""How Istio and Envoy judge: judgements 47 to 54, and objects that stand for one another."""

from typing import Any

import pytest

from egress.review.answer import Verdict
from egress.review.decision.arrival import AtSite
from egress.review.decision.reason import Why
from egress.review.errors import ReviewError
from tests.builders.findings import istio, port_of
from tests.builders.states import X
from tests.review.reviewed import State, seen, tutorial

HOST = "own.example.net"


def entries(*specs: dict[str, Any], registry_only: bool = True) -> State:
    """Entries of one host in the first team's namespace, which imports everything."""
    mode = "REGISTRY_ONLY" if registry_only else "ALLOW_ANY"
    state = tutorial().apply(
        istio(
            "Sidecar",
            "team-x",
            "default",
            egress=[{"hosts": ["*/*"]}],
            outboundTrafficPolicy={"mode": mode},
        )
    )
    for number, spec in enumerate(specs):
        state = state.apply(
            istio(
                "ServiceEntry",
                spec.pop("namespace", "team-x"),
                f"own-{number}",
                hosts=[HOST],
                **{"resolution": "DNS", **spec},
            )
        )
    return state


def arrives(state: State, url: str) -> str:
    answer = state.ask(X, url)
    if not isinstance(answer.arrival, AtSite):
        return seen(answer)
    return ", ".join(f"{host}:{port}" for host, port in answer.arrival.ends)


@pytest.mark.parametrize("protocol", [None, "", "OTHER"])
def test_a_port_without_a_protocol_is_sniffed(protocol: str | None) -> None:
    port = {"number": 8000, "name": "any", **({} if protocol is None else {"protocol": protocol})}
    state = entries({"ports": [port]})
    for scheme in ("http", "https", "tcp"):
        assert arrives(state, f"{scheme}://{HOST}:8000") == f"{HOST}:8000"
    assert seen(state.ask(X, "http://unknown.example.net:8000")) == "502"


@pytest.mark.parametrize("protocol", ["TCP", "TLS", "HTTPS", "MONGO", "REDIS", "MYSQL"])
def test_a_port_that_is_not_http_meets_no_http_rule(protocol: str) -> None:
    state = entries({"ports": [port_of(80, protocol)]})
    assert seen(state.ask(X, f"http://{HOST}")) == "502"


def test_a_port_of_an_entry_that_is_not_united_is_dead() -> None:
    first, second = {"ports": [port_of(80, "HTTP")]}, {"ports": [port_of(443, "TLS")], "resolution": "STATIC"}
    second["endpoints"] = [{"address": "203.0.113.9"}]
    state = entries(first, second)
    assert arrives(state, f"http://{HOST}") == f"{HOST}:80"
    assert seen(state.ask(X, f"https://{HOST}")) == "exit 35"


@pytest.mark.parametrize(("imported", "united"), [("./*", True), (f"./{HOST}", False)])
def test_an_exact_import_takes_the_oldest_entry_of_a_host_alone(imported: str, united: bool) -> None:
    state = entries({"ports": [port_of(80, "HTTP")]}, {"ports": [port_of(443, "TLS")]})
    mode = {"mode": "REGISTRY_ONLY"}
    state = state.apply(
        istio("Sidecar", "team-x", "default", egress=[{"hosts": [imported]}], outboundTrafficPolicy=mode)
    )
    assert arrives(state, f"https://{HOST}") == (f"{HOST}:443" if united else "exit 35")


def test_an_entry_exported_by_name_comes_before_a_public_one() -> None:
    public = {"ports": [port_of(80, "HTTP")], "namespace": "team-y", "endpoints": [{"address": "a.net"}]}
    named = {
        "ports": [port_of(80, "HTTP")],
        "namespace": "istio-egress",
        "endpoints": [{"address": "b.net"}],
        "exportTo": ["team-x"],
    }
    assert arrives(entries(public, named), f"http://{HOST}") == "b.net:80"


def test_resolution_none_with_a_target_port_connects_there() -> None:
    state = entries({"ports": [port_of(8443, "TLS", 443)], "resolution": "NONE"})
    assert arrives(state, f"https://{HOST}:8443") == f"{HOST}:443"


def test_a_star_without_a_dot_loses_the_listeners() -> None:
    state = tutorial().apply(
        istio("ServiceEntry", "team-x", "star", hosts=["*cdn.example.net"], ports=[port_of(443, "TLS")])
    )
    state = state.apply(istio("Sidecar", "team-x", "default", egress=[{"hosts": ["*/*"]}]))
    assert state.ask(X, "https://example.com").verdict is Verdict.UNKNOWN


def test_a_star_with_dns_leads_nowhere() -> None:
    state = tutorial().apply(
        istio(
            "ServiceEntry", "team-x", "star", hosts=["*.example.net"], ports=[port_of(443, "TLS")], resolution="DNS"
        )
    ).apply(istio("Sidecar", "team-x", "default", egress=[{"hosts": ["*/*"]}]))  # fmt: skip
    assert seen(state.ask(X, "https://a.example.net")) == "exit 35"


def test_a_trailing_dot_is_routed_like_the_registered_host() -> None:
    state = entries({"ports": [port_of(80, "HTTP"), port_of(443, "TLS")]})
    assert arrives(state, f"http://{HOST}.").startswith(HOST)
    assert state.ask(X, f"https://{HOST}.").verdict is Verdict.ALLOWED


def test_a_range_of_addresses_asks_for_the_sni_and_a_single_one_does_not() -> None:
    ports = [port_of(443, "TLS")]
    wide = {"ports": ports, "addresses": ["203.0.113.0/24"], "resolution": "NONE"}
    alone = {**wide, "addresses": ["203.0.113.9/32"]}
    assert seen(entries(wide).ask(X, "https://203.0.113.9")) == "exit 35"
    assert entries(alone).ask(X, "https://203.0.113.9").verdict is Verdict.ALLOWED


def test_an_account_of_two_workloads_is_none_of_them() -> None:
    state = tutorial()
    (key,) = [one for one in state.objects if one[0] == "Deployment" and one[1] == "team-x"]
    document = {**state.objects[key], "metadata": {"name": "second", "namespace": "team-x"}}
    with pytest.raises(ReviewError, match=r"2 workloads run as it.*team-x/second, team-x/test"):
        state.apply(document).ask("team-x/sa/test", "http://example.com")
    assert state.ask("team-x/sa/test", "http://example.com").verdict is Verdict.ALLOWED


@pytest.mark.parametrize(
    ("manager", "open_"), [("somebody", True), ("endpointslice-controller.k8s.io", False)]
)
def test_an_endpoint_slice_beside_a_selector_leaves_the_service_open(manager: str, open_: bool) -> None:
    labels = {
        "kubernetes.io/service-name": "istio-egressgateway",
        "endpointslice.kubernetes.io/managed-by": manager,
    }
    part = {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {"name": "own", "namespace": "istio-egress", "labels": labels},
        "addressType": "IPv4",
        "endpoints": [{"addresses": ["198.51.100.1"]}],
    }
    answer = tutorial().apply(part).ask(X, "http://example.com")
    assert (answer.verdict is Verdict.UNKNOWN) is open_
    assert open_ is (answer.decisive is not None and answer.decisive.reason.why is Why.FOREIGN_ENDPOINTS)
