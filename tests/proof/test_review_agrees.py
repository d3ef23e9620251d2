"""The review answers as the mesh does, asked at the same time."""

import json
import subprocess
from pathlib import Path

import pytest

from egress.proof.differential.agreement import compare
from egress.proof.toolchain.preparation import synthesize
from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from tests.proof.conftest import ROOT, prove_command

pytestmark = pytest.mark.proof


@pytest.mark.parametrize(("configuration", "least"), [("tutorial", 328), ("production", 503)])
def test_the_review_answers_every_row_as_the_mesh_does(
    configuration: str, least: int, tmp_path: Path
) -> None:
    out = synthesize(ROOT / "config" / configuration, tmp_path)
    command = prove_command("--out", str(out), "--format", "json")
    proved = subprocess.run(command, capture_output=True, text=True, check=False)
    agreement = compare(Cluster(read([out])), json.loads(proved.stdout)["rows"])
    assert [str(difference) for difference in agreement.differences] == []
    assert agreement.compared >= least
