"""What the review leaves open of a log is asked of a real mesh, under both states."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.proof.conftest import ROOT, Change

pytestmark = pytest.mark.proof

LOG = ROOT / "tests" / "logs" / "tutorial.team-y.json.log"


def rewrites(document: dict[str, Any]) -> None:
    """The gateway's policies see another path than the one that was asked, and the review cannot tell what they do.

    An EnvoyFilter for a listener that is not there does nothing, and stands for one that might.
    """
    for body in document["resource"]["kubernetes_manifest"].values():
        manifest = body["manifest"]
        if manifest["kind"] == "VirtualService" and "httpbin" in manifest["metadata"]["name"]:
            for route in manifest["spec"]["http"]:
                route["rewrite"] = {"uri": "/status/418"}
    metadata = {"name": "nothing", "namespace": "team-y"}
    nothing = {"apiVersion": "networking.istio.io/v1alpha3", "kind": "EnvoyFilter", "metadata": metadata}
    where = {"context": "SIDECAR_OUTBOUND", "listener": {"portNumber": 12345}}
    patch = {"applyTo": "LISTENER", "match": where, "patch": {"operation": "REMOVE"}}
    document["resource"]["kubernetes_manifest"]["nothing"] = {
        "manifest": {**nothing, "spec": {"configPatches": [patch]}}
    }


def test_the_mesh_answers_what_the_review_leaves_open(
    tutorial: Path, changed: Callable[[str, Change], Path]
) -> None:
    new = changed("egress", rewrites)
    command = [sys.executable, "-m", "egress", "replay", f"team-y/test={LOG}"]
    command += ["--base", str(tutorial), str(new), "--format", "json", "--prove"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1, done.stderr
    requests = json.loads(done.stdout)["requests"]

    open_ = {
        (each["method"], each["to"]): each
        for each in requests
        if each["status"] == "unclear" and not each["host_header"]
    }
    assert open_
    refused = open_["GET", "http://httpbin.org/"]["mesh"]
    assert [(each["caller"], each["before"][:3]) for each in refused] == [("team-y/test", "403")]
    # The sidecar rewrites before the gateway asks its policies: a path that nobody granted is the granted one there.
    assert [each["after"] for each in refused] == ["200 (outside through the gateway)"]
