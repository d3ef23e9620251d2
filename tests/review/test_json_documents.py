"""What each verb prints with `--format json` is what its schema says, for every verb that has the format."""

import argparse
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any, get_args, get_type_hints

import jsonschema
import pytest

from egress.cli import parser_for
from egress.drift.comparison import Drift
from egress.proof.asking import report
from egress.proof.asking.asking import ProofRow
from egress.review.output.schemas import reference
from egress.review.output.schemas.documents import DOCUMENTS, schema, text
from tests.review.conftest import ROOT

Run = Callable[..., "CompletedProcess[str]"]
BLACK_HOLE = ("http://unlisted.example/", "--from", "team-x/test")
SAMPLES = ROOT / "tests" / "unit" / "logs" / "samples"
LOG = str(ROOT / "tests" / "logs" / "tutorial.gateway.json.log")
LINES_OF_REQUESTS = "evaluate-requests"


def holds(name: str, document: Any) -> None:
    jsonschema.Draft202012Validator(schema(name), format_checker=jsonschema.FormatChecker()).validate(
        document
    )


def test_every_verb_with_the_format_has_a_schema_and_no_other() -> None:
    parser = parser_for(lambda _: True)
    (verbs,) = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    with_json = {verb for verb, below in verbs.choices.items() if _has_json(below)}

    assert len(with_json) > 10
    assert with_json == set(DOCUMENTS) - {LINES_OF_REQUESTS}


def _has_json(parser: argparse.ArgumentParser) -> bool:
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    return any("json" in (each.choices or ()) for each in parser._actions if each.dest == "format") or any(
        _has_json(inner) for each in below for inner in each.choices.values()
    )


@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_schema_is_one_and_has_an_id_of_its_own(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schema(name))
    assert schema(name)["$id"] == f"urn:secure-egress-gke:output:{name}"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_committed_schema_is_current_and_the_verb_prints_it(name: str, here: Run) -> None:
    assert (reference.FOLDER / f"{name}.schema.json").read_text(encoding="utf-8") == text(name)
    assert here("schema", name).stdout == text(name)


def test_the_committed_page_is_current_and_no_schema_is_left_over() -> None:
    assert reference.PAGE.read_text(encoding="utf-8") == reference.page(), "run make reference"
    assert {path.name for path in reference.FOLDER.iterdir()} == {f"{name}.schema.json" for name in DOCUMENTS}


@dataclass(frozen=True)
class Asked:
    """A verb with what its input folders are, and the exit code it ends with."""

    name: str
    arguments: tuple[str, ...]
    code: int = 0
    holds_something_in: tuple[str, ...] = field(default=())
    """Keys whose value must not be empty, so that their entries are held too."""


ASKED = [
    Asked("check", ("check",)),
    Asked("list", ("list", "--input", "TUTORIAL")),
    Asked("list", ("list", "--input", "PRODUCTION")),
    Asked("evaluate", ("evaluate", "--input", "TUTORIAL", "--from", "team-x/test", "--to", "http://httpbin.org/"), 1),
    Asked(
        "evaluate",
        ("evaluate", "--input", "TUTORIAL", "--from", "team-x/test", "--to", "http://example.com/", "--explain"),
        0,
        ("steps",),
    ),
    Asked("why", ("why", "--input", "TUTORIAL", *BLACK_HOLE), 1, ("cases",)),
    Asked("why", ("why", "--input", "TUTORIAL", str(SAMPLES / "gateway.json.log")), 2, ("cases", "log")),
    Asked("why", ("why", "--curl-exit", "35"), 1, ("curl",)),
    Asked("due", ("due", "--config", "production", "--within", "999w"), 1, ("due",)),
    Asked("findings", ("findings", "--input", "TUTORIAL", "--accepted", "none"), 1, ("findings",)),
    Asked("findings", ("findings", "--input", "PRODUCTION"), 0, ("accepted",)),
    Asked("diff", ("diff", "PRODUCTION", "TUTORIAL"), 1, ("changes", "weakened", "not_shown_by_a_cell")),
    Asked("diff", ("diff", "TUTORIAL", "TUTORIAL")),
    Asked("summary", ("summary", "PRODUCTION", "TUTORIAL"), 1, ("cells", "gist", "weakened")),
    Asked("summary", ("summary", "TUTORIAL", "PRODUCTION", "--accepted", "config/production/accepted.yaml"), 1,
          ("cells", "gist", "acceptances")),
    Asked("summary", ("summary", "none", "PRODUCTION"), 1, ("cells", "findings")),
    Asked("drift", ("drift", "--input", "PRODUCTION", "--live", "LIVE"), 1, ("differences",)),
    Asked("replay", ("replay", LOG, "--base", "TUTORIAL", "PRODUCTION"), 1, ("requests", "grants")),
    Asked("learn", ("learn", LOG, "--from", "team-x/test", "--least", "1", "--like", "config/production"), 0,
          ("grants", "apart")),
    Asked("changed-stacks", ("changed-stacks", "TUTORIAL", "PRODUCTION"), 0, ("shared",)),
]  # fmt: skip


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.name}-{asked.arguments[-1]}")
def test_what_a_verb_prints_is_what_its_schema_says(
    asked: Asked,
    here: Run,
    synthesized: Path,
    production: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CONFIG", raising=False)
    live = tmp_path / "live.json"
    pod = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "default"}}
    live.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": [pod]}))
    folders = {"TUTORIAL": str(synthesized), "PRODUCTION": str(production), "LIVE": str(live)}
    done = here(*(folders.get(each, each) for each in asked.arguments), "--format", "json")
    document = json.loads(done.stdout)

    assert done.returncode == asked.code, done.stderr
    holds(asked.name, document)
    assert [key for key in asked.holds_something_in if not document[key]] == []


def test_the_kinds_of_drift_are_those_that_it_tells() -> None:
    told = get_args(get_type_hints(Drift)["what"])
    stated = DOCUMENTS["drift"]["properties"]["differences"]["items"]["properties"]["what"]["enum"]

    assert stated == list(told)


def test_no_document_is_left_unasked() -> None:
    elsewhere = {"init", "add", "synth", "prove", "verify", LINES_OF_REQUESTS}
    assert {asked.name for asked in ASKED} | elsewhere == set(DOCUMENTS)


def test_what_a_synth_prints_is_what_its_schema_says(egress: Run, tmp_path: Path) -> None:
    done = egress("synth", "--config", "tutorial", "--output", str(tmp_path / "out"), "--format", "json")
    document = json.loads(done.stdout)

    holds("synth", document)
    assert document["stacks"]


def test_an_answered_line_and_a_faulty_one_are_lines_of_the_schema(
    here: Run, synthesized: Path, tmp_path: Path
) -> None:
    questions = tmp_path / "questions"
    questions.write_text('{"from": "team-x/test", "to": "http://example.com/"}\n{"from": 1}\n')
    done = here("evaluate", "--input", str(synthesized), "--requests", str(questions), "--explain")
    answers = [json.loads(line) for line in done.stdout.splitlines()]

    assert [("error" in answer) for answer in answers] == [False, True]
    for answer in answers:
        holds(LINES_OF_REQUESTS, answer)


def test_what_a_new_environment_prints_is_what_its_schema_says(
    here: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answers = {
        "project": "acme-prod",
        "project-number": "123456789013",
        "region": "europe-west1",
        "zones": "europe-west1-b,europe-west1-c",
        "team": "shop",
    }
    options = [part for name, value in answers.items() for part in (f"--{name}", value)]
    holds("init", json.loads(here("init", "acme", *options, "--format", "json").stdout))
    added = here("add", "host", "api.github.com", "--team", "shop", "--config", "acme", "--format", "json")
    holds("add", json.loads(added.stdout))
    Path("config/acme/teams/shop.yaml").write_text("grants: 5\nnobody: knows\n")
    done = here("check", "--format", "json")

    assert done.returncode == 2
    (found,) = json.loads(done.stdout)["environments"]
    assert found["problems"]
    holds("check", json.loads(done.stdout))


def test_what_the_proof_prints_is_what_its_schema_says() -> None:
    row = ProofRow(
        identity="team-x/test", request="GET http://example.com/", got="200", ended="outside", evidence="a line",
        expected=("403",), expected_end="gateway policy", seconds=0.1,
    )  # fmt: skip
    document = json.loads(report.as_json([row], {"environment": "tutorial", "memory": {"envoy": "48 MB"}}))

    assert (document["environment"], document["rows"][0]["differs"]) == ("tutorial", True)
    holds("prove", document)
    holds("prove", json.loads(report.as_json([row], {})))


NAMELESS = {"diff", "summary"}
"""A comparison of two states: its environment is the option --environment."""


@pytest.mark.parametrize("asked", ASKED, ids=lambda asked: f"{asked.name}-{asked.arguments[-1]}")
def test_every_answer_names_its_environment(
    asked: Asked,
    here: Run,
    synthesized: Path,
    production: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On standard error or in the answer; curl's exit code alone is no question about an environment."""
    if asked.name in NAMELESS or "--curl-exit" in asked.arguments:
        pytest.skip("it reads no environment by itself")
    monkeypatch.delenv("CONFIG", raising=False)
    live = tmp_path / "live.json"
    live.write_text('{"apiVersion": "v1", "kind": "List", "items": [{"apiVersion": "v1", "kind": "Namespace", '
                    '"metadata": {"name": "default"}}]}')  # fmt: skip
    folders = {"TUTORIAL": str(synthesized), "PRODUCTION": str(production), "LIVE": str(live)}
    done = here(*(folders.get(each, each) for each in asked.arguments))

    assert re.search(r"(?:environment|Drift of) (?:tutorial|production)\b", done.stderr + done.stdout)
