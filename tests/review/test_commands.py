"""The verbs as a person and a script meet them."""

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest
import yaml

from tests.review.reviewed import TUTORIAL, tutorial

Run = Callable[..., "CompletedProcess[str]"]
STAGE = ("--input", str(TUTORIAL))


def stage(tmp_path: Path, name: str) -> Path:
    """A stage of the tutorial as one YAML list, as `kubectl get -o yaml` prints it."""
    file = tmp_path / f"{name}.yaml"
    items = [dict(document) for document in tutorial(name).objects.values()]
    file.write_text(yaml.safe_dump({"apiVersion": "v1", "kind": "List", "items": items}))
    return file


def test_list_names_verdict_and_control_of_every_cell(egress: Run, synthesized: Path) -> None:
    done = egress("list", "--input", str(synthesized))
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert len(lines) == 1 + 2 * ((5 + 1) * 2 + 1)
    cell = next(line for line in lines if line.startswith("team-x/test  httpbin.org ") and "  http " in line)
    assert "refused" in cell
    assert "authorization policy: no policy allows it: none of 3 ALLOW policies matches" in cell
    assert "\033" not in done.stdout


def test_list_filters(egress: Run, synthesized: Path) -> None:
    filters = ("--from", "team-y/*", "--to", "httpbin.org", "--scheme", "http", "--verdict", "conditional")
    done = egress("list", "--input", str(synthesized), *filters)
    assert len(done.stdout.splitlines()) == 2
    assert "conditional (path /status/418)" in done.stdout


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        (("--from", "team-x/tset"), "--from team-x/tset matches nothing: did you mean team-x/test?"),
        (("--to", "example.co"), "--to example.co matches nothing: did you mean example.com?"),
        (("--from", "nobody/*"), "--from nobody/* matches nothing: there is team-x/test, team-y/test"),
        (("--to", "example.com", "--verdict", "unknown"), "each filter matches something"),
    ],
)
def test_a_filter_that_matches_nothing_says_so_with_the_nearest_names(
    egress: Run, synthesized: Path, filters: tuple[str, ...], says: str
) -> None:
    done = egress("list", "--input", str(synthesized), *filters)
    assert done.returncode == 0
    assert says in done.stderr


def test_evaluate_says_why_without_explain(egress: Run, synthesized: Path) -> None:
    done = egress(
        "evaluate", "--input", str(synthesized), "--from", "team-x/test", "--to", "http://httpbin.org"
    )
    assert (
        "no policy allows it: none of 3 ALLOW policies matches cluster.local/ns/team-x/sa/test on port 8080"
        in done.stdout
    )


@pytest.mark.parametrize("format_", ["json", "csv", "markdown"])
def test_list_in_other_formats_has_the_same_cells(egress: Run, synthesized: Path, format_: str) -> None:
    text = egress("list", "--input", str(synthesized), "--format", format_).stdout
    if format_ == "json":
        cells: list[tuple[str, ...]] = [
            (row["identity"], row["destination"], row["verdict"]) for row in json.loads(text)["rows"]
        ]
    elif format_ == "csv":
        cells = [
            tuple(row[name] for name in ("identity", "destination", "verdict"))
            for row in csv.DictReader(io.StringIO(text))
        ]
    else:
        cells = [tuple(cell.strip() for cell in line.split("|")[1:5]) for line in text.splitlines()[2:]]
    assert len(cells) == 26
    assert any(cell[0] == "team-x/test" and "httpbin.org" in cell[1] for cell in cells)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--from", "team-x/test", "--to", "http://example.com/a"), 0),
        (("--from", "team-x/test", "--to", "http://httpbin.org"), 1),
        (("--from", "team-x/sa/test", "--to", "https://httpbin.org"), 0),
        (("--from", "team-x/test", "--to", "https://example.com", "--without-sidecar"), 1),
        (("--from", "team-x/nobody", "--to", "https://example.com"), 2),
        (("--from", "team-x/test", "--to", "ftp://example.com"), 2),
        (("--from", "team-x/test"), 2),
        (("--from", "team-x/test", "--to", "https://example.com", "--dial", "gateway"), 2),
    ],
)
def test_evaluate_tells_scripts_by_its_exit_code(
    egress: Run, synthesized: Path, arguments: tuple[str, ...], code: int
) -> None:
    assert egress("evaluate", "--input", str(synthesized), *arguments).returncode == code


def test_evaluate_explains_every_control(egress: Run, synthesized: Path) -> None:
    asked = ("--from", "team-x/test", "--to", "http://example.com", "--explain")
    text = egress("evaluate", "--input", str(synthesized), *asked).stdout
    for control in (
        "sidecar scope",
        "network policy (egress)",
        "VPC firewall",
        "authorization policy",
        "route and NAT",
    ):
        assert control in text


def test_evaluate_answers_json_lines(egress: Run, synthesized: Path) -> None:
    lines = [
        {"from": "team-x/test", "to": "http://example.com"},
        {"from": "team-x/test"},
        {"to": 1, "form": 2},
    ]
    stdin = "\n".join(json.dumps(line) for line in lines)
    done = egress("evaluate", "--input", str(synthesized), "--requests", "-", stdin=stdin)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert answers[0]["verdict"] == "allowed"
    assert answers[0]["decided_by"]["address"].startswith("egress.kubernetes_manifest.")
    assert [set(answer) for answer in answers[1:]] == [{"error"}, {"error"}]
    assert done.returncode == 2
    good = egress("evaluate", "--input", str(synthesized), "--requests", "-", stdin=json.dumps(lines[0]))
    assert good.returncode == 0


def test_yaml_alone_says_what_is_not_given(egress: Run, tmp_path: Path) -> None:
    file = stage(tmp_path, "6-pass-through")
    done = egress("evaluate", "--input", str(file), "--from", "team-x/test", "--to", "http://example.com")
    assert done.returncode == 0
    assert "allowed (VPC firewall not given)" in done.stdout


def test_what_is_not_modelled_is_an_error_with_its_address(egress: Run, tmp_path: Path) -> None:
    file = tmp_path / "filter.yaml"
    file.write_text(
        "apiVersion: networking.istio.io/v1alpha3\nkind: EnvoyFilter\n"
        "metadata: {name: any, namespace: istio-system}\nspec: {configPatches: [{applyTo: CLUSTER}]}\n"
    )
    done = egress("list", "--strict", "--input", str(file))
    assert done.returncode == 2
    assert "EnvoyFilter istio-system/any" in done.stderr
    assert done.stdout == ""


def test_diff_is_silent_about_equal_states(egress: Run, synthesized: Path) -> None:
    done = egress("diff", str(synthesized), str(synthesized))
    assert done.returncode == 0
    heading, told = done.stdout.strip().split("\n\n")
    assert heading.startswith("Egress review of tutorial. Reviewed 20")
    assert "Terraform resources before and" in heading
    assert told == "Nothing changes in what any workload reaches by name."


def test_diff_names_what_a_change_opens_and_the_object_that_does_it(egress: Run, tmp_path: Path) -> None:
    old, new = stage(tmp_path, "4-policies"), stage(tmp_path, "6-pass-through")
    done = egress("diff", str(old), str(new), "--format", "json")
    changes = json.loads(done.stdout)["changes"]
    assert done.returncode == 1 or not json.loads(done.stdout)["gains"]
    changed = {(c["identity"], c["destination"], c["scheme"]): c for c in changes}
    way = changed["team-x/test", "example.com", "https"]
    assert way["effect"] == "another way"
    assert "VirtualService istio-egress/example-com-through-egress-gateway changed" in way["because_of"]


def test_findings_exit_with_one_where_something_is_open(egress: Run, synthesized: Path) -> None:
    done = egress("findings", "--input", str(synthesized))
    assert done.returncode == 1
    for code in ("EG101", "EG102", "EG103", "EG124", "EG125"):
        assert code in done.stdout


def test_a_missing_input_says_what_writes_it(egress: Run, tmp_path: Path) -> None:
    done = egress("list", "--input", str(tmp_path / "nowhere"))
    assert done.returncode == 2
    assert "egress synth" in done.stderr
