"""The proof's mesh as the running platform: the same stacks are equal, a change by hand is told, Jobs are let in."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.observed.verification.probes import IMAGE, Probe, compared, jobs, probes
from egress.observed.verification.proving import STORED
from egress.proof.asking.client import CURL_EXIT
from egress.proof.toolchain.preparation import synthesize
from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from tests.proof.conftest import ROOT, Change, prove

pytestmark = pytest.mark.proof


def verify(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "egress", "verify", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


def brought_up(out: Path, folder: Path) -> Path:
    done = verify("--input", str(out), "--write-proven", str(folder))
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="module")
def proven(tutorial: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return brought_up(tutorial, tmp_path_factory.mktemp("proven"))


def held(tutorial: Path, proven: Path, running: Path) -> "subprocess.CompletedProcess[str]":
    given = ["--input", str(tutorial), "--proven", str(proven), "--config-dump", str(running)]
    return verify(*given, "--live", str(running / STORED), "--format", "json")


def of_objects(predicate: dict[str, Any]) -> list[dict[str, Any]]:
    """The differences of objects; the mesh here is no work of Helm's, and holds no release."""
    found: list[dict[str, Any]] = predicate["objects"]["differences"]
    assert {each["kind"] for each in found if each["what"] == "not-compared"} == {"HelmRelease"}
    return [each for each in found if each["what"] != "not-compared"]


def test_another_mesh_of_the_same_stacks_is_equal(tutorial: Path, proven: Path, tmp_path: Path) -> None:
    done = held(tutorial, proven, brought_up(tutorial, tmp_path / "running"))
    assert done.stdout, done.stderr
    predicate = json.loads(done.stdout)["predicate"]

    assert [each["differences"] for each in predicate["proxies"]] == [[]] * len(predicate["proxies"])
    assert of_objects(predicate) == []
    assert (done.returncode, predicate["result"], predicate["complete"]) == (0, "equal", True)
    assert {each["gateway"] for each in predicate["proxies"]} == {True, False}


def opened(document: dict[str, Any]) -> None:
    """Somebody lets everybody through, by hand."""
    for body in document["resource"]["kubernetes_manifest"].values():
        manifest = body["manifest"]
        if manifest["kind"] == "AuthorizationPolicy" and manifest["metadata"]["name"].startswith(
            "egress-team-x"
        ):
            manifest["spec"]["rules"] = [{}]


def test_a_policy_that_was_opened_by_hand_is_told_by_the_proxy_and_by_the_object(
    tutorial: Path, proven: Path, changed: Callable[[str, Change], Path], tmp_path: Path
) -> None:
    done = held(tutorial, proven, brought_up(changed("egress", opened), tmp_path / "running"))
    assert done.stdout, done.stderr
    predicate = json.loads(done.stdout)["predicate"]

    assert (done.returncode, predicate["result"]) == (1, "differs")
    differing = [each for each in predicate["proxies"] if each["differences"]]
    assert [each["gateway"] for each in differing] == [True]
    assert any(
        "rbac" in json.dumps(one).lower() or "policies" in one["place"] for one in differing[0]["differences"]
    )
    assert {each["name"] for each in of_objects(predicate)} == {"egress-team-x-to-example-com"}


def test_the_platforms_own_admission_lets_the_jobs_in(tmp_path: Path) -> None:
    stage = tmp_path / "stages" / "00"
    shutil.copytree(ROOT / "config" / "production", stage / "config")
    asked, _ = probes(Cluster(read([synthesize(stage / "config", tmp_path / "out")])))
    attempts: list[dict[str, Any]] = []
    for job in yaml.safe_load_all(jobs(asked, IMAGE)):
        metadata = {"name": job["metadata"]["name"], "namespace": job["metadata"]["namespace"]}
        template = job["spec"]["template"]
        pod: dict[str, Any] = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {**metadata, **template["metadata"]},
        }
        by = ["team-y@example.com"]
        attempts.append({"what": "a Job of probes", "by": by, "refused": "no", "object": job})
        attempts.append(
            {"what": "its Pod", "by": by, "refused": "no", "object": {**pod, "spec": template["spec"]}}
        )
        taken = {**template["spec"], "serviceAccountName": "test"}
        elsewhere = {**pod, "metadata": {**pod["metadata"], "namespace": "team-y"}, "spec": taken}
        what = "a probe with a workload's ServiceAccount"
        attempts.append({"what": what, "by": by, "refused": "admission", "object": elsewhere})
    (stage / "attempts.yaml").write_text(json.dumps(attempts))
    table = "team-x/test | GET http://example.com/ | 200 | outside through the gateway"
    (stage / "expected.table").write_text(f"{table}\n")
    done = prove("--stages", str(stage.parent), "--format", "json", seconds=300)
    assert done.returncode in (0, 1), done.stderr
    rows = json.loads(done.stdout)["rows"]
    assert len(rows) == len(attempts) + 1 == 4
    assert [row for row in rows if row["differs"]] == []


def test_what_the_mesh_answers_to_the_probes_is_what_the_review_expects(tmp_path: Path) -> None:
    """The probes' requests, sent by their own identities in the proof's mesh, as their Jobs would report them."""
    config = tmp_path / "production"
    shutil.copytree(ROOT / "config" / "production", config)
    team = config / "teams" / "team-y.yaml"
    text = team.read_text()
    assert "service_accounts: [test]\n    scheme: http\n" in text
    team.write_text(
        text.replace(
            "service_accounts: [test]\n    scheme: http\n",
            "service_accounts: [test, team-y-jobs/nightly]\n    scheme: http\n",
        )
    )
    out = synthesize(config, tmp_path)
    asked, _ = probes(Cluster(read([out])))
    table = tmp_path / "probes.table"
    table.write_text(
        "".join(f"{_asker(each)} | {each.method} {each.url} | 200 | outside\n" for each in asked)
    )
    done = prove("--out", str(out), "--table", str(table), "--format", "json", seconds=400)
    assert done.returncode in (0, 1), done.stderr
    got = {(row["identity"], row["request"]): row["got"] for row in json.loads(done.stdout)["rows"]}
    results = "\n".join(
        f"egress-probe {each.identity} {each.method} {each.url} "
        + _as_curl(got[_asker(each), f"{each.method} {each.url}"])
        for each in asked
    )
    found = compared(asked, results, "the mesh")

    assert [each for each in found if each.differs] == []
    assert {each.answer.verdict for each in asked if "httpbin" in each.url} == {
        Verdict.ALLOWED,
        Verdict.REFUSED,
    }
    assert any(each.url.endswith("/status/418") for each in asked)


def _asker(probe: Probe) -> str:
    """The proof's name of an account without a workload."""
    return f"{probe.namespace}/{probe.account}"


def _as_curl(got: str) -> str:
    return f"000 {CURL_EXIT[got]}" if got in CURL_EXIT else f"{got} 0"
