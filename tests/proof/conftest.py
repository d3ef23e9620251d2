"""What the integration tests of the proof share."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from egress.proof.errors import ProofError
from egress.proof.toolchain import prerequisites
from egress.proof.toolchain.preparation import FINAL, synthesize
from egress.proof.toolchain.tools import installed

ROOT = Path(__file__).parents[2]
Change = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="session", autouse=True)
def _toolchain() -> None:
    """Fail, and not skip, where the proof cannot run: these tests are asked for by `make prove` alone."""
    try:
        prerequisites.require()
    except ProofError as error:
        pytest.fail(str(error))
    if installed(os.environ) is None:
        pytest.fail("the toolchain is not installed: python -m egress prove builds it")


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The synthesized tutorial."""
    return synthesize(FINAL, tmp_path_factory.mktemp("tutorial"))


@pytest.fixture
def changed(tutorial: Path, tmp_path: Path) -> Callable[[str, Change], Path]:
    """A copy of the tutorial's output folder with one stack's document changed."""

    def copy(stack: str, change: Change) -> Path:
        for source in tutorial.glob("stacks/*/cdk.tf.json"):
            document = json.loads(source.read_text())
            if source.parent.name == stack:
                change(document)
            target = tmp_path / "stacks" / source.parent.name / "cdk.tf.json"
            target.parent.mkdir(parents=True)
            target.write_text(json.dumps(document))
        return tmp_path

    return copy


def prove_command(*arguments: str) -> list[str]:
    """Return the command line of a proof."""
    return [sys.executable, "-m", "egress", "prove", *arguments]


def prove(*arguments: str, seconds: float = 180) -> subprocess.CompletedProcess[str]:
    """Run a proof to its end."""
    command = prove_command(*arguments)
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=seconds)
