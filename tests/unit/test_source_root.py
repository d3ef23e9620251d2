"""`constructs/` is a source root: with an `__init__.py` in it, it would hide the package cdktf imports."""

import importlib.util
import sys
from pathlib import Path

import pytest

from tests.source_root import trap

ROOT = Path(__file__).parents[2]


def test_no_folder_named_constructs_is_a_package() -> None:
    assert trap(ROOT) is None, trap(ROOT)


@pytest.mark.parametrize("folder", ["constructs", "tests/constructs"])
def test_the_trap_is_told_by_its_cause(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir(parents=True)
    assert trap(tmp_path) is None

    (tmp_path / folder / "__init__.py").touch()

    message = trap(tmp_path)
    assert message is not None
    assert message.startswith(f"{folder}/__init__.py makes that folder a package called `constructs`")
    assert "constructs._jsii" in message


def test_the_source_root_holds_the_one_package() -> None:
    there = {path.name for path in (ROOT / "constructs").iterdir() if path.name != "__pycache__"}

    assert there == {"egress_constructs"}


def test_the_source_root_comes_after_the_installed_packages() -> None:
    main = (ROOT / "main.py").read_text(encoding="utf-8")

    assert 'sys.path.append(str(ROOT / "constructs"))' in main
    assert "sys.path.insert" not in main


def test_the_domain_never_imports_cdktf() -> None:
    for path in sorted((ROOT / "egress").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        for package in ("cdktf", "constructs", "egress_constructs", "jsii", "stacks"):
            assert f"\nimport {package}" not in text, f"{path.relative_to(ROOT)} imports {package}"
            assert f"\nfrom {package}" not in text, f"{path.relative_to(ROOT)} imports {package}"


def test_constructs_is_the_package_that_cdktf_needs() -> None:
    spec = importlib.util.find_spec("constructs")

    assert spec is not None
    assert spec.origin is not None, "`constructs` is our own folder: see the test above"
    assert Path(spec.origin).is_relative_to(sys.prefix)
