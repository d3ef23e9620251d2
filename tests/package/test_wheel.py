"""The wheel holds every module and data file of the packages, and its requirements are those of Pipfile."""

import subprocess
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from egress import __version__
from tests.docs.markdown import ROOT

pytestmark = pytest.mark.package

PACKAGES = {
    "egress": "egress",
    "stacks": "stacks",
    "lazy_bindings": "lazy_bindings",
    "constructs/egress_constructs": "egress_constructs",
}


def test_every_file_of_the_packages_is_in_the_wheel(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    tracked = subprocess.run(
        ["git", "ls-files", *PACKAGES], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in tracked.stdout.split():
        if not (ROOT / name).is_file():
            continue
        root = next(root for root in PACKAGES if name.startswith(f"{root}/"))
        assert PACKAGES[root] + name.removeprefix(root) in held, (
            f"{name} is not in the wheel: see pyproject.toml"
        )


def test_nothing_in_the_wheel_hides_another_package(wheel: Path) -> None:
    tops = {name.partition("/")[0] for name in zipfile.ZipFile(wheel).namelist()}

    assert tops == {*PACKAGES.values(), f"secure_egress_gke-{__version__}.dist-info"}


def test_the_requirements_are_those_of_pipfile() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    pipfile = tomllib.loads((ROOT / "Pipfile").read_text())["packages"]
    extras = project["optional-dependencies"]
    stated = [Requirement(each) for group in (project["dependencies"], *extras.values()) for each in group]

    assert {each.name for each in stated} == set(pipfile)
    for each in stated:
        assert each.specifier.contains(pipfile[each.name].removeprefix("==")), (
            f"{each} is not what Pipfile locks"
        )
