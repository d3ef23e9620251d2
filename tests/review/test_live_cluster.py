"""A live cluster is read by `kubectl get` alone."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.review.conftest import ROOT
from tests.review.reviewed import tutorial

FAKE = """#!{python}
import json, sys
from pathlib import Path
folder = Path(__file__).parent
with open(folder / "calls", "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
arguments = sys.argv[5:]
if "gone" in sys.argv:
    sys.exit("error: context \\"gone\\" does not exist")
if arguments[0] == "api-resources":
    print((folder / "served").read_text())
else:
    items = json.loads((folder / "objects.json").read_text()).get(arguments[1], [])
    print(json.dumps({{"kind": "List", "apiVersion": "v1", "items": items}}))
"""
PLURALS = {
    "NetworkPolicy": "networkpolicies",
    "ServiceEntry": "serviceentries",
    "AuthorizationPolicy": "authorizationpolicies",
}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found: dict[str, list[object]] = {"secrets": []}
    for document in tutorial("4-policies").objects.values():
        group = document["apiVersion"].rpartition("/")[0]
        plural = PLURALS.get(document["kind"], document["kind"].lower() + "s")
        found.setdefault(f"{plural}.{group}".rstrip("."), []).append(document)
    (tmp_path / "served").write_text("\n".join([*found, "horizontalpodautoscalers.autoscaling"]))
    (tmp_path / "objects.json").write_text(json.dumps(found))
    fake = tmp_path / "kubectl"
    fake.write_text(FAKE.format(python=sys.executable))
    fake.chmod(0o755)
    return tmp_path


def run(path: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "egress", *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": str(path)},
    )


def test_a_cluster_gets_the_answers_that_its_objects_get(path: Path) -> None:
    asked = ("--from", "team-y/test", "--to", "http://httpbin.org/")
    done = run(path, "evaluate", "--context", "mine", *asked)
    assert done.returncode == 1, done.stderr
    assert "refused" in done.stdout
    assert "authorization policy" in done.stdout


def test_nothing_but_lists_is_asked_for_and_no_secret(path: Path) -> None:
    done = run(path, "list", "--context", "mine")
    assert done.returncode == 0, done.stderr
    calls = [json.loads(line) for line in (path / "calls").read_text().splitlines()]
    assert {call[4] for call in calls} == {"api-resources", "get"}
    assert {tuple(call[:2]) for call in calls} == {("--context", "mine")}
    asked = {call[5] for call in calls if call[4] == "get"}
    assert "authorizationpolicies.security.istio.io" in asked
    assert not asked & {"secrets", "horizontalpodautoscalers.autoscaling"}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--context", "gone"), 'context "gone" does not exist'),
        (("--context=--as=admin",), "no name of a context"),
        (("--context", "mine", "--input", "a"), "takes the place of --input"),
    ],
)
def test_what_cannot_be_read_is_one_line(path: Path, arguments: tuple[str, ...], told: str) -> None:
    done = run(path, "list", *arguments)
    assert done.returncode == 2
    assert told in done.stderr
    assert "fault of the program" not in done.stderr


def test_without_kubectl_that_is_said(tmp_path: Path) -> None:
    done = run(tmp_path / "none", "list", "--context", "mine")
    assert done.returncode == 2
    assert "kubectl is not on PATH" in done.stderr
