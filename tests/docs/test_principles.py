"""CONTRIBUTING's principles, as far as a test can keep them (tests/unit/test_source_root.py keeps the others)."""

import subprocess
import sys
from pathlib import Path

from tests.docs.markdown import ROOT

SOURCES = ("egress", "constructs", "stacks", "lazy_bindings", "experiments")
CATCH_ALLS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
CDKTF = ("cdktf", "constructs", "jsii")


def test_a_refused_configuration_never_loads_cdktf(tmp_path: Path) -> None:
    program = (
        "import sys, main\n"
        f"code = main.main(['--config', {str(tmp_path)!r}])\n"
        f"sys.exit(code if not any(name.startswith({CDKTF!r}) for name in sys.modules) else 99)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2, done.stderr


def test_no_module_is_a_catch_all() -> None:
    modules = [path for folder in SOURCES for path in (ROOT / folder).rglob("*.py")]

    assert [path for path in modules if path.stem in CATCH_ALLS or path.parent.name in CATCH_ALLS] == []
