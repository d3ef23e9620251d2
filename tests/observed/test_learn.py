"""A proposal from access logs: it covers what was seen, grants no other host, and writes nothing on bad input."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from egress.checks.loading import load
from egress.config.configuration import Configuration
from egress.config.http_paths import path_problem
from egress.environments.changes import write
from egress.logs.entry import Entry, Format, Writer
from egress.observed.learning.evidence import Callers, observe
from egress.observed.learning.names import Odd, odd
from egress.observed.learning.paths import FEW, MANY, MOST, Paths, Rule
from egress.observed.learning.proposal import Apart, Proposal, propose
from egress.observed.learning.report import REASONS
from egress.observed.learning.seen import Seen
from egress.observed.learning.writing import RULES, files
from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from egress.review.path.evaluation import evaluate
from egress.review.request import Request
from tests.review.conftest import ROOT, synthesize_here

LOGS = ROOT / "tests" / "logs"
ONCE = Seen(at_gateway=1)


def entry(caller: str, host: str, method: str = "", path: str = "", **more: object) -> Entry:
    """A line of this platform's gateway; HTTPS without a method."""
    namespace, account = caller.split("/")
    base: dict[str, object] = dict.fromkeys(Entry._fields, "")
    base |= {
        "line": 1,
        "format": Format.PLATFORM_JSON,
        "status": 200,
        "flags": (),
        "duration": 0,
        "writer": Writer(),
    }
    base |= {
        "principal": f"spiffe://cluster.local/ns/{namespace}/sa/{account}",
        "start_time": "2026-11-28T10:00:00.000Z",
    }
    base |= {
        "method": method,
        "path": path,
        "authority": host if method else "",
        "sni": "" if method else host,
    }
    return Entry(**{**base, **more})  # type: ignore[arg-type]


def proposed(entries: Sequence[Entry], stated: Configuration | None = None, least: int = 1) -> Proposal:
    return propose(observe(((each, "") for each in entries), Callers(None, "", {})), stated, least)


def grants(proposal: Proposal) -> list[dict[str, Any]]:
    return [
        {"team": each.team, **{k: v for k, v in each.grant.model_dump(exclude_none=True).items() if v}}
        for team in proposal.teams.values()
        for each in team
    ]


def apart(proposal: Proposal) -> set[tuple[Apart, str]]:
    return {(each.why, each.use.host) for each in proposal.apart}


def test_accounts_that_asked_for_the_same_share_a_grant_and_methods_keep_their_paths() -> None:
    found = proposed(
        [
            entry("team-a/web", "api.github.com", "GET", "/zen"),
            entry("team-a/job", "api.github.com", "GET", "/zen"),
            entry("team-a/job", "api.github.com", "POST", "/hook"),
            entry("team-a/job", "www.python.org"),
        ]
    )
    told = {
        (each["to"], each["service_accounts"], each.get("methods"), each.get("paths"), each["scheme"])
        for each in grants(found)
    }
    assert told == {
        ("api.github.com", ("job", "web"), ("GET",), ("/zen",), "http"),
        ("api.github.com", ("job",), ("POST",), ("/hook",), "http"),
        ("www.python.org", ("job",), None, None, "https"),
    }


def of(*paths: str, method: str = "GET") -> list[tuple[str, Rule]]:
    found = Paths()
    for path in paths:
        found.add(path, method, ONCE)
    return [(each.path, each.rule) for each in found.patterns()]


def test_a_few_paths_stay_as_they_were_seen() -> None:
    assert of("/", "/a", "/a/b", "/orders/1", "/orders/2") == [
        (path, Rule.AS_SEEN) for path in ("/", "/a", "/a/b", "/orders/1", "/orders/2")
    ]


@pytest.mark.parametrize(
    "identifiers",
    [
        [str(number) for number in range(FEW)],
        [f"0a1b2c3d-0000-4000-8000-00000000000{number}" for number in range(FEW)],
        [f"deadbeef{number}" for number in range(FEW)],
        [f"Zx81kQ7wErTy4Po{number}" for number in range(FEW)],
    ],
)
def test_identifiers_at_one_place_become_its_beginning(identifiers: list[str]) -> None:
    paths = [f"/orders/{each}/items" for each in identifiers]
    assert of(*paths[:-1]) == sorted((path, Rule.AS_SEEN) for path in paths[:-1])
    assert of("/orders", *paths) == [("/orders", Rule.AS_SEEN), ("/orders/*", Rule.IDENTIFIERS)]


def test_words_at_one_place_stay_until_there_are_many() -> None:
    words = [f"word{'x' * number}" for number in range(MANY)]
    assert len(of(*(f"/w/{each}" for each in words[:-1]))) == MANY - 1
    assert of(*(f"/w/{each}" for each in words)) == [("/w/*", Rule.MANY)]


def test_no_rule_makes_a_pattern_of_every_path() -> None:
    """The first segment stays a list; a list that is too long is left out, and that is said."""
    assert len(of(*(f"/{number}" for number in range(MOST)))) == MOST
    found = Paths()
    for number in range(MOST + 1):
        found.add(f"/{number}", "GET", ONCE)
    assert found.patterns() == ()
    assert found.everywhere


@given(
    st.lists(st.lists(st.sampled_from(list("abc123456789")), max_size=4), max_size=60),
    st.randoms(),
)
def test_the_order_of_the_lines_changes_no_pattern(segments: list[list[str]], random: Any) -> None:
    paths = ["/" + "/".join(each) for each in segments]
    mixed = random.sample(paths, len(paths))
    assert [path for path, _ in of(*paths)] == [path for path, _ in of(*mixed)]


def test_a_path_that_no_grant_can_name_is_listed_apart() -> None:
    found = proposed(
        [
            entry("team-a/web", "api.github.com", "GET", "//x"),
            entry("team-a/web", "api.github.com", "GET", "/y"),
        ]
    )
    assert [each["paths"] for each in grants(found)] == [("/y",)]
    assert apart(found) == {(Apart.PATH, "api.github.com")}


@pytest.mark.parametrize(
    ("host", "why"),
    [
        ("203.0.113.7", Odd.ADDRESS),
        ("2001:db8::1", Odd.ADDRESS),
        ("db", Odd.NOT_PUBLIC),
        ("nobody-may.example", Odd.NOT_PUBLIC),
        ("printer.local", Odd.NOT_PUBLIC),
        ("a.b.c1", Odd.NOT_PUBLIC),
        ("server.team-y.svc.cluster.local", Odd.INSIDE),
        ("metadata.google.internal", Odd.METADATA),
        ("169.254.169.254", Odd.METADATA),
        ("under_score.com", Odd.NOT_A_HOST),
        ("3f9a1c7be2d04f6f.example.com", Odd.RANDOM),
        ("x7k2p9q4m1z8w3.attacker.com", Odd.RANDOM),
        ("qzxwvkjhgtrfdp.info", Odd.RANDOM),
        ("api.github.com", None),
        ("storage.googleapis.com", None),
        ("us-central1-docker.pkg.dev", None),
        ("registry-1.docker.io", None),
        ("s3.eu-central-1.amazonaws.com", None),
        ("xn--bcher-kva.example.com", None),
        ("internationalization.org", None),
        ("login.microsoftonline.com", None),
        ("rhythms.com", None),
    ],
)
def test_odd_names_are_told_from_common_ones(host: str, why: Odd | None) -> None:
    assert odd(host) is why


def test_what_is_odd_or_rare_or_nobodys_is_never_granted() -> None:
    lines = [
        entry("team-a/web", "api.github.com"),
        entry("team-a/web", "api.github.com"),
        entry("team-a/web", "www.python.org"),
        *[entry("team-a/web", "x7k2p9q4m1z8w3.attacker.com")] * 9,
        *[entry("team-a/web", "203.0.113.7", "GET", "/")] * 9,
        *[entry("kube-system/default", "pypi.org")] * 9,
        *[entry("0team/web", "pypi.org")] * 9,
        *[entry("team-a/web", "pypi.org")._replace(principal="", local_address="10.1.3.2:8443")] * 9,
        *[entry("team-a/web", "pypi.org", "PROPFIND", "/")] * 9,
    ]
    found = proposed(lines, least=2)
    assert [(each["team"], each["to"]) for each in grants(found)] == [("team-a", "api.github.com")]
    assert apart(found) == {
        (Apart.RARE, "www.python.org"),
        (Apart.RANDOM, "x7k2p9q4m1z8w3.attacker.com"),
        (Apart.ADDRESS, "203.0.113.7"),
        (Apart.SYSTEM, "pypi.org"),
        (Apart.NAME, "pypi.org"),
        (Apart.NOBODY, "pypi.org"),
        (Apart.METHOD, "pypi.org"),
    }


def test_a_request_that_two_proxies_logged_counts_once() -> None:
    at_gateway = entry("team-a/web", "www.python.org")
    at_sidecar = at_gateway._replace(principal="", local_address="192.0.2.1:443")
    observed = observe([(at_gateway, ""), (at_sidecar, "team-a/web")], Callers(None, "", {}))
    assert [each.seen.times for each in observed.uses.values()] == [1]
    assert apart(propose(observed, None, 2)) == {(Apart.RARE, "www.python.org")}


def test_every_word_is_there() -> None:
    assert set(REASONS) == set(Apart)
    assert set(RULES) == set(Rule)
    assert {each.value for each in Odd} <= {each.value for each in Apart}


CALLERS = ("team-a/web", "team-a/job", "team-b/web")
HOSTS = ("api.github.com", "www.python.org", "pypi.org")
UNSEEN = "files.pythonhosted.org"
SEGMENTS = st.sampled_from(["a", "b", "v1", "1", "2", "3", "4", "5", "6", "x.json", ""])
PATHS = st.lists(SEGMENTS, max_size=3).map(lambda each: "/" + "/".join(each))
LINES = st.lists(
    st.one_of(
        st.builds(entry, st.sampled_from(CALLERS), st.sampled_from(HOSTS)),
        st.builds(
            entry,
            st.sampled_from(CALLERS),
            st.sampled_from(HOSTS),
            st.sampled_from(["GET", "POST", "HEAD"]),
            PATHS.filter(lambda path: not path_problem(path)),
        ),
    ),
    min_size=1,
    max_size=40,
)


def asked(line: Entry) -> Request:
    namespace, account = line.principal.split("/ns/")[1].split("/sa/")
    return Request(
        source=f"{namespace}/sa/{account}",
        scheme="http" if line.method else "https",
        host=line.authority or line.sni,
        port=80 if line.method else 443,
        path=line.path or "/",
        method=line.method or "GET",
    )


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(LINES)
def test_what_was_learned_allows_what_was_seen_and_no_other_host(lines: list[Entry]) -> None:
    """Asked of the review, on the stacks that the written configuration synthesizes."""
    found = proposed(lines)
    assert found.apart == []
    with TemporaryDirectory() as folder:
        out = Path(folder) / "learned"
        write(out, files(found, None, None, "learned"))
        cluster = Cluster(read([synthesize_here(out, Path(folder) / "out")]))
    for line in lines:
        assert evaluate(cluster, asked(line)).verdict is Verdict.ALLOWED, asked(line)
    used = {(asked(line).source, asked(line).host, asked(line).scheme) for line in lines}
    for source in {source for source, _, _ in used}:
        for host in (*HOSTS, UNSEEN):
            for line in (entry("a/b", host), entry("a/b", host, "GET", "/")):
                if (source, host, asked(line).scheme) not in used:
                    request = Request(**{**vars(asked(line)), "source": source})
                    assert evaluate(cluster, request).verdict is Verdict.REFUSED, request


def learn(*arguments: str, stdin: str = "") -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "egress", "learn", *arguments]
    return subprocess.run(command, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)


GATEWAY = str(LOGS / "production.gateway.json.log")


def test_the_verb_writes_a_configuration_that_loads_with_the_evidence_in_comments(tmp_path: Path) -> None:
    done = learn(GATEWAY, "--out", str(tmp_path / "learned"), "--least", "1")

    assert done.returncode == 0, done.stderr
    found = load(tmp_path / "learned", {})
    assert set(found.teams) == {"team-x", "team-y", "team-y-jobs"}
    text = (tmp_path / "learned/teams/team-x.yaml").read_text()
    assert "  # asked 3 times, 2026-11-28, 1 line of refusals\n  - to: api.github.com\n" in text
    assert "no line says who asked" in done.stdout


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    done = learn(GATEWAY, "--out", str(tmp_path))
    assert (done.returncode, [each.name for each in tmp_path.iterdir()]) == (2, ["mine.txt"])
    assert "the folder is not empty" in done.stderr
    assert learn(GATEWAY, "--out", str(tmp_path / "mine.txt")).returncode == 2


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.log"], "none.log: No such file"),
        (["README.md"], "no line of the logs is an access log's"),
        ([GATEWAY, "--from", "somebody"], "somebody: must be NAMESPACE/WORKLOAD"),
        ([f"a/b/c={GATEWAY}"], "a/b/c: must be NAMESPACE/WORKLOAD"),
        ([GATEWAY, "--from", "spiffe://x"], "spiffe://x: must be spiffe://TRUST-DOMAIN"),
        ([GATEWAY, "--least", "0"], "--least 0: write 1 or more"),
        ([GATEWAY, "--pods", "README.md"], "README.md: it must be what `kubectl get pods"),
        ([GATEWAY, "--like", "config/tutorial"], "its authorization is by-namespace"),
        ([GATEWAY, "--like", "config/none"], "there is no such folder"),
    ],
)
def test_bad_input_writes_nothing(arguments: list[str], said: str, tmp_path: Path) -> None:
    done = learn(*arguments, "--out", str(tmp_path / "learned"))
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "learned").exists()


def test_hostile_lines_are_counted_and_reach_no_file(tmp_path: Path) -> None:
    line = json.loads(
        next(each for each in Path(GATEWAY).read_text().splitlines() if '"method":"GET"' in each)
    )
    hostile = [
        {**line, "authority": "x\x1b[2J.com"},
        {**line, "authority": "evil.com\n  - to: other.com"},
        {**line, "path": "/a, b: [c] #\x1b]0;x\x07"},
        {**line, "path": '/"quoted"'},
        {**line, "path": "/a:b,c"},
        {**line, "source_principal": "spiffe://c/ns/team-x/sa/a: b"},
    ]
    text = "\n".join([*map(json.dumps, hostile), "\x1b[2J", "x" * 1_100_000, "\x00"])
    out = tmp_path / "learned"
    done = learn("-", "--out", str(out), "--least", "1", stdin=text)

    assert done.returncode == 0, done.stderr
    assert "\x1b" not in done.stdout
    written = "".join(path.read_text() for path in out.rglob("*.yaml"))
    assert "\x1b" not in written
    assert "evil.com" not in written
    paths = [
        each
        for file in (out / "teams").iterdir()
        for grant in yaml.safe_load(file.read_text())["grants"]
        for each in grant["paths"]
    ]
    assert sorted(paths) == ['/"quoted"', "/a:b,c"]


def test_an_observed_environment_gets_what_it_lacks_and_keeps_what_it_says(tmp_path: Path) -> None:
    like = tmp_path / "observed"
    (like / "teams").mkdir(parents=True)
    for file in (ROOT / "config/production").rglob("*.yaml"):
        target = like / file.relative_to(ROOT / "config/production")
        target.write_text(file.read_text().replace("  dns: closed", "  dns: open"))
    platform = like / "platform.yaml"
    platform.write_text(platform.read_text() + "tenants: { enforcement: observe }\n")
    done = learn(
        GATEWAY, "--like", str(like), "--out", str(tmp_path / "learned"), "--least", "1", "--format", "json"
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    before, after = load(like, {}), load(tmp_path / "learned", {})
    assert after.platform.tenants.enforcement == "enforce"
    assert told["covered"] > 0
    for team, each in before.teams.items():
        assert after.teams[team].grants[: len(each.grants)] == each.grants
        assert after.teams[team].workloads == each.workloads
    added = [
        grant for team, each in after.teams.items() for grant in each.grants[len(before.teams[team].grants) :]
    ]
    assert len(added) == len(told["grants"])
    # The nightly job stands in a further namespace of team-y.
    assert any("team-y-jobs/nightly" in grant.service_accounts for grant in added)


def test_pods_say_who_asked_in_a_log_without_identities(tmp_path: Path) -> None:
    """The tutorial's gateway writes Istio's text; the sidecars' own logs have the Pods' addresses."""
    addresses = {}
    for team in "xy":
        for line in (LOGS / f"tutorial.team-{team}.json.log").read_text().splitlines():
            addresses[json.loads(line)["downstream_remote_address"].rpartition(":")[0]] = f"team-{team}"
    items = [
        {
            "metadata": {"namespace": team, "name": f"{team}-{number}"},
            "spec": {"serviceAccountName": "test"},
            "status": {"podIP": address, "startTime": "2026-11-01T00:00:00Z"},
        }
        for number, (address, team) in enumerate(addresses.items())
    ]
    pods = tmp_path / "pods.json"
    pods.write_text(json.dumps({"items": items}))
    log = str(LOGS / "tutorial.gateway.json.log")
    without = json.loads(learn(log, "--least", "1", "--format", "json").stdout)
    told = json.loads(learn(log, "--least", "1", "--format", "json", "--pods", str(pods)).stdout)

    assert without["grants"] == []
    assert {each["why"] for each in without["apart"]} == {"nobody", "not_public", "metadata"}
    assert {(each["team"], each["to"], each["scheme"]) for each in told["grants"]} >= {
        ("team-x", "example.com", "http"),
        ("team-x", "example.com", "https"),
        ("team-y", "httpbin.org", "http"),
    }
