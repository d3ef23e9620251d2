"""What a client may call a Service or a Pod of the cluster: each name and address that leads there."""

from dataclasses import replace
from typing import Any

import pytest

from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.arrival import AtPod
from egress.review.decision.reason import Why
from egress.review.inputs.assembling import inventory_of_objects
from egress.review.matrix import Matrix
from egress.review.network.vpc import Zone
from egress.review.objects.kubernetes_object import kubernetes_object
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from egress.terraform.google.network import RecordSet
from tests.builders.findings import istio
from tests.builders.vpcs import vpc
from tests.review.reviewed import State, seen, tutorial

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {istio-injection: enabled}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: x}]}}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  selector: {app: web}
  clusterIP: 10.1.2.3
  clusterIPs: [10.1.2.3]
  ports: [{port: 80, name: http}, {port: 5432, name: tcp}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: hl
  replicas: 2
  ordinals: {start: 3}
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: x}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: one, namespace: shop}
spec:
  selector: {matchLabels: {app: db, one: one}}
  template:
    metadata: {labels: {app: db, one: one}}
    spec: {hostname: leader, subdomain: hl, containers: [{name: c, image: x}]}
---
apiVersion: v1
kind: Service
metadata: {name: hl, namespace: shop}
spec:
  clusterIP: None
  selector: {app: db}
  ports: [{port: 80, name: http}, {port: 5432, name: tcp}]
"""
HERE, ELSEWHERE = "shop/web", "team-x/test"


def shop(*, sidecars: bool = True, only_registered: bool = True) -> State:
    text = SHOP if sidecars else SHOP.replace(", labels: {istio-injection: enabled}", "")
    state = tutorial().apply(text)
    mode = "REGISTRY_ONLY" if only_registered else "ALLOW_ANY"
    for namespace in ("shop", "team-x"):
        state = state.apply(
            f"""
apiVersion: networking.istio.io/v1
kind: Sidecar
metadata: {{name: default, namespace: {namespace}}}
spec:
  egress: [{{hosts: ["*/*"]}}]
  outboundTrafficPolicy: {{mode: {mode}}}
"""
        )
    return state


def pod(state: State, source: str, url: str, **options: str) -> str:
    """The Pod that is reached, else what the client sees."""
    answer = state.ask(source, url, **options)
    return answer.arrival.workload if isinstance(answer.arrival, AtPod) else seen(answer)


def why(answer: Answer) -> Why | None:
    return answer.decisive.reason.why if answer.decisive else None


@pytest.mark.parametrize("sidecars", [True, False])
@pytest.mark.parametrize("scheme", ["http://{}/", "tcp://{}:5432"])
@pytest.mark.parametrize(
    "name",
    [
        *("web", "WEB", "web.shop", "web.shop.svc", "web.shop.svc.cluster.local"),
        *("web.shop.svc.cluster.local.", "10.1.2.3"),
    ],
)
def test_each_name_and_address_of_a_service_leads_to_it_in_its_namespace(
    name: str, scheme: str, sidecars: bool
) -> None:
    assert pod(shop(sidecars=sidecars), HERE, scheme.format(name)) == "shop/web"


@pytest.mark.parametrize("scheme", ["http://{}/", "tcp://{}:5432"])
@pytest.mark.parametrize("name", ["web.shop", "web.shop.svc.cluster.local", "10.1.2.3"])
def test_from_another_namespace_too(name: str, scheme: str) -> None:
    assert pod(shop(), ELSEWHERE, scheme.format(name)) == "shop/web"


def test_the_short_name_means_nothing_in_another_namespace() -> None:
    assert seen(shop().ask(ELSEWHERE, "http://web/")) == "502"


def test_a_short_name_is_read_as_the_host_header_too() -> None:
    assert pod(shop(), HERE, "http://web/", dial="service:shop/web:80") == "shop/web"


def test_a_policy_compares_the_name_that_is_asked() -> None:
    policy = """
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: by-host, namespace: shop}
spec: {rules: [{to: [{operation: {hosts: [web]}}]}]}
"""
    state = shop().apply(policy)
    assert (pod(state, HERE, "http://web/"), pod(state, HERE, "http://web.shop/")) == ("shop/web", "403")


def test_a_policy_for_all_pods_lets_the_address_of_a_service_pass() -> None:
    policy = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: pods, namespace: shop}
spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}]}]}
"""
    state = shop(sidecars=False).apply(policy)
    assert pod(state, HERE, "http://10.1.2.3/") == "shop/web"


def test_a_port_that_the_service_does_not_have_leads_nowhere() -> None:
    for mode in (True, False):
        for address in ("10.1.2.3", "web.shop"):
            answer = shop(only_registered=mode).ask(HERE, f"tcp://{address}:6000")
            assert answer.verdict is Verdict.REFUSED, (mode, address)


@pytest.mark.parametrize("sidecars", [True, False])
@pytest.mark.parametrize("scheme", ["http://{}/", "tcp://{}:5432"])
@pytest.mark.parametrize("tail", ["", ".shop", ".shop.svc", ".shop.svc.cluster.local"])
def test_each_pod_of_a_headless_service_has_names_of_its_own(tail: str, scheme: str, sidecars: bool) -> None:
    state = shop(sidecars=sidecars)
    for label, reached in (("db-3", "shop/db"), ("db-4", "shop/db"), ("leader", "shop/one")):
        for source in (HERE, ELSEWHERE) if tail else (HERE,):
            assert pod(state, source, scheme.format(f"{label}.hl{tail}")) == reached, (label, source)


@pytest.mark.parametrize("label", ["db-2", "db-5", "db-03", "db", "one", "other"])
def test_no_other_label_resolves(label: str) -> None:
    assert seen(shop().ask(HERE, f"tcp://{label}.hl.shop.svc.cluster.local:5432")) == "exit 6"


def test_a_policy_that_keeps_from_name_servers_keeps_from_pods_by_name() -> None:
    policy = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress]}
"""
    assert seen(shop().apply(policy).ask(HERE, "http://db-3.hl/")) == "exit 6"


def test_what_name_servers_differ_in_or_the_input_lacks_is_open() -> None:
    dashed = shop().ask(HERE, "http://10-8-0-3.hl.shop.svc.cluster.local/")
    with_address = shop().change("Service", "hl", "shop", clusterIP="10.1.2.4").ask(HERE, "http://db-3.hl/")
    without_selector = shop().change("Service", "hl", "shop", selector=None).ask(HERE, "http://db-3.hl/")
    for answer in (dashed, with_address, without_selector):
        assert answer.verdict is Verdict.UNKNOWN
        assert why(answer) is Why.POD_NAME_OPEN


DENY_ALL = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: team-x}
spec: {podSelector: {}, policyTypes: [Egress]}
"""


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.8.8.8", "localhost", "LOCALHOST.", "a.localhost", "[::1]"]
)
def test_no_policy_keeps_a_pod_from_itself(host: str) -> None:
    assert pod(shop().apply(DENY_ALL), ELSEWHERE, f"http://{host}:9000/") == ELSEWHERE


@pytest.mark.parametrize("sidecar", [True, False])
def test_where_an_ipv6_address_leads_is_open_not_a_name_that_nobody_knows(sidecar: bool) -> None:
    policy = DENY_ALL.replace("[Egress]", "[Egress], egress: [{to: [{ipBlock: {cidr: '::/0'}}]}]")
    answer = (
        shop(only_registered=False).apply(policy).ask(ELSEWHERE, "tcp://[2001:db8::1]:5432", sidecar=sidecar)
    )
    assert (answer.verdict, why(answer)) == (Verdict.UNKNOWN, Why.IPV6)


def test_an_ipv6_address_of_an_entry_is_open_where_nothing_else_is_registered() -> None:
    entry = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: six, namespace: team-x}
spec:
  hosts: [six.example]
  addresses: ["2001:db8::1"]
  resolution: NONE
  ports: [{number: 5432, name: tcp, protocol: TCP}]
"""
    state = shop().apply(entry)
    assert state.ask(ELSEWHERE, "tcp://[2001:db8::1]:5432").verdict is Verdict.UNKNOWN
    assert state.ask(ELSEWHERE, "http://[2001:db8::2]:8080/").verdict is Verdict.REFUSED


@pytest.mark.parametrize("sidecar", [True, False])
@pytest.mark.parametrize(
    ("spec", "status"),
    [
        ({"externalIPs": ["203.0.113.7"]}, {}),
        ({"type": "LoadBalancer", "loadBalancerIP": "203.0.113.7"}, {}),
        ({"type": "LoadBalancer"}, {"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}]}}),
    ],
)
def test_an_address_that_the_nodes_take_for_a_service_is_open(
    spec: dict[str, Any], status: dict[str, Any], sidecar: bool
) -> None:
    state = shop(only_registered=False)
    service = state.objects["Service", "shop", "web"]
    taking = {**service, "spec": {**service["spec"], **spec}, "status": status}
    for url in ("http://203.0.113.7/", "tcp://203.0.113.7:5432"):
        assert named_and_asked(state.apply(taking), url, sidecar) is Why.ADDRESS_TAKEN_BY_NODES
        assert named_and_asked(state, url, sidecar) is not Why.ADDRESS_TAKEN_BY_NODES


def named_and_asked(state: State, url: str, sidecar: bool) -> Why | None:
    """Why an input decides as it does of which something is named as not understood."""
    objects = [kubernetes_object(document, "/".join(key)) for key, document in state.objects.items()]
    request = parse_request(source=ELSEWHERE, url=url, sidecar=sidecar)
    return why(evaluate(Cluster(inventory_of_objects(objects, "test")), request))


@pytest.mark.parametrize(
    ("policy", "addresses"),
    [
        ({"wrr": [{"rrdatas": ["10.0.0.1"], "weight": 1}, {"rrdatas": ["10.0.0.2"], "weight": 1}]}, 2),
        ([{"geo": [{"location": "europe-west4", "rrdatas": ["10.0.0.1"]}]}], 1),
        (
            {
                "primary_backup": {
                    "primary": {"internal_load_balancers": [{"ip_address": "10.0.0.1"}]},
                    "backup_geo": [{"rrdatas": ["10.0.0.2"]}],
                }
            },
            2,
        ),
    ],
)
def test_a_routing_policy_answers_as_records_do(policy: Any, addresses: int) -> None:
    body = {"managed_zone": "z", "name": "api.example.", "type": "A", "routing_policy": policy}
    for given in (body, {**body, "rrdatas": None}):
        record = RecordSet(address="here", body=given)
        assert record.data == ("10.0.0.1", "10.0.0.2")[:addresses]


@pytest.mark.parametrize("kind", ["A", "CNAME"])
def test_a_record_that_says_nothing_leaves_its_name_open(kind: str) -> None:
    zone = Zone(dns_name="example.com.", address="zone", records={("example.com.", kind): ()})
    base = replace(shop(only_registered=False), vpc=replace(vpc(), zones=(zone,)))
    for sidecar in (True, False):
        answer = base.ask(ELSEWHERE, "https://example.com/", sidecar=sidecar)
        assert (answer.verdict, why(answer)) == (Verdict.UNKNOWN, Why.RECORD_OPEN)


def entry(addresses: list[str], protocol: str) -> dict[str, Any]:
    ports = [{"number": 5432, "name": "p", "protocol": protocol}]
    spec: dict[str, Any] = {
        "hosts": ["a.internal"],
        "ports": ports,
        "resolution": "NONE",
        "addresses": addresses,
    }
    return istio("ServiceEntry", "team-x", "range", **spec)


@pytest.mark.parametrize(
    ("addresses", "protocol", "url", "verdict"),
    [
        (["203.0.0.0/16"], "TCP", "tcp://203.0.5.5:5432", "allowed"),
        (["203.0.0.0/16"], "TCP", "tcp://x.example.com:5432", "unknown"),
        (["203.0.0.0/16"], "TCP", "tcp://8.8.8.8:5432", "refused"),
        (["203.0.0.0/16"], "TLS", "https://x.example.com:5432/", "refused"),
        (["203.0.113.7"], "TLS", "https://x.example.com:5432/", "unknown"),
        (["10.0.0.0/8"], "TCP", "tcp://x.example.com:5432", "refused"),
    ],
)
def test_another_name_may_have_an_address_of_an_entry(
    addresses: list[str], protocol: str, url: str, verdict: str
) -> None:
    assert str(shop().apply(entry(addresses, protocol)).ask(ELSEWHERE, url).verdict) == verdict


def test_an_endpoint_that_somebody_gives_a_headless_service_is_a_way_out_with_a_row() -> None:
    text = """
apiVersion: v1
kind: Service
metadata: {name: out, namespace: team-x}
spec: {clusterIP: None, ports: [{port: 5432, name: tcp}]}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: out-1, namespace: team-x, labels: {kubernetes.io/service-name: out}}
addressType: IPv4
endpoints: [{addresses: [203.0.113.10]}, {addresses: [203.0.113.11], conditions: {ready: false}}]
ports: [{port: 5432, name: tcp}]
"""
    state = shop().apply(text)
    assert state.ask(ELSEWHERE, "tcp://203.0.113.10:5432").verdict is Verdict.ALLOWED
    assert state.ask(ELSEWHERE, "tcp://203.0.113.11:5432").verdict is Verdict.REFUSED
    rows = {(row.identity, row.host): row.answer.verdict for row in Matrix(state.review()).rows()}
    assert rows[ELSEWHERE, "203.0.113.10:5432"] is Verdict.ALLOWED
