"""How Istio judges connections to a Pod inside the cluster: judgements 41 to 46, each seen on a real mesh."""

from typing import Any

import pytest

from egress.review.answer import Answer, Verdict
from egress.review.output.texts.arrivals import arrival_text
from egress.review.output.texts.clients import client_text
from egress.review.output.texts.controls import control_text
from egress.review.output.texts.reasons import reason_text
from egress.review.path.evaluation import evaluate
from tests.review.reviewed import State, documents, tutorial

TEST = "team-y/test"
HOST = "server.team-y.svc.cluster.local"
WEB, RAW = f"http://{HOST}", f"http://{HOST}:9000"
POD = "pod:team-y/server:{}"

SERVER = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: server, namespace: team-y}
spec: {template: {metadata: {labels: {app: server}}, spec: {serviceAccountName: server}}}
---
apiVersion: v1
kind: Service
metadata: {name: server, namespace: team-y}
spec:
  selector: {app: server}
  ports:
  - {name: http, port: 80, targetPort: 8080}
  - {name: tcp, port: 9000}
  - {name: undeclared, port: 7000}
"""


def inside() -> State:
    """Two Pods of team-y, whose proxies know their own namespace; the mesh is STRICT."""
    sidecar = documents(
        "apiVersion: networking.istio.io/v1\nkind: Sidecar\nmetadata: {name: default, namespace: team-y}\n"
        "spec: {egress: [{hosts: ['istio-egress/*', 'team-y/*']}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}"
    )
    return tutorial().apply(SERVER, *sidecar)


def with_peer(
    state: State, name: str, namespace: str, spec: dict[str, Any], created: str | None = None
) -> State:
    metadata = {"name": name, "namespace": namespace, "creationTimestamp": created}
    kind = {"apiVersion": "security.istio.io/v1", "kind": "PeerAuthentication"}
    return state.apply({**kind, "metadata": metadata, "spec": spec})


def mtls(mode: str, **more: Any) -> dict[str, Any]:
    return {"mtls": {"mode": mode}, **more}


SELECTOR = {"selector": {"matchLabels": {"app": "server"}}}


def with_policy(state: State, spec: dict[str, Any]) -> State:
    kind = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy"}
    return state.apply({**kind, "metadata": {"name": "server", "namespace": "team-y"}, "spec": spec})


def with_rule(state: State, host: str, mode: str) -> State:
    kind = {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule"}
    spec = {"host": host, "trafficPolicy": {"tls": {"mode": mode}}}
    return state.apply({**kind, "metadata": {"name": "rule", "namespace": "team-y"}, "spec": spec})


def plain(state: State, port: int = 8080, scheme: str = "http") -> Answer:
    """A process that evades its sidecar, or a Pod without one."""
    return state.ask(TEST, f"{scheme}://application/", sidecar=False, dial=POD.format(port))


def takes_plain(state: State, port: int = 8080) -> bool:
    return plain(state, port).verdict is Verdict.ALLOWED


def principal(answer: Answer) -> str:
    at = [reason_text(s.reason) for s in answer.steps if control_text(s) == "sidecar of team-y/server"]
    return next((reason for reason in at if "caller" in reason), "")


def test_41_without_any_policy_plain_text_and_mtls_are_taken() -> None:
    assert takes_plain(inside().without("PeerAuthentication", "default"))


@pytest.mark.parametrize(("mode", "taken"), [("STRICT", False), ("PERMISSIVE", True), ("DISABLE", True)])
def test_41_the_narrower_policy_outweighs_the_wider(mode: str, taken: bool) -> None:
    other = "STRICT" if taken else "PERMISSIVE"
    mesh = with_peer(inside(), "default", "istio-system", mtls(mode))
    assert takes_plain(mesh) is taken
    team = with_peer(
        with_peer(inside(), "default", "istio-system", mtls(other)), "team", "team-y", mtls(mode)
    )
    assert takes_plain(team) is taken
    workload = with_peer(
        with_peer(inside(), "team", "team-y", mtls(other)), "s", "team-y", mtls(mode, **SELECTOR)
    )
    assert takes_plain(workload) is taken


def test_41_what_is_unset_is_the_level_s_above() -> None:
    state = with_peer(inside(), "team", "team-y", mtls("PERMISSIVE"))
    assert takes_plain(with_peer(state, "server", "team-y", mtls("UNSET", **SELECTOR)))
    assert takes_plain(with_peer(state, "server", "team-y", SELECTOR))
    assert not takes_plain(with_peer(inside(), "team", "team-y", mtls("UNSET")))


def test_41_at_one_level_the_oldest_policy_counts() -> None:
    older = with_peer(inside(), "z", "team-y", mtls("PERMISSIVE"), "2026-01-01T00:00:00Z")
    assert takes_plain(with_peer(older, "a", "team-y", mtls("STRICT"), "2026-02-01T00:00:00Z"))
    assert not takes_plain(with_peer(older, "a", "team-y", mtls("STRICT"), "2025-02-01T00:00:00Z"))


def test_41_ports_are_the_pods_and_inherit_from_the_workloads_policy() -> None:
    ports = {"8080": {"mode": "PERMISSIVE"}, 9000: {"mode": "DISABLE"}, "7000": {"mode": "UNSET"}}
    state = with_peer(inside(), "server", "team-y", mtls("STRICT", portLevelMtls=ports, **SELECTOR))
    assert [takes_plain(state, port) for port in (8080, 9000, 7000, 80)] == [True, True, False, False]


def test_41_in_the_root_namespace_a_policy_with_a_selector_does_nothing() -> None:
    assert not takes_plain(with_peer(inside(), "server", "istio-system", mtls("DISABLE", **SELECTOR)))


def test_41_nor_does_it_for_the_root_namespaces_own_pods() -> None:
    server = SERVER.replace("namespace: team-y", "namespace: istio-system")
    server = server.replace("{app: server}, ", "").replace(
        "labels: {app: server}", 'labels: {app: server, sidecar.istio.io/inject: "true"}'
    )
    state = with_peer(inside().apply(server), "server", "istio-system", mtls("DISABLE", **SELECTOR))
    answer = state.ask(TEST, "http://application/", sidecar=False, dial="pod:istio-system/server:8080")
    assert answer.decisive is not None
    assert "STRICT by istio-system/default" in reason_text(answer.decisive.reason)


def test_41_a_selector_for_other_pods_does_nothing() -> None:
    other = {"selector": {"matchLabels": {"app": "other"}}}
    assert not takes_plain(with_peer(inside(), "server", "team-y", mtls("DISABLE", **other)))


def test_42_plain_text_to_a_strict_pod_is_reset_and_the_policy_is_named() -> None:
    answer = plain(inside())
    assert client_text(answer) == "connection reset (curl exit 52 or 56)"
    assert answer.decisive is not None
    assert control_text(answer.decisive) == "sidecar of team-y/server"
    assert answer.decisive.address == "PeerAuthentication istio-system/default"
    assert "STRICT by istio-system/default" in reason_text(answer.decisive.reason)


def test_42_a_client_with_tls_of_its_own_refuses_the_meshs_certificate() -> None:
    assert client_text(plain(inside(), scheme="https")) == "certificate of another host (curl exit 60)"


def test_42_permissive_takes_tls_as_bytes_unless_the_port_is_http() -> None:
    state = with_peer(inside(), "default", "istio-system", mtls("PERMISSIVE"))
    assert client_text(plain(state, 8080, "https")) == "TLS failure (curl exit 35)"
    assert plain(state, 9000, "https").verdict is Verdict.ALLOWED
    assert plain(state, 7000, "https").verdict is Verdict.ALLOWED


def test_42_a_pod_without_a_sidecar_and_an_excluded_port_ask_nothing() -> None:
    labels = {"app": "server", "sidecar.istio.io/inject": "false"}
    template = {"metadata": {"labels": labels}, "spec": {"serviceAccountName": "server"}}
    assert takes_plain(inside().change("Deployment", "server", "team-y", template=template))
    annotations = {"traffic.sidecar.istio.io/excludeInboundPorts": "8080, 8081"}
    template = {"metadata": {"labels": {"app": "server"}, "annotations": annotations}}
    state = inside().change("Deployment", "server", "team-y", template=template)
    assert [takes_plain(state, port) for port in (8080, 8081, 15020, 9000)] == [True, True, True, False]
    annotations = {"traffic.sidecar.istio.io/includeInboundPorts": "9000"}
    template = {"metadata": {"labels": {"app": "server"}, "annotations": annotations}}
    state = inside().change("Deployment", "server", "team-y", template=template)
    assert [takes_plain(state, port) for port in (8080, 9000)] == [True, False]


@pytest.mark.parametrize("url", [WEB, RAW, f"http://{HOST}:7000"])
def test_43_proxies_speak_mesh_mtls_to_each_other_by_themselves(url: str) -> None:
    answer = inside().ask(TEST, url)
    assert answer.verdict is Verdict.ALLOWED
    assert "cluster.local/ns/team-y/sa/test" in principal(answer)


def test_43_to_a_pod_without_a_sidecar_they_speak_plain_text() -> None:
    labels = {"app": "server", "sidecar.istio.io/inject": "false"}
    template = {"metadata": {"labels": labels}, "spec": {"serviceAccountName": "server"}}
    assert inside().change("Deployment", "server", "team-y", template=template).seen(TEST, WEB) == "200"


def test_43_in_a_namespace_that_is_disabled_they_speak_plain_text_even_to_a_strict_workload() -> None:
    state = with_peer(inside(), "team", "team-y", mtls("DISABLE"))
    assert state.seen(TEST, WEB) == "200"
    assert principal(state.ask(TEST, WEB)) == ""
    state = with_peer(state, "server", "team-y", mtls("STRICT", **SELECTOR))
    assert state.seen(TEST, WEB) == "503"
    assert state.seen(TEST, RAW) == "exit 52 or 56"


HEADLESS = """
apiVersion: v1
kind: Service
metadata: {name: direct, namespace: team-y}
spec:
  clusterIP: None
  selector: {app: server}
  ports:
  - {name: http, port: 8080}
  - {name: tcp, port: 9001, targetPort: 9000}
"""


def test_43_a_headless_service_is_reached_at_the_pods_own_port() -> None:
    answer = inside().apply(HEADLESS).ask(TEST, "http://direct.team-y.svc.cluster.local:9001")
    assert arrival_text(answer.arrival) == "team-y/server:9001, inside the cluster"


def test_43_behind_a_headless_service_a_disabled_workload_gets_mtls_all_the_same() -> None:
    state = with_peer(inside().apply(HEADLESS), "server", "team-y", mtls("DISABLE", **SELECTOR))
    assert state.seen(TEST, WEB) == "200"
    assert state.seen(TEST, "http://direct.team-y.svc.cluster.local:8080") == "503"


def test_43_behind_a_headless_service_one_pod_without_a_sidecar_makes_all_plain() -> None:
    bare = SERVER.split("---", maxsplit=1)[0].replace("name: server,", "name: bare,")
    bare = bare.replace("{app: server}", '{app: server, sidecar.istio.io/inject: "false"}')
    state = inside().apply(HEADLESS, bare)
    assert state.seen(TEST, "http://application/", dial=POD.format(9001)) == "exit 52 or 56"
    assert state.without("Deployment", "bare").seen(TEST, "http://a/", dial=POD.format(9001)) == "200"


def test_43_without_auto_mtls_nobody_speaks_it_unasked() -> None:
    from dataclasses import replace

    from egress.review.cluster import Cluster
    from egress.review.request import parse_request

    inventory = inside().inventory()
    off = replace(inventory, mesh=replace(inventory.mesh, auto_mtls=False))
    answer = evaluate(Cluster(off), parse_request(source=TEST, url=WEB))
    assert (answer.verdict, answer.client.status) == (Verdict.REFUSED, 503)


def test_44_a_rule_that_turns_tls_off_breaks_the_way_to_a_strict_pod() -> None:
    state = with_rule(inside(), HOST, "DISABLE")
    assert state.seen(TEST, WEB) == "503"
    assert state.seen(TEST, RAW) == "exit 52 or 56"


def test_44_a_rule_with_mtls_breaks_the_way_to_a_pod_without_a_sidecar() -> None:
    labels = {"app": "server", "sidecar.istio.io/inject": "false"}
    template = {"metadata": {"labels": labels}, "spec": {"serviceAccountName": "server"}}
    state = with_rule(
        inside().change("Deployment", "server", "team-y", template=template), HOST, "ISTIO_MUTUAL"
    )
    answer = state.ask(TEST, WEB)
    assert (answer.client.status, answer.verdict) == (503, Verdict.REFUSED)
    assert answer.decisive is not None
    assert answer.decisive.address == "DestinationRule team-y/rule"


def test_44_a_port_level_setting_without_tls_leaves_the_pods_marked_by_the_rules_own() -> None:
    kind = {"apiVersion": "networking.istio.io/v1", "kind": "DestinationRule"}
    level = {"port": {"number": 80}, "loadBalancer": {"simple": "ROUND_ROBIN"}}
    policy = {"tls": {"mode": "DISABLE"}, "portLevelSettings": [level]}
    metadata = {"name": "rule", "namespace": "team-y"}
    state = inside().apply({**kind, "metadata": metadata, "spec": {"host": HOST, "trafficPolicy": policy}})
    assert state.seen(TEST, WEB) == "503"


def test_44_a_rule_with_mtls_breaks_the_way_to_a_disabled_pod() -> None:
    state = with_peer(inside(), "server", "team-y", mtls("DISABLE", **SELECTOR))
    assert state.seen(TEST, WEB) == "200"
    assert with_rule(state, HOST, "ISTIO_MUTUAL").seen(TEST, WEB) == "503"


def test_45_a_policy_at_the_pod_goes_by_the_certificate_and_not_by_the_address() -> None:
    source = {"source": {"principals": ["cluster.local/ns/team-y/sa/test"]}}
    state = with_peer(inside(), "default", "istio-system", mtls("PERMISSIVE"))
    state = with_policy(state, {**SELECTOR, "rules": [{"from": [source]}]})
    assert state.seen(TEST, WEB) == "200"
    assert client_text(plain(state)) == "HTTP 403"
    assert client_text(plain(state, 9000)) == "connection reset (curl exit 52 or 56)"


def test_45_on_a_port_that_is_not_http_an_http_field_drops_an_allow_rule() -> None:
    rules = [{"to": [{"operation": {"paths": ["/open"]}}]}]
    state = with_policy(inside(), {**SELECTOR, "rules": rules})
    assert [state.seen(TEST, WEB + path) for path in ("/", "/open")] == ["403", "200"]
    assert [state.seen(TEST, RAW + path) for path in ("/", "/open")] == ["exit 52 or 56"] * 2


def test_45_on_a_port_that_is_not_http_a_deny_rule_for_a_path_refuses_everything() -> None:
    rules = [{"to": [{"operation": {"paths": ["/secret"]}}]}]
    state = with_policy(inside(), {**SELECTOR, "action": "DENY", "rules": rules})
    assert [state.seen(TEST, WEB + path) for path in ("/", "/secret")] == ["200", "403"]
    assert state.seen(TEST, RAW) == "exit 52 or 56"


def test_45_ports_are_the_pods_and_other_pods_policies_do_nothing() -> None:
    deny: dict[str, Any] = {"action": "DENY", "rules": [{"to": [{"operation": {"ports": ["80"]}}]}]}
    assert with_policy(inside(), {**SELECTOR, **deny}).seen(TEST, WEB) == "200"
    deny["rules"] = [{"to": [{"operation": {"ports": ["8080"]}}]}]
    answer = with_policy(inside(), {**SELECTOR, **deny}).ask(TEST, WEB)
    assert answer.decisive is not None
    assert (control_text(answer.decisive), answer.decisive.address) == (
        "authorization policy",
        "AuthorizationPolicy team-y/server",
    )
    other = {"selector": {"matchLabels": {"app": "other"}}}
    assert with_policy(inside(), {**other, **deny}).seen(TEST, WEB) == "200"


def test_45_an_empty_policy_in_the_root_namespace_closes_pods_with_a_sidecar() -> None:
    kind = {"apiVersion": "security.istio.io/v1", "kind": "AuthorizationPolicy"}
    state = inside().apply({**kind, "metadata": {"name": "none", "namespace": "istio-system"}, "spec": {}})
    assert state.seen(TEST, WEB) == "403"


def test_46_an_address_that_no_listener_has_is_refused_and_by_host_it_is_routed() -> None:
    state = inside()
    assert state.seen(TEST, "http://application/", dial=POD.format(8080)) == "exit 52 or 56"
    assert state.seen(TEST, "http://application/", dial=POD.format(80)) == "502"
    assert state.seen(TEST, f"http://{HOST}/", dial=POD.format(80)) == "200"
    assert state.seen(TEST, "http://application/", dial="service:team-y/server:80") == "502"
    assert state.seen(TEST, "http://application/", dial="service:team-y/server:9000") == "200"


def test_46_a_sidecar_scope_or_an_export_hides_a_service() -> None:
    assert inside().seen("team-x/test", WEB) == "502"
    assert inside().seen("team-x/test", RAW) == "exit 52 or 56"
    seen = inside().change("Sidecar", "default", "team-x", egress=[{"hosts": ["istio-egress/*", "team-y/*"]}])
    assert seen.seen("team-x/test", WEB) == "200"
    service = seen.objects["Service", "team-y", "server"]
    metadata = {**service["metadata"], "annotations": {"networking.istio.io/exportTo": "."}}
    assert seen.apply({**service, "metadata": metadata}).seen("team-x/test", WEB) == "502"


def test_46_what_allow_any_passes_on_is_plain_text_which_a_strict_pod_does_not_take() -> None:
    state = inside().change("Sidecar", "default", "team-y", outboundTrafficPolicy={"mode": "ALLOW_ANY"})
    assert state.seen(TEST, "http://application/", dial=POD.format(8080)) == "exit 52 or 56"
    assert state.seen(TEST, "http://application/", dial=POD.format(80)) == "503"
    permissive = with_peer(state, "default", "istio-system", mtls("PERMISSIVE"))
    assert permissive.ask(TEST, "http://application/", dial=POD.format(8080)).verdict is Verdict.ALLOWED


def annotated(**annotations: str) -> State:
    named = {f"traffic.sidecar.istio.io/{key}": value for key, value in annotations.items()}
    template = {
        "metadata": {"labels": {"app": "test"}, "annotations": named},
        "spec": {"serviceAccountName": "test"},
    }
    return inside().change("Deployment", "test", "team-y", template=template)


@pytest.mark.parametrize(
    ("annotations", "through_the_sidecar"),
    [
        ({}, True),
        ({"excludeOutboundPorts": "443,80"}, False),
        ({"excludeOutboundPorts": "443"}, True),
        ({"excludeOutboundIPRanges": "0.0.0.0/0"}, False),
        ({"excludeOutboundIPRanges": "10.0.0.0/8"}, True),
        ({"includeOutboundIPRanges": "10.0.0.0/8"}, False),
        ({"includeOutboundIPRanges": "10.0.0.0/8", "includeOutboundPorts": "80"}, True),
    ],
)
def test_46_annotations_lead_around_the_senders_own_sidecar(
    annotations: dict[str, str], through_the_sidecar: bool
) -> None:
    answer = annotated(**annotations).ask(TEST, "http://httpbin.org/status/418")
    assert bool(answer.through) is through_the_sidecar


def test_46_without_interception_nothing_reaches_a_sidecar_by_itself() -> None:
    annotations = {"sidecar.istio.io/interceptionMode": "NONE"}
    template = {"metadata": {"labels": {"app": "test"}, "annotations": annotations}}
    state = inside().change("Deployment", "test", "team-y", template=template)
    assert state.ask(TEST, "http://httpbin.org/status/418").through == ""
    answer = state.ask("team-x/test", "http://a/", sidecar=False, dial="pod:team-y/test:80")
    assert answer.verdict is Verdict.ALLOWED


def test_46_ranges_that_may_hold_the_address_leave_it_open() -> None:
    answer = annotated(excludeOutboundIPRanges="198.51.100.0/24").ask(TEST, "http://httpbin.org")
    assert answer.verdict is Verdict.UNKNOWN


OLD, NEW = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z"
BYTES_TO_POD = f"tcp://{HOST}:9000"


def with_second(
    state: State, name: str, protocol: str, created: tuple[str | None, str | None] = (None, None)
) -> State:
    """Another Service for the port that `server` declares as TCP; `created` is of `server` and of that one."""
    old, new = created
    first = next(d for key, d in state.objects.items() if key == ("Service", "team-y", "server"))
    first = {**first, "metadata": {**first["metadata"], "creationTimestamp": old}}
    ports = [{"name": protocol, "port": 9001, "targetPort": 9000}]
    spec = {"selector": {"app": "server"}, "ports": ports}
    metadata = {"name": name, "namespace": "team-y", "creationTimestamp": new}
    return state.apply(first, {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": spec})


def test_42_two_services_of_unknown_age_leave_open_how_a_port_is_read() -> None:
    answer = with_second(inside(), "another", "http").ask(TEST, BYTES_TO_POD)
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.decisive is not None
    assert reason_text(answer.decisive.reason) == (
        "the oldest of the Services another or server decides how port 9000 is read, and the input does not "
        "know their ages"
    )
    assert len(answer.decisive.causes) == 2


def test_42_of_services_whose_ages_are_known_the_oldest_decides() -> None:
    for name in ("another", "zulu"):
        older = with_second(inside(), name, "http", (OLD, NEW)).ask(TEST, BYTES_TO_POD)
        newer = with_second(inside(), name, "http", (NEW, OLD)).ask(TEST, BYTES_TO_POD)
        assert (older.verdict, newer.verdict) == (Verdict.ALLOWED, Verdict.REFUSED)


def test_42_of_one_age_the_first_host_decides_and_a_hyphen_comes_before_the_dot() -> None:
    assert with_second(inside(), "server-b", "http", (OLD, OLD)).ask(TEST, BYTES_TO_POD).client.status == 400
    assert (
        with_second(inside(), "serverb", "http", (OLD, OLD)).ask(TEST, BYTES_TO_POD).verdict
        is Verdict.ALLOWED
    )


def test_42_a_service_of_unknown_age_may_be_older_than_one_whose_age_is_known() -> None:
    assert with_second(inside(), "another", "http", (OLD, None)).ask(TEST, BYTES_TO_POD).verdict is (
        Verdict.UNKNOWN
    )


def test_42_ages_do_not_matter_where_either_reading_leads_to_the_same_answer() -> None:
    state = with_second(inside(), "another", "http")
    assert state.ask(TEST, RAW).verdict is Verdict.ALLOWED
    # STRICT refuses plain text whatever is read, and a second Service of one protocol changes nothing.
    assert plain(state, 9000).verdict is Verdict.REFUSED
    same = with_second(inside(), "another", "tcp")
    assert same.ask(TEST, BYTES_TO_POD).verdict is Verdict.ALLOWED
    by_method = {"action": "DENY", "rules": [{"to": [{"operation": {"methods": ["GET"]}}]}]}
    assert with_policy(state, by_method).ask(TEST, RAW).verdict is Verdict.UNKNOWN
