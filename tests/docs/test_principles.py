"""CONTRIBUTING's principles, as far as a test can keep them (tests/unit/test_source_root.py keeps the others)."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.docs.markdown import ROOT

SOURCES = ("egress", "constructs", "stacks", "lazy_bindings", "experiments")
CATCH_ALLS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
CDKTF = ("cdktf", "constructs", "jsii")
PLAIN = ("egress", "constructs", "stacks", "lazy_bindings", "posture", "workflows", "bench", "docs_site")
OLD_WORDS = re.compile(
    r"\b(?:mend(?:s|ed|ing)?|can(?:not)? be had|could not be had|whereby|likewise|thereof|wherein|hitherto)\b",
    re.IGNORECASE,
)
"""Words that few people use today; CONTRIBUTING asks for common ones."""


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


def test_no_test_takes_anything_out_of_another_test_module() -> None:
    imports = [
        (str(path.relative_to(ROOT)), module)
        for path in (ROOT / "tests").rglob("*.py")
        for module in _imported(path)
    ]

    assert [each for each in imports if each[1].startswith("tests.builders")]
    taken = [each for each in imports if any(part.startswith("test_") for part in each[1].split("."))]
    assert taken == [], "move what both need to tests/builders"


def test_messages_and_docstrings_use_common_words() -> None:
    texts = [
        (str(path.relative_to(ROOT)), node.value)
        for folder in PLAIN
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]

    assert len(texts) > 1000
    assert [each for each in texts if OLD_WORDS.search(each[1])] == []


def _imported(path: Path) -> Iterator[str]:
    """The modules that a module imports, anywhere in it; `from a import b` counts as a.b too."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (
                f"{node.module or ''}.{each.name}" for each in node.names if each.name.startswith("test_")
            )
