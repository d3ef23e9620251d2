"""`terraform validate` takes every stack; where the providers are not available, the skip says why."""

import json
import shutil
from pathlib import Path

import pytest

from tests.synth.conftest import Synthesis
from tests.synth.terraform_validation import (
    PLUGIN_DIR,
    ProvidersUnavailableError,
    missing_providers,
    problems,
)
from tests.synth.variations import ROOT

CACHE = ROOT / ".cache" / "terraform-plugins"

UNREACHABLE = """
Error: Failed to query available provider packages

Could not retrieve the list of available versions for provider
hashicorp/google: could not connect to the registry: no such host

To see which modules are currently depending on hashicorp/google run
"""


@pytest.mark.parametrize("stack", ["foundation", "cluster", "mesh", "egress"])
def test_terraform_finds_the_stack_valid(stack: str, synthesis: Synthesis, tmp_path: Path) -> None:
    shutil.copy(synthesis.out / "stacks" / stack / "cdk.tf.json", tmp_path)
    if reason := _unavailable.get("reason"):
        pytest.skip(reason)
    try:
        found = problems(tmp_path, cache=CACHE)
    except ProvidersUnavailableError as error:
        _unavailable["reason"] = (
            f"the providers are not available ({PLUGIN_DIR} may name a plugin folder): {error}"
        )
        pytest.skip(_unavailable["reason"])
    assert found == "", found


_unavailable: dict[str, str] = {}
"""Why the first stack's providers were not available: the others would wait for the same answer."""


def test_a_mistake_is_no_missing_provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PLUGIN_DIR, raising=False)
    _write(tmp_path, {"inputt": "terraform_data is built in and has no such argument"})

    try:
        found = problems(tmp_path, cache=tmp_path / "cache")
    except ProvidersUnavailableError as error:
        pytest.skip(str(error))
    assert "inputt" in found


def test_what_needs_no_provider_is_found_valid(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(PLUGIN_DIR, raising=False)
    _write(tmp_path, {"input": "a value"})

    try:
        assert problems(tmp_path, cache=tmp_path / "cache") == ""
    except ProvidersUnavailableError as error:
        pytest.skip(str(error))


def test_an_unreachable_registry_is_a_reason_in_one_line() -> None:
    assert missing_providers(UNREACHABLE) == (
        "Failed to query available provider packages: Could not retrieve the list of available versions for "
        "provider hashicorp/google: could not connect to the registry: no such host"
    )


@pytest.mark.parametrize("stderr", ["", "Error: Invalid resource type", "Error: Unsupported argument"])
def test_another_failure_is_no_reason_to_skip(stderr: str) -> None:
    assert missing_providers(stderr) is None


def _write(folder: Path, arguments: dict[str, str]) -> None:
    document = {"resource": {"terraform_data": {"planted": arguments}}}
    (folder / "cdk.tf.json").write_text(json.dumps(document))
