"""The same JSON with and without lazy loading, on the four stacks. The run without it takes 20 s and 0.9 GB."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def synthesized(out: Path, switch: str) -> dict[str, bytes]:
    """Every file that main.py writes for config/tutorial, without what this process has told node."""
    inherited = {name: value for name, value in os.environ.items() if name != "NODE_OPTIONS"}
    subprocess.run(
        [sys.executable, ROOT / "main.py", "--config", "config/tutorial"],
        cwd=ROOT,
        env=inherited | {"CDKTF_OUTDIR": str(out), "EGRESS_LAZY_BINDINGS": switch},
        capture_output=True,
        check=True,
    )
    return {
        str(file.relative_to(out)): file.read_bytes() for file in sorted(out.rglob("*")) if file.is_file()
    }


def test_the_json_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    lazy = synthesized(tmp_path / "lazy", "on")
    stock = synthesized(tmp_path / "stock", "off")
    assert {name.split("/")[1] for name in lazy if name.endswith("cdk.tf.json")} == {
        "foundation",
        "cluster",
        "mesh",
        "egress",
    }
    assert lazy == stock
