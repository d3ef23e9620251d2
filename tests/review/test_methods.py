"""Methods that Envoy does not read: every proxy that reads requests answers them with 400."""

import pytest

from egress.review.answer import Verdict
from egress.review.decision.client import ClientSees
from egress.review.decision.reason import Why
from egress.review.path.evaluation import evaluate
from egress.review.request import METHODS, parse_request
from tests.review.reviewed import tutorial


@pytest.mark.parametrize("method", ["get", "Post", "FOO", "QUERY", "M-SEARCH", "TRACK"])
def test_a_method_that_no_proxy_knows_is_answered_with_400(method: str) -> None:
    review = tutorial("6-pass-through").review()
    for host in ("example.com", "nobody.example"):
        request = parse_request(source="team-x/test", url=f"http://{host}/", method=method)
        answer = evaluate(review, request)
        assert (answer.verdict, answer.client) == (Verdict.REFUSED, ClientSees.BAD_REQUEST)
        assert answer.decisive is not None
        assert answer.decisive.reason.why is Why.METHOD_REFUSED


def test_a_method_that_it_knows_is_not() -> None:
    review = tutorial("6-pass-through").review()
    for method in METHODS:
        request = parse_request(source="team-x/test", url="http://example.com/", method=method)
        assert evaluate(review, request).client is not ClientSees.BAD_REQUEST


def test_inside_tls_nobody_reads_it() -> None:
    request = parse_request(source="team-x/test", url="https://example.com/", method="get")
    assert evaluate(tutorial("6-pass-through").review(), request).client is not ClientSees.BAD_REQUEST
