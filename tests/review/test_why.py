"""`why` as a person meets it: with a URL, an identity, a log line, a file, a pipe, curl's exit code."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from egress.logs.asked import Missing
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.errors import ReviewError
from egress.review.why.asked import UNSAID, identity
from egress.review.why.folder import Folder
from egress.review.why.symptoms import CURL_EXITS, PLAIN, SYMPTOMS
from tests.review.conftest import ROOT

Run = Callable[..., "CompletedProcess[str]"]
SAMPLES = ROOT / "tests" / "unit" / "logs" / "samples"
CONFIG = "config/tutorial"


@pytest.fixture(scope="module")
def why(synthesized: Path) -> Run:
    def run(*arguments: str, stdin: str = "", config: str = CONFIG) -> "CompletedProcess[str]":
        options = ["--input", str(synthesized), *(["--config", config] if config else [])]
        command = [sys.executable, "-m", "egress", "why", *options, *arguments]
        return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)

    return run


def ask(*arguments: str) -> "CompletedProcess[str]":
    command = [sys.executable, "-m", "egress", "why", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_every_control_and_every_symptom_has_its_words() -> None:
    assert set(PLAIN) == set(Control)
    assert set(SYMPTOMS) == set(ClientSees)
    assert len({symptom.anchor for symptom in SYMPTOMS.values()}) == len(SYMPTOMS)


def line_of(text: str) -> int:
    team = (ROOT / CONFIG / "teams" / "team-y.yaml").read_text().splitlines()
    return 1 + team.index(next(line for line in team if text in line))


@pytest.mark.parametrize(
    "source", ["team-y/test", "team-y/sa/test", "spiffe://cluster.local/ns/team-y/sa/test"]
)
def test_a_url_and_who_asked_lead_to_the_line_and_the_patch(why: Run, source: str) -> None:
    done = why("http://httpbin.org/status/500", "--from", source)

    assert done.returncode == 1
    assert "refused\n  what happened   the gateway answers HTTP 403\n" in done.stdout
    assert (
        "control         authorization policy: no policy allows it: none of 3 ALLOW policies matches"
        in done.stdout
    )
    assert "the egress gateway knows who asks, and no grant covers this request" in done.stdout
    line = f"{CONFIG}/teams/team-y.yaml:{line_of('paths:')} allows the path /status/418 only"
    assert line in done.stdout
    assert "+    paths: [/status/500]\n" in done.stdout
    assert "docs/why.md#http-403" in done.stdout


def test_the_identity_may_stand_beside_the_url(why: Run) -> None:
    done = why("spiffe://cluster.local/ns/team-x/sa/test", "https://unlisted.example/")
    assert "GET https://unlisted.example/ from team-x/sa/test: refused" in done.stdout
    assert f"{CONFIG}/destinations.yaml:" in done.stdout
    assert "names no unlisted.example" in done.stdout


def test_what_is_allowed_is_exit_code_0_and_needs_no_patch(why: Run) -> None:
    done = why("http://httpbin.org/status/418", "--from", "team-y/test")
    assert done.returncode == 0
    assert "allowed" in done.stdout
    assert "+++" not in done.stdout


def test_the_patch_of_one_request_can_be_written_to_a_file(why: Run, tmp_path: Path) -> None:
    file = tmp_path / "a.patch"
    why("http://httpbin.org/status/500", "--from", "team-y/test", "--patch", str(file))
    applied = subprocess.run(
        ["git", "apply", "--check", str(file)], cwd=ROOT, capture_output=True, check=False
    )
    assert applied.returncode == 0, applied.stderr


def test_the_configuration_is_the_one_that_the_input_names(why: Run) -> None:
    done = why("http://httpbin.org/", "--from", "team-y/test", config="")
    assert done.returncode == 1
    assert "config/tutorial/teams/team-y.yaml:" in done.stdout
    assert done.stderr.startswith("environment tutorial (config/tutorial), as in ")


def test_without_a_configuration_it_says_what_to_name(
    synthesized: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CONFIG", raising=False)
    stacks = shutil.copytree(synthesized / "stacks", tmp_path / "stacks").parent
    done = ask("--input", str(stacks), "http://httpbin.org/", "--from", "team-y/test")
    assert done.returncode == 1
    assert "Name the environment with --config NAME" in done.stdout


@pytest.mark.parametrize("by", ["option", "variable"])
def test_another_environment_than_the_synthesized_one_is_refused(
    synthesized: Path, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    if by == "variable":
        monkeypatch.setenv("CONFIG", "production")
    chosen = ("--config", "production") if by == "option" else ()
    done = ask("--input", str(synthesized), *chosen, "http://httpbin.org/", "--from", "team-y/test")
    assert (done.returncode, done.stdout) == (2, "")
    assert "was synthesized from the environment tutorial, and production is selected" in done.stderr


@pytest.mark.parametrize("verb", ["findings", "report"])
def test_findings_are_shown_in_no_other_configuration_than_the_synthesized_one(
    verb: str, synthesized: Path, tmp_path: Path
) -> None:
    command = [
        sys.executable,
        "-m",
        "egress",
        verb,
        "--input",
        str(synthesized),
        "--artifact",
        "config/production",
    ]
    page = ["--output", str(tmp_path / "page.html")] if verb == "report" else []
    done = subprocess.run([*command, *page], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "was synthesized from the environment tutorial, and production is selected" in done.stderr


def test_the_variable_that_names_another_environment_is_told_where_the_answer_is_the_inputs(
    synthesized: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONFIG", "production")
    command = [sys.executable, "-m", "egress", "list", "--input", str(synthesized)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0
    assert "; CONFIG names production: `egress synth` writes that one" in done.stderr


def refused_line(name: str) -> str:
    lines = (SAMPLES / name).read_text().splitlines()
    return next(line for line in lines if "rbac_access_denied" in line and "httpbin.org" in line)


def test_a_line_of_the_gateways_log_says_itself_who_asked(why: Run) -> None:
    line = json.loads(refused_line("gateway.json.log"))
    line["source_principal"] = "spiffe://cluster.local/ns/team-y/sa/test"
    done = why(json.dumps(line))
    assert done.returncode == 1
    assert "from team-y/sa/test: refused" in done.stdout
    assert "the log says    HTTP 403, rbac_access_denied_matched_policy[none]" in done.stdout


def test_a_line_of_text_needs_to_be_told_who_asked(why: Run) -> None:
    line = refused_line("gateway.text.log")
    assert why(line, "--from", "team-x/test").returncode == 1
    done = why(line)
    assert done.returncode == 2
    assert "1 lines: does not say who asked: name the workload with --from" in done.stdout


@pytest.mark.parametrize("by", ["file", "pipe", "export"])
def test_a_log_is_explained_shape_by_shape(why: Run, by: str, tmp_path: Path) -> None:
    text = (SAMPLES / "sidecar.text.log").read_text()
    if by == "export":
        labels = {"namespace_name": "team-x", "pod_name": "test-5d8f9c7b6-abcde"}
        entries = [{"textPayload": line, "resource": {"labels": labels}} for line in text.splitlines()]
        (tmp_path / "export.json").write_text(json.dumps(entries, indent=2))
        done = why(str(tmp_path / "export.json"), "--format", "json")
    elif by == "pipe":
        done = why("-", "--from", "team-x/test", "--format", "json", stdin=text)
    else:
        done = why(str(SAMPLES / "sidecar.text.log"), "--from", "team-x/test", "--format", "json")
    found = json.loads(done.stdout)

    assert done.returncode == 1
    assert {case["from"] for case in found["cases"]} == {"team-x/test"}
    cases = {case["to"]: case for case in found["cases"]}
    assert cases["http://httpbin.org/"]["status"] == 403
    assert cases["http://httpbin.org/"]["patch"].startswith("--- a/config/tutorial/teams/team-x.yaml")
    assert cases["http://nobody-may.example/"]["logged"] == "HTTP 502, direct_response"
    assert cases["https://nobody-may.example/"]["page"] == "docs/why.md#tls-failure"
    assert found["log"]["malformed"] == {}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"color": "red"}, "unknown key 'color'"),
        ({"route_name": "x"}, "keys of two formats"),
        ({"response_code": "x"}, "'x' is no number"),
    ],
)
def test_an_unknown_key_of_a_line_is_an_error(why: Run, change: dict[str, str], says: str) -> None:
    line = {**json.loads(refused_line("gateway.json.log")), **change}
    done = why(json.dumps(line), "--from", "team-x/test")
    assert done.returncode == 2
    assert says in done.stdout


def test_one_malformed_line_among_good_ones_is_exit_code_2(why: Run) -> None:
    done = why("-", "--from", "team-x/test", stdin=f"{refused_line('gateway.text.log')}\nnothing\n")
    assert done.returncode == 2
    assert "refused" in done.stdout
    assert "standard input:2: no access log" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((), "name what failed"),
        (("http://httpbin.org",), "who asked?"),
        (("httpbin.org",), "this is no URL"),
        (("http://a.b", "http://c.d", "--from", "team-x/test"), "two of this kind"),
        (("http://a.b", "-", "--from", "team-x/test"), "two questions"),
        (("spiffe://x/ns/a", "http://a.b"), "must be spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/SERVICE-ACCOUNT"),
        (('{"from": "team-x/test", "to": "http://a.b", "form": 1}',), "unknown key 'form'"),
        (('{"from": "team-x/test", "to": "http://a.b", "without-sidecar": true}',), "'without-sidecar'"),
        (('{"from": "team-x/test"}',), "a request lacks 'to'"),
        (("{",), "no whole JSON object"),
        (("http://a.b", "--from", "team-x/tset"), "no such workload"),
        (("--curl-exit", "99"), "--curl-exit 99: no exit code of a refusal"),
    ],
)
def test_what_is_not_understood_is_exit_code_2_with_one_message(
    why: Run, arguments: tuple[str, ...], says: str
) -> None:
    done = why(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    *before, told = done.stderr.splitlines()
    assert told.startswith("error: ")
    assert all(line.startswith("environment tutorial ") for line in before)


def test_a_request_as_json_is_a_question(why: Run) -> None:
    done = why('{"from": "team-x/test", "to": "http://httpbin.org", "method": "POST"}')
    assert done.returncode == 1
    assert "POST http://httpbin.org from team-x/test: refused" in done.stdout


@pytest.mark.parametrize("code", sorted(CURL_EXITS))
def test_curls_exit_code_alone_leads_to_its_part_of_the_page(why: Run, code: int) -> None:
    done = why("--curl-exit", str(code))
    assert done.returncode == 1
    assert f"docs/why.md#{SYMPTOMS[CURL_EXITS[code]].anchor}" in done.stdout


def test_curls_exit_code_is_held_against_what_the_review_expects(why: Run) -> None:
    asked = ("https://unlisted.example", "--from", "team-x/test")
    assert "; the review expects it" in why(*asked, "--curl-exit", "35").stdout
    assert (
        "the review expects this instead: the TLS handshake fails" in why(*asked, "--curl-exit", "28").stdout
    )


def test_a_spiffe_id_is_an_identity() -> None:
    assert identity("spiffe://x.y/ns/a/sa/b") == "a/sa/b"
    assert identity("a/b") == "a/b"
    for text in ("spiffe://x/ns/a/sa/", "spiffe://x/sa/a/ns/b", "spiffe://x/ns/a/sa/b/c"):
        with pytest.raises(ReviewError):
            identity(text)


def test_a_line_that_is_no_question_says_what_it_lacks() -> None:
    assert set(UNSAID) == set(Missing)


def test_a_connection_that_passed_through_the_gateway_was_for_the_hosts_own_port(why: Run) -> None:
    log = ROOT / "tests" / "logs" / "tutorial.gateway.text.log"
    line = next(
        each for each in log.read_text().splitlines() if "|443||example.com" in each and ":8443" in each
    )
    done = why(line, "--from", "team-x/test", "--format", "json")
    # It did not fail, and the review allows it on port 443 alone.
    assert json.loads(done.stdout)["cases"] == []
    assert (json.loads(done.stdout)["fine"], json.loads(done.stdout)["unanswered"]) == (1, [])


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("production")
    command = [sys.executable, "-m", "egress", "synth", "--config", "production", "--output", str(out)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    return out


def test_a_second_scheme_is_opened_for_who_asks_alone(production: Path) -> None:
    done = ask("--input", str(production), "https://example.com/", "--from", "team-x/batch")

    assert "+    https: identity\n" in done.stdout
    assert "+    scheme: http\n" in done.stdout, "the earlier grant keeps what it allows"
    assert "+    scheme: https\n" in done.stdout
    assert (
        "HTTPS passes the gateway unread: this opens every method and path, for this ServiceAcc"
        in done.stdout
    )


def test_an_edit_that_would_be_refused_names_the_configurations_own_file(tmp_path: Path) -> None:
    folder = Path(shutil.copytree(ROOT / "config" / "production", tmp_path / "mine"))
    platform = (folder / "destinations.yaml").read_text(encoding="utf-8")
    problem = Folder(folder, {}).with_texts(
        {"destinations.yaml": platform.replace("    limits:", "    https: identity\n    limits:", 1)}
    )

    assert f"({folder}/destinations.yaml:" in problem
    assert "/mine/mine" not in problem


@pytest.mark.parametrize("source", ["team-x/test", "team-y/test"])
def test_the_metadata_server_is_asked_for_where_it_answers(production: Path, source: str) -> None:
    done = ask("--input", str(production), "https://metadata.google.internal/", "--from", source)

    assert "opens http://metadata.google.internal/ (port 80) alone" in done.stdout
    assert "ask http://metadata.google.internal/ (port 80)" in done.stdout
    assert "synthesize" not in done.stdout
    assert "+++" not in done.stdout


def test_a_grant_that_opens_more_than_the_request_says_so(why: Run) -> None:
    done = why("https://unlisted.example/", "--from", "team-y/test")

    assert "this opens every method and path, for every Pod of the teams that see the host" in done.stdout
    assert "the same grant opens plain HTTP to the host" in done.stdout


def test_where_seeing_a_host_is_enough_for_https_no_grant_opens_plain_http(why: Run) -> None:
    done = why("https://example.com/", "--from", "team-y/test")

    assert "+    visible_to: [team-x, team-y]\n" in done.stdout
    assert "  - to: example.com" not in done.stdout
