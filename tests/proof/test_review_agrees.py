"""The review answers as the mesh does, asked at the same time."""

import json
import subprocess
from pathlib import Path

from egress.review.agreement import compare
from egress.review.reading.inputs import read
from egress.review.review import Review
from tests.proof.conftest import prove_command


def test_the_review_answers_every_row_of_the_tutorial_as_the_mesh_does(tutorial: Path) -> None:
    command = prove_command("--out", str(tutorial), "--format", "json")
    proved = subprocess.run(command, capture_output=True, text=True, check=False)
    rows = json.loads(proved.stdout)["rows"]
    agreement = compare(Review(read([tutorial])), rows)
    assert [str(difference) for difference in agreement.differences] == []
    assert agreement.compared > 300
