"""The check of the gateway's ports, judged by Terraform itself on a Service as the provider reads it."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.synth.synthesized_stack import SynthesizedStack

TUTORIAL = {80: "8080", 443: "8443", 15021: "15021"}
CHARTS_OWN = {80: "80", 443: "443", 15021: "15021"}


def _apply(egress: SynthesizedStack, folder: Path, ports: dict[int, str]) -> str:
    """Apply the data source's postconditions to a built-in resource of the same shape; the errors."""
    if shutil.which("terraform") is None:
        pytest.skip("terraform is not on PATH")
    service = egress.raw("data.kubernetes_service_v1", "istio-egressgateway")
    checks = [
        {**each, "condition": each["condition"].replace("self.spec", "self.output.spec")}
        for each in service["lifecycle"]["postcondition"]
    ]
    spec = [{"port": [{"port": port, "target_port": target} for port, target in ports.items()]}]
    resource: Any = {"input": {"spec": spec}, "lifecycle": {"postcondition": checks}}
    document = {"resource": {"terraform_data": {"service": resource}}}
    (folder / "main.tf.json").write_text(json.dumps(document))
    for arguments in (["init"], ["apply", "-auto-approve"]):
        done = subprocess.run(
            ["terraform", *arguments, "-input=false", "-no-color"],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    return done.stderr if done.returncode else ""


def test_the_tutorials_ports_pass(egress: SynthesizedStack, tmp_path: Path) -> None:
    assert _apply(egress, tmp_path, TUTORIAL) == ""


def test_the_charts_own_ports_fail_with_the_fix(egress: SynthesizedStack, tmp_path: Path) -> None:
    errors = _apply(egress, tmp_path, CHARTS_OWN)

    assert errors.count("Resource postcondition failed") == 2
    assert "must send port 80 to 8080" in " ".join(errors.split())
    assert "must send port 443 to 8443" in " ".join(errors.split())


def test_a_gateway_that_lacks_a_port_fails(egress: SynthesizedStack, tmp_path: Path) -> None:
    assert "443 to 8443" in " ".join(_apply(egress, tmp_path, {80: "8080"}).split())
