"""What the bench compares synthesis with writes the same resources."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bench.other_ways import as_json, typescript, without_notes
from lazy_bindings.node import bundled_node
from tests.synth.conftest import Synthesized


def resources(out: Path) -> dict[str, Any]:
    return {
        file.parent.name: without_notes(json.loads(file.read_text(encoding="utf-8"))["resource"])
        for file in out.glob("stacks/*/cdk.tf.json")
    }


@pytest.mark.parametrize("name", ["tutorial", "production"])
def test_the_program_in_typescript_writes_the_same_resources(
    name: str, synthesized: Synthesized, tmp_path: Path
) -> None:
    source = synthesized(name).out
    arguments = typescript(tmp_path / "program", source, tmp_path / "out")
    done = subprocess.run(
        [str(bundled_node()), *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": "/usr/bin:/bin"},
    )

    assert (done.returncode, done.stderr) == (0, "")
    assert resources(source)
    assert resources(tmp_path / "out") == resources(source)


def test_the_json_without_cdktf_has_the_same_resources(synthesized: Synthesized, tmp_path: Path) -> None:
    source = synthesized("production").out
    as_json(source, tmp_path / "out")

    assert resources(tmp_path / "out") == resources(source)
