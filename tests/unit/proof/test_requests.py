"""A request and its line."""

import pytest

from egress.proof.asking.requests import ProofRequest, parse
from egress.proof.errors import ProofError

LINES = [
    "GET http://example.com/",
    "POST http://example.com/a?b=c Host: example.com:80",
    "GET https://example.com/ past the sidecar",
    "GET http://example.com:8080/ header x-team=y header x-forwarded-for=192.0.2.7 past the sidecar",
    "get http://example.com/a%2Fb header x-team=",
    "GET https://example.com/ sni www.example.com",
    "GET tcp://db.example.com:5432/",
    "GET https://example.com/ past the sidecar to gateway-pod:8443",
    "GET http://application/ to team-y/test-0:80",
    "GET http://example.com/ to gateway-pod:8080 with mesh certificate sni outbound_.80_._.example.com",
    "GET http://example.com/ to gateway-pod:8080 with no certificate sni example.com",
]


@pytest.mark.parametrize("line", LINES)
def test_a_line_reads_and_writes_the_same(line: str) -> None:
    assert str(parse(line)) == line


def test_the_path_is_untouched() -> None:
    assert parse("GET http://example.com//a/%2F/../b?x=1").path == "//a/%2F/../b?x=1"


def test_the_port_follows_from_the_scheme() -> None:
    assert (ProofRequest(url="https://a.b/").url_port, ProofRequest(url="http://a.b/").url_port) == (443, 80)
    assert ProofRequest(url="http://a.b:8080/").url_port == 8080


def test_the_host_header_has_the_port_that_is_not_the_schemes() -> None:
    assert parse("GET http://a.b/").authority == "a.b"
    assert parse("GET http://a.b:8080/").authority == "a.b:8080"
    assert parse("GET https://a.b:443/").authority == "a.b"
    assert parse("GET http://a.b:8080/ Host: c.d").authority == "c.d"


@pytest.mark.parametrize(
    "line", ["GET tcp://a.b/", "http://example.com/", "GET example.com", "GET http://a.b/ to gateway-pod", ""]
)
def test_what_is_no_request_is_refused(line: str) -> None:
    with pytest.raises(ProofError, match="not a request"):
        parse(line)
