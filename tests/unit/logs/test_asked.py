"""What a line asks, of lines that the proof's Envoys wrote (tests/logs) and of lines that want to mislead."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.logs.asked import HOST, Asked, Missing, asked, passed, stopped
from egress.logs.entry import Entry, Format, Writer
from egress.logs.pods import Pods, UnreadablePods, read_pods
from egress.logs.reading import Logs

LOGS = Path(__file__).parents[2] / "logs"


def entry(**changes: object) -> Entry:
    base: dict[str, object] = dict.fromkeys(Entry._fields, "")
    base |= {
        "line": 1,
        "format": Format.PLATFORM_JSON,
        "status": 0,
        "flags": (),
        "duration": 0,
        "writer": Writer(),
    }
    return Entry(**{**base, **changes})  # type: ignore[arg-type]


def request(**changes: object) -> Entry:
    return entry(**{"method": "GET", "path": "/a", "authority": "example.com", **changes})


def what(line: Entry) -> Asked:
    found = asked(line)
    assert isinstance(found, Asked)
    return found


@pytest.mark.parametrize("file", sorted(LOGS.glob("*.log")), ids=lambda file: file.stem)
def test_every_line_of_the_proofs_logs_asks_something_or_lacks_a_name(file: Path) -> None:
    logs = Logs([str(file)])
    found = [asked(each) for each in logs]

    assert logs.tally.bad == 0
    assert {each for each in found if isinstance(each, Missing)} <= {Missing.NO_NAME}
    assert sum(isinstance(each, Asked) for each in found) > 20
    gateway = ".gateway." in file.name
    assert {each.at_gateway for each in found if isinstance(each, Asked)} == {gateway}


def test_the_formats_of_a_log_ask_the_same() -> None:
    """Two runs: the same questions, but for the addresses that Services were given."""
    for name in ("gateway", "team-x", "team-y"):
        json_, text = (
            {
                each
                for each in map(asked, Logs([str(LOGS / f"tutorial.{name}.{short}.log")]))
                if "'10.2." not in str(each)
            }
            for short in ("json", "text")
        )
        assert json_ == text, name


def test_the_platforms_own_format_says_who_asked() -> None:
    found = [asked(each) for each in Logs([str(LOGS / "production.gateway.json.log")])]
    callers = {each.caller for each in found if isinstance(each, Asked)}
    assert {"team-x/sa/test", "team-y/sa/test", "team-y-jobs/sa/nightly"} <= callers


def test_a_sidecars_line_has_the_port_that_was_dialled() -> None:
    line = request(authority="db.example:8081", local_address="198.18.1.1:8081")
    assert (what(line).host, what(line).port, what(line).authority) == ("db.example", 8081, "")


def test_a_host_header_with_the_usual_port_is_kept_as_it_was() -> None:
    line = request(authority="Example.com:80", local_address="198.18.1.1:80")
    assert (what(line).host, what(line).port, what(line).authority) == ("example.com", 80, "Example.com:80")


def test_a_pass_through_connection_at_the_gateway_was_for_the_hosts_port() -> None:
    line = entry(
        sni="example.com", local_address="10.1.3.2:8443", upstream_cluster="outbound|443||example.com"
    )
    assert (what(line).scheme, what(line).port, what(line).at_gateway) == ("https", 443, True)


def test_bytes_to_an_address_are_asked_by_the_address() -> None:
    line = entry(local_address="203.0.113.7:5432", upstream_cluster="PassthroughCluster")
    assert (what(line).scheme, what(line).host, what(line).port) == ("tcp", "203.0.113.7", 5432)


def test_what_a_pod_received_is_nothing_that_it_asked_for() -> None:
    assert asked(request(upstream_cluster="inbound|8080||")) is Missing.INBOUND
    assert asked(request(upstream_cluster="InboundPassthroughCluster")) is Missing.INBOUND


@pytest.mark.parametrize(
    ("changes", "missing"),
    [
        ({"authority": ""}, Missing.NO_HOST),
        ({"authority": "exa mple.com"}, Missing.BAD_HOST),
        ({"authority": "x\x1b[2Jy"}, Missing.BAD_HOST),
        ({"authority": "a" * 300}, Missing.BAD_HOST),
        ({"authority": "-\N{RIGHT-TO-LEFT OVERRIDE}moc.elpmaxe"}, Missing.BAD_HOST),
        ({"method": "GET\x1b"}, Missing.BAD_METHOD),
        ({"method": "M" * 40}, Missing.BAD_METHOD),
        ({"path": "no-slash"}, Missing.BAD_PATH),
        ({"path": "/" + "a" * 3000}, Missing.LONG_PATH),
    ],
)
def test_a_line_that_is_no_question_says_why(changes: dict[str, object], missing: Missing) -> None:
    assert asked(request(**changes)) is missing


@given(
    st.text(max_size=40),
    st.text(max_size=40),
    st.text(max_size=40),
    st.text(max_size=40),
    st.text(max_size=40),
)
def test_whatever_a_line_holds_it_is_asked_or_refused(
    authority: str, method: str, path: str, local: str, cluster: str
) -> None:
    line = entry(
        authority=authority,
        method=method,
        path=path,
        sni=authority,
        local_address=local,
        upstream_cluster=cluster,
    )
    found = asked(line)
    if isinstance(found, Asked):
        assert found.scheme == "tcp" or HOST.fullmatch(found.host) or HOST.fullmatch(f"[{found.host}]")
        assert 0 <= found.port <= 99999
        assert found.path.startswith("/")


def test_a_refusal_and_an_answer_of_a_site_are_told_apart() -> None:
    refused = request(
        principal="spiffe://c/ns/a/sa/b", details="rbac_access_denied_matched_policy[none]", status=403
    )
    served = request(
        principal="spiffe://c/ns/a/sa/b", details="via_upstream", status=403, upstream_host="192.0.2.1:443"
    )
    at_sidecar = request(details="via_upstream", upstream_host="10.1.3.2:8080", local_address="198.18.1.1:80")

    assert stopped(refused)
    assert not passed(refused, what(refused))
    assert passed(served, what(served))
    # The gateway's own 403 looks like any upstream's answer there.
    assert not passed(at_sidecar, what(at_sidecar))
    assert not stopped(at_sidecar)


def pod(name: str, address: str, since: str, account: str) -> dict[str, object]:
    return {
        "metadata": {"namespace": "team-x", "name": name},
        "spec": {"serviceAccountName": account},
        "status": {"podIP": address, "startTime": since},
    }


PODS = Pods(
    [
        pod("old", "10.1.0.5", "2026-11-01T00:00:00Z", "first"),
        pod("new", "10.1.0.5", "2026-11-20T00:00:00Z", "second"),
    ]
)


def test_an_address_is_whoever_had_it_at_that_time() -> None:
    assert PODS.at("10.1.0.5", "2026-10-31T23:59:59.999Z") == ""
    assert PODS.at("10.1.0.5", "2026-11-01T00:00:00.001Z") == "team-x/sa/first"
    assert PODS.at("10.1.0.5", "2026-11-28T00:00:00.000Z") == "team-x/sa/second"
    assert PODS.at("10.1.0.6", "2026-11-28T00:00:00.000Z") == ""


def test_an_address_in_a_sidecars_line_is_not_believed() -> None:
    """An application can put another Pod's address into X-Forwarded-For, which a sidecar writes down."""
    line = request(
        remote_address="10.1.0.5:4711", start_time="2026-11-28T00:00:00.000Z", writer=Writer("a", "b")
    )
    assert PODS.caller(line, at_gateway=False) == ""
    assert PODS.caller(line, at_gateway=True) == "team-x/sa/second"


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"items": [{}]}', '{"items": [{"kind": "Service"}]}', "\x1b"]
)
def test_a_file_that_is_no_list_of_pods_is_named(text: str, tmp_path: Path) -> None:
    file = tmp_path / "pods.json"
    file.write_text(text)
    with pytest.raises(UnreadablePods, match=r"pods\.json: "):
        read_pods(file)


def test_a_list_as_kubectl_prints_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "pods.json"
    file.write_text(
        json.dumps({"kind": "List", "items": [pod("a", "10.1.0.9", "2026-11-01T00:00:00Z", "test")]})
    )
    assert read_pods(file).named("team-x", "a") == "team-x/sa/test"
