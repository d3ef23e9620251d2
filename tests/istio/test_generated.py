"""The JSON files here are what Istio's module says."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from egress.config.istio_releases import API
from tests.istio.schemas import CRDS, kinds

GENERATE = Path(__file__).with_name("generate.py")


def test_the_files_are_those_of_the_pinned_module() -> None:
    go = shutil.which("go")
    if go is None:
        pytest.skip("there is no Go on PATH, which fetches Istio's module")
    fetched = subprocess.run(
        [go, "mod", "download", f"istio.io/api@{API}"],
        cwd=GENERATE.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    if fetched.returncode:
        pytest.skip(f"Go's module proxy cannot be reached: {fetched.stderr.strip()[-200:]}")

    done = subprocess.run(
        [sys.executable, str(GENERATE), "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_kinds_are_all_of_istios() -> None:
    groups = {group for group, _ in kinds()}

    assert groups == {
        "extensions.istio.io",
        "networking.istio.io",
        "security.istio.io",
        "telemetry.istio.io",
    }
    assert len(kinds()) == 15
    assert "description" not in json.loads(CRDS.read_text(encoding="utf-8"))["kinds"]
