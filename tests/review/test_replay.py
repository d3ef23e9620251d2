"""Requests that the proof's Envoys logged (tests/logs), asked of two states."""

import json
import random
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from egress.logs.asked import Missing
from egress.logs.pods import Pods
from egress.logs.reading import Logs
from egress.proof.differential.case import ObjectCase
from egress.proof.differential.changes import CHANGES
from egress.proof.differential.choice import Choice, changed
from egress.proof.differential.operations import documents_of, reviewed
from egress.proof.differential.vocabulary import TUTORIAL
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from egress.review.output.replay import LIMITS, MISSING
from egress.review.path.evaluation import evaluate
from egress.review.replay import observed
from egress.review.replay.judged import Limit, Status
from egress.review.replay.path_classes import PathClasses
from egress.review.replay.replay import Replay, replay
from egress.review.request import parse_request
from egress.review.why.folder import Folder
from tests.builders.vpcs import CLOSED, with_vpc
from tests.review.conftest import ROOT, synthesize_here
from tests.review.reviewed import tutorial

Run = Callable[..., "subprocess.CompletedProcess[str]"]
LOGS = ROOT / "tests" / "logs"


def of(*names: str) -> dict[str, str]:
    """Files with whose they are; a gateway's are nobody's."""
    found = {}
    for name in names:
        team, _, workload = name.split(".")[1].rpartition("-")
        whose = {"x": "team-x/test", "y": "team-y/test", "test": f"{team}/test", "batch": f"{team}/batch"}
        found[str(LOGS / name)] = "" if ".gateway." in name else whose.get(workload, "team-y-jobs/sa/nightly")
    return found


def answer(old: Path, new: Path, files: Mapping[str, str], **more: Any) -> Replay:
    clusters = (Cluster(read([old])), Cluster(read([new])))
    given_ = {"source": None, "folders": (None, None), **more}
    return replay(clusters, Logs(list(files)), files={k: v for k, v in files.items() if v}, **given_)


NAMES = sorted(file.name for file in LOGS.glob("*.log"))


@pytest.mark.parametrize("name", NAMES)
def test_what_a_log_shows_is_what_the_review_says(name: str, synthesized: Path, production: Path) -> None:
    """A request that reached its site is allowed, and one that a control ended is refused: for every line."""
    state = synthesized if name.startswith("tutorial") else production
    found = answer(state, state, of(name))

    assert found.otherwise == []
    assert set(found.counts) <= {Status.ALLOWED, Status.REFUSED}
    assert sum(one.seen.stopped for one in found.shapes)
    asked_lines = sum(one.seen.lines for one in found.shapes) + found.observed.unasked.total()
    assert asked_lines == found.tally.entries == found.tally.lines


@pytest.fixture(scope="module")
def narrowed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The tutorial with another path for team-y, httpbin.org for team-x, and its stacks."""
    folder = tmp_path_factory.mktemp("narrowed") / "tutorial"
    shutil.copytree(ROOT / "config" / "tutorial", folder)
    team_y = folder / "teams" / "team-y.yaml"
    team_y.write_text(team_y.read_text().replace("/status/418", "/status/404"))
    team_x = folder / "teams" / "team-x.yaml"
    more = "  - to: example.com\n  - to: httpbin.org\n    scheme: http\n    paths: [/status/418]\n"
    team_x.write_text(team_x.read_text().replace("  - to: example.com\n", more))
    return folder, synthesize_here(folder, folder.parent / "cdktf.out")


TUTORIAL_LOGS = ("tutorial.gateway.json.log", "tutorial.team-x.json.log", "tutorial.team-y.json.log")


def test_a_change_breaks_and_opens_what_was_asked_with_the_line_that_does_it(
    synthesized: Path, narrowed: tuple[Path, Path]
) -> None:
    folder, new = narrowed
    found = answer(
        synthesized,
        new,
        of(*TUTORIAL_LOGS),
        folders=(Folder(ROOT / "config/tutorial", {}), Folder(folder, {})),
    )
    told = {
        (str(one.status), one.shape.callers, one.shape.host, one.seen.path, str(found.lines[number].says))
        for number, one in found.of(Status.BREAKS, Status.OPENS)
    }
    assert told == {
        ("breaks", ("team-y/test",), "httpbin.org", "/status/418", "allows the path /status/404 only"),
        ("opens", ("team-x/test",), "httpbin.org", "/status/418", "grants httpbin.org"),
    }
    assert {found.lines[number].place.file.rpartition("/")[2] for number in found.lines} == {
        "team-x.yaml",
        "team-y.yaml",
    }
    (unclear,) = [one for _, one in found.of(Status.UNCLEAR)]
    assert unclear.limits == (Limit.CALLER,)
    assert {(one.caller, str(one.status)) for one in unclear.judged} == {
        ("team-x/test", "opens"),
        ("team-y/test", "breaks"),
    }
    assert found.use is not None
    assert (found.use.grants, found.use.young, found.use.unused) == (1, 2, ())


def test_the_formats_of_a_log_give_the_same_answer(synthesized: Path, narrowed: tuple[Path, Path]) -> None:
    json_, text = (
        answer(synthesized, narrowed[1], of(*(name.replace(".json", short) for name in TUTORIAL_LOGS)))
        for short in (".json", ".text")
    )
    services = ("10.2.",)
    shapes = [
        {one.shape for one in each.shapes if not one.shape.host.startswith(services)}
        for each in (json_, text)
    ]
    assert shapes[0] == shapes[1]
    assert json_.counts == text.counts


def test_a_grant_that_no_line_used_is_listed_with_its_line(production: Path) -> None:
    config = Folder(ROOT / "config/production", {})
    names = [name for name in NAMES if name.startswith("production")]
    whole = answer(production, production, of(*names), folders=(config, config))
    part = answer(production, production, of("production.team-y-test.json.log"), folders=(config, config))

    assert whole.use is not None
    assert part.use is not None
    assert whole.use.grants == part.use.grants == 6
    unused = {(each.team, each.grant.to) for each in part.use.unused}
    # Its sidecar only logs what was refused: no grant was used by that.
    assert ("team-x", "example.com") in unused
    assert {str(each.place).rpartition(":")[2] for each in part.use.unused} > {
        str(each.place).rpartition(":")[2] for each in whole.use.unused
    }


def test_a_workload_that_is_gone_breaks_everything_that_it_asked(
    synthesized: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("gone") / "tutorial"
    shutil.copytree(ROOT / "config" / "tutorial", folder)
    team = folder / "teams" / "team-y.yaml"
    team.write_text(team.read_text().replace("  test:\n", "  other:\n"))
    found = answer(
        synthesized, synthesize_here(folder, folder.parent / "out"), of("tutorial.team-y.json.log")
    )
    broken = [one for _, one in found.of(Status.BREAKS)]
    assert any(one.seen.path == "/status/418" for one in broken)
    assert all(one.first.after is None for one in broken)


PATHS = st.one_of(
    st.sampled_from(
        ["/", "/a", "/a/b", "/status/418", "/status/418/", "/status", "/%61", "/a/../status/418", "//a"]
    ),
    st.text("/ab%2e.;418status-", max_size=14).map(lambda text: f"/{text}"),
)
BASE = with_vpc(tutorial("6-pass-through"), *CLOSED).inventory()
DOCUMENTS = documents_of(BASE)


@given(
    st.integers(0, 2_000),
    st.lists(PATHS, min_size=2, max_size=12),
    st.sampled_from(["example.com", "httpbin.org"]),
)
def test_paths_of_one_class_get_the_same_answer(seed: int, paths: list[str], host: str) -> None:
    choose = Choice(random.Random(seed), DOCUMENTS, TUTORIAL)  # noqa: S311 - repeatable
    cluster = Cluster(reviewed(BASE, ObjectCase.of("tutorial", seed, changed(choose, CHANGES)).operations))
    classes = PathClasses((cluster,))
    for source in ("team-x/test", "team-y/test"):
        answers: dict[object, object] = {}
        for path in paths:
            request = replace(parse_request(source=source, url=f"http://{host}/"), path=path)
            found = evaluate(cluster, request)
            told = (found.verdict, found.client, found.through)
            assert answers.setdefault(classes.of(path), told) == told, path


def test_a_million_paths_are_few_classes(synthesized: Path) -> None:
    classes = PathClasses((Cluster(read([synthesized])),))
    assert len({classes.of(f"/orders/{number}") for number in range(1_000)}) == 1
    assert classes.of("/status/418") != classes.of("/status/419")


def test_every_word_is_there() -> None:
    assert set(LIMITS) == set(Limit)
    assert set(MISSING) == set(Missing)


def test_more_different_requests_than_are_asked_are_counted_and_end_with_2(
    monkeypatch: pytest.MonkeyPatch, here: Run, synthesized: Path
) -> None:
    monkeypatch.setattr(observed, "MOST", 3)
    done = here("replay", str(LOGS / TUTORIAL_LOGS[0]), "--base", str(synthesized), str(synthesized))

    assert done.returncode == 2
    assert "beyond the 3 different requests that are asked" in done.stdout


@pytest.fixture(scope="module")
def run(synthesized: Path, narrowed: tuple[Path, Path]) -> Run:
    folder, new = narrowed

    def command(*arguments: str, stdin: str = "", base: tuple[Path, Path] = (synthesized, new)) -> Any:
        line = [sys.executable, "-m", "egress", "replay", *arguments, "--base", *map(str, base)]
        line += ["--artifact", str(folder), "--base-artifact", "config/tutorial"]
        return subprocess.run(line, cwd=ROOT, input=stdin, capture_output=True, text=True, check=False)

    return command


def test_the_verb_says_what_breaks_and_ends_with_1(run: Run) -> None:
    done = run(*(f"{whose}={name}" if whose else name for name, whose in of(*TUTORIAL_LOGS).items()))

    assert done.returncode == 1
    assert done.stdout.startswith(
        "of 70 observed shapes 1 would break, 1 open, 1 unclear; 0 of 1 grants were not used in 1 day\n"
    )
    assert "BREAKS  GET http://httpbin.org/status/418 from team-y/test (1 line, last 2026-" in done.stdout
    assert "teams/team-y.yaml:12 allows the path /status/404 only" in done.stdout
    assert "the log does not say who asked: every identity was asked" in done.stdout
    assert "not asked, " in done.stdout


def test_json_has_every_shape_and_markdown_is_a_part_of_a_page(run: Run) -> None:
    names = [f"{whose}={name}" if whose else name for name, whose in of(*TUTORIAL_LOGS).items()]
    found = json.loads(run(*names, "--format", "json").stdout)
    page = run(*names, "--format", "markdown").stdout

    assert len(found["requests"]) == found["shapes"] == sum(found["counts"].values())
    assert found["requests"][0]["status"] == "breaks"
    assert found["requests"][0]["line"]["says"] == "allows the path /status/404 only"
    assert found["grants"] == {"stated": 1, "new": 2, "unused": []}
    assert page.startswith("## What the logs have seen\n")
    assert "| `GET http://httpbin.org/status/418 from team-y/test` |" in page


def test_the_same_state_twice_ends_with_0(run: Run, synthesized: Path) -> None:
    done = run(str(LOGS / TUTORIAL_LOGS[0]), base=(synthesized, synthesized))
    assert (done.returncode, done.stdout.partition(";")[0]) == (
        0,
        "of 17 observed shapes 0 would break, 0 open, 0 unclear",
    )


def test_a_pipe_is_read_and_lines_that_are_none_are_shown(run: Run, synthesized: Path) -> None:
    lines = (LOGS / TUTORIAL_LOGS[0]).read_text().splitlines()[:3]
    noise = ["\x1b[2J\x1b]0;owned\x07", "x" * 1_200_000, '{"authority":"a"}', "{", "\x00\x01"]
    done = run("-", stdin="\n".join([*lines, *noise]), base=(synthesized, synthesized))

    assert done.returncode == 0, done.stderr
    assert "5 malformed" in done.stdout
    assert "\x1b" not in done.stdout
    assert "a line that is too long" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.log"], "none.log: No such file"),
        (["README.md"], "no line of the logs asks for anything that could be asked again"),
        (["--from", "team-x/nobody", str(LOGS / TUTORIAL_LOGS[0])], "--from team-x/nobody: no such workload"),
        ([f"team-q/test={LOGS / TUTORIAL_LOGS[0]}"], "--from team-q/test: no such workload in the input"),
        (
            ["--pods", "README.md", str(LOGS / TUTORIAL_LOGS[0])],
            "README.md: it must be what `kubectl get pods",
        ),
    ],
)
def test_bad_input_is_one_message_and_exit_code_2(run: Run, arguments: list[str], said: str) -> None:
    done = run(*arguments)
    assert (done.returncode, said in done.stderr) == (2, True), done.stderr


def test_pods_say_who_asked_where_a_line_has_no_identity(
    synthesized: Path, narrowed: tuple[Path, Path]
) -> None:
    addresses = {}
    for team in "xy":
        for entry in Logs([str(LOGS / f"tutorial.team-{team}.json.log")]):
            addresses[entry.remote_address.rpartition(":")[0]] = f"team-{team}"
    pods = Pods(
        [
            {
                "metadata": {"namespace": team, "name": f"test-{number}"},
                "spec": {"serviceAccountName": "test"},
                "status": {"podIP": address, "startTime": "2026-11-01T00:00:00Z"},
            }
            for number, (address, team) in enumerate(addresses.items())
        ]
    )
    found = answer(synthesized, narrowed[1], of(TUTORIAL_LOGS[0]), pods=pods)
    told = {(str(one.status), one.shape.callers) for _, one in found.of(Status.BREAKS, Status.OPENS)}
    assert told == {("breaks", ("team-y/test",)), ("opens", ("team-x/test",))}


def exported(name: str, namespace: str, pod: str, folder: Path) -> Path:
    """A log as `gcloud logging read --format json` prints it."""
    labels = {"namespace_name": namespace, "pod_name": pod, "container_name": "istio-proxy"}
    found = []
    for line in (LOGS / name).read_text().splitlines():
        payload = {"jsonPayload": json.loads(line)} if line.startswith("{") else {"textPayload": line}
        found.append({"logName": "projects/p/logs/stdout", "resource": {"labels": labels}, **payload})
    file = folder / f"{name}.export.json"
    file.write_text(json.dumps(found, indent=2))
    return file


@pytest.mark.parametrize("short", ["json", "text"])
def test_an_export_of_cloud_logging_says_which_pod_asked(
    short: str, synthesized: Path, narrowed: tuple[Path, Path], tmp_path: Path
) -> None:
    file = exported(f"tutorial.team-y.{short}.log", "team-y", "test-6c9f4b7d-x2x9k", tmp_path)
    found = answer(synthesized, narrowed[1], {str(file): ""})
    given_ = answer(synthesized, narrowed[1], of(f"tutorial.team-y.{short}.log"))

    assert {one.shape for one in found.shapes} == {one.shape for one in given_.shapes}
    assert found.counts == given_.counts
    stranger = exported(f"tutorial.team-y.{short}.log", "team-q", "other-6c9f4b7d-x2x9k", tmp_path)
    nobody = answer(synthesized, narrowed[1], {str(stranger): ""})
    assert nobody.shapes == ()
    assert {each.caller for each in nobody.observed.unasked} == {"Pod team-q/other-6c9f4b7d-x2x9k"}


FIGURES = """
import json, pathlib, sys, time
from egress.cli import main
started = time.process_time()
code = main(["replay", sys.argv[1], "--base", sys.argv[2], sys.argv[2], "--format", "json"])
# ru_maxrss is at least that of the process that started this one.
status = pathlib.Path("/proc/self/status").read_text()
peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
sys.stderr.write(json.dumps({"code": code, "seconds": time.process_time() - started, "mb": peak}))
"""


def test_a_hundred_thousand_lines_cost_a_tenth_of_the_budget_of_a_million(
    production: Path, tmp_path: Path
) -> None:
    """60 s and 300 MB for a million; measured whole, docs/replay.md has the figures."""
    lines = [json.loads(line) for line in (LOGS / "production.gateway.json.log").read_text().splitlines()]
    file = tmp_path / "many.log"
    with file.open("w") as log:
        for number in range(100_000):
            line = dict(lines[number % len(lines)])
            if line["method"]:
                line["path"] = f"/orders/{number}/items"
            log.write(json.dumps(line) + "\n")
    command = [sys.executable, "-c", FIGURES, str(file), str(production)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    figures = json.loads(done.stderr.splitlines()[-1])

    assert figures["code"] == 0
    assert figures["seconds"] < 6 + 3  # reading both states is no line's
    assert figures["mb"] < 300
    assert json.loads(done.stdout)["shapes"] < 100
