"""istioctl's own judgement on the same objects: `validate` on what is sent, `analyze -A` on what is stored.

Neither the API server nor the running mesh reports what they find (a subset that nobody defines, a `when` key that
does not exist); both are needed beside the table.
"""

import json
import subprocess
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError

_ANALYSED = ("networking.istio.io", "security.istio.io", "telemetry.istio.io", "extensions.istio.io")


def check(objects: Sequence[Addressed], istioctl: Path, kubeconfig: str) -> list[str]:
    """Run both on the Istio objects of the stacks; return warnings.

    Raises ProofError for an error of either, with the Terraform address of the object.
    """
    istio = [item for item in objects if item.key[0] in _ANALYSED]
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(2) as pool:
        file = Path(folder, "objects.json")
        file.write_text("\n---\n".join(json.dumps(item.object) for item in istio))
        config = Path(folder, "kubeconfig")
        config.write_text(kubeconfig)
        validated = pool.submit(_validate, istioctl, file, istio)
        analysed = pool.submit(_analyze, istioctl, config, istio)
        errors, warnings = validated.result(), list[str]()
        for level, message in analysed.result():
            (errors if level == "Error" else warnings).append(message)
    if errors:
        raise ProofError("istioctl refuses:\n" + "\n".join(f"  {error}" for error in sorted(errors)))
    return sorted(warnings)


def _validate(istioctl: Path, file: Path, objects: Sequence[Addressed]) -> list[str]:
    done = _istioctl(istioctl, "validate", "-f", str(file))
    if done.returncode == 0:
        return []
    lines = [line.strip() for line in (done.stdout + done.stderr).splitlines() if line.strip()]
    found = [line for line in lines if not line.startswith(("Error: ", "*", "validation succeed"))] or lines
    return [f"{_address(line, objects)}validate: {line.lstrip('* ')}" for line in found]


def _analyze(istioctl: Path, kubeconfig: Path, objects: Sequence[Addressed]) -> list[tuple[str, str]]:
    done = _istioctl(istioctl, "analyze", "-A", "-o", "json", "--kubeconfig", str(kubeconfig))
    try:
        messages = json.loads(done.stdout or "[]") or []
    except ValueError:
        raise ProofError(f"istioctl analyze failed: {(done.stderr or done.stdout).strip()[-800:]}") from None
    own = {
        f"{kind} {namespace + '/' if namespace else ''}{name}": a
        for a, kind, namespace, name in _keys(objects)
    }
    return [
        (m["level"], f"{own[m['origin']]}: {m['code']} {m['message']}")
        for m in messages
        if m.get("origin") in own and m["level"] != "Info"
    ]


def _keys(objects: Sequence[Addressed]) -> list[tuple[str, str, str, str]]:
    return [(item.address, *item.key[1:]) for item in objects]


def _address(line: str, objects: Sequence[Addressed]) -> str:
    """Return the address of the object that a line of `validate` names (`Kind//name` or `Kind/namespace/name`)."""
    for address, kind, namespace, name in _keys(objects):
        if any(form in line for form in (f"{kind}/{namespace}/{name}:", f"{kind}//{name}:")):
            return f"{address}: "
    return ""


def _istioctl(binary: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(binary), *arguments], capture_output=True, text=True, env={"HOME": "/run", "PATH": ""}
    )
