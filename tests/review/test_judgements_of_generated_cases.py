"""What generated cases taught: names that no Service has, policies at the sender, doubts before a refusal."""

import pytest

from egress.proof.differential.operations import StateOperation, reviewed
from egress.review.answer import Answer, Verdict
from egress.review.cluster import Cluster
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.reason import Why
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.review.reviewed import State, tutorial


def asked(state: State, url: str) -> Answer:
    return evaluate(state.review(), parse_request(source="team-x/test", url=url))


@pytest.mark.parametrize(
    "url", ["http://nobody.team-y.svc.cluster.local/", "tcp://a.b.team-x.svc.cluster.local:80"]
)
def test_a_name_that_no_service_of_a_known_namespace_has_does_not_resolve(url: str) -> None:
    answer = asked(tutorial("6-pass-through"), url)
    assert (answer.verdict, answer.client) == (Verdict.REFUSED, ClientSees.NO_NAME)
    assert answer.decisive is not None
    assert (answer.decisive.control, answer.decisive.reason.why) == (Control.SERVICE, Why.NO_SUCH_SERVICE)


def test_of_a_namespace_that_the_input_does_not_show_nobody_can_tell() -> None:
    answer = asked(tutorial("6-pass-through"), "http://nobody.elsewhere.svc.cluster.local/")
    assert answer.verdict is Verdict.UNKNOWN


WILD = """
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: { name: wild, namespace: istio-egress }
spec:
  hosts: ["*.wild.example"]
  location: MESH_EXTERNAL
  resolution: DYNAMIC_DNS
  ports:
    - { number: 80, name: http, protocol: HTTP }
    - { number: 443, name: tls, protocol: TLS }
    - { number: 8080, name: grpc, protocol: GRPC }
"""


def test_policies_of_the_entrys_namespace_decide_on_tls_to_dynamic_dns_at_the_sender() -> None:
    state = tutorial("6-pass-through").apply(WILD)
    answer = asked(state, "https://a.wild.example/")
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.decisive is not None
    assert answer.decisive.reason.why is Why.POLICY_OF_THE_ENTRY
    assert asked(state, "http://a.wild.example/").verdict is not Verdict.UNKNOWN


def test_http2_of_dynamic_dns_has_no_cluster() -> None:
    answer = asked(tutorial("6-pass-through").apply(WILD), "http://a.wild.example:8080/")
    assert answer.verdict is Verdict.UNKNOWN
    assert answer.decisive is not None
    assert answer.decisive.reason.why is Why.CLUSTER_REJECTED


def test_tls_to_a_port_where_plain_text_is_spoken_fails() -> None:
    review = tutorial("6-pass-through").review()
    for port, seen in ((80, ClientSees.TLS_FAILURE), (443, None), (8443, None)):
        request = parse_request(source="team-x/test", url=f"https://a.example:{port}/", sidecar=False)
        answer = evaluate(review, request)
        assert answer.verdict is Verdict.ALLOWED
        assert (answer.client is ClientSees.TLS_FAILURE) == (seen is not None)


def test_what_may_refuse_before_the_refusal_is_said() -> None:
    route = {"route": [{"destination": {"host": "nobody.example", "port": {"number": 80}}}]}
    fault = {"abort": {"httpStatus": 418, "percentage": {"value": 50}}}
    base = tutorial("6-pass-through").inventory()
    request = parse_request(source="team-x/test", url="http://other.example/")
    for http, sooner in ((route, False), ({**route, "fault": fault}, True)):
        spec = {"hosts": ["other.example"], "http": [http]}
        faulty = StateOperation("networking.istio.io/v1", "VirtualService", "team-x", "faulty", spec)
        answer = evaluate(Cluster(reviewed(base, (faulty,))), request)
        assert (answer.verdict, answer.sooner) == (Verdict.REFUSED, sooner)
