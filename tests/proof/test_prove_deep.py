"""prove-deep on a real mesh: a case of each family, asked of both sides."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from egress.proof.differential.families import FAMILIES
from tests.proof.conftest import ROOT

pytestmark = pytest.mark.proof


@pytest.mark.parametrize("family", FAMILIES)
def test_a_case_of_each_family_is_answered_alike(family: str, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "egress", "prove-deep", "--family", family, "--seed", "2"]
    done = subprocess.run(
        [*command, "--rows", "40", "--seconds", "120", "--keep", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(rf"{family}: (\d+) rows of [1-4] cases from seed 2", done.stdout)
    assert told, done.stdout
    assert int(told[1]) >= 40
    assert list(tmp_path.iterdir()) == []
