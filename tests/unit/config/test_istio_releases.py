"""The table of Istio's releases, and what a configuration is told of it."""

import re
from datetime import timedelta
from pathlib import Path

import pytest

from egress.checks.loading import load
from egress.checks.notices import notices
from egress.config.days import today
from egress.config.istio_releases import API, DEFAULT, MINORS, MODULES, minor_of, module_release
from egress.config.mesh import Mesh
from egress.source.problem import ConfigurationError
from tests.reading_day import DAY, ON_THAT_DAY

ROOT = Path(__file__).parents[3]
CONFIGURATIONS = [ROOT / "config" / name for name in ("tutorial", "production")]


@pytest.mark.parametrize("configuration", CONFIGURATIONS, ids=lambda path: path.name)
def test_both_configurations_deploy_the_release_that_is_proved(configuration: Path) -> None:
    assert load(configuration, {}).platform.mesh.istio_version == DEFAULT == Mesh().istio_version


def test_the_proof_tries_the_deployed_release_first_and_only_releases_of_its_minor() -> None:
    assert next(iter(MODULES)) == DEFAULT
    assert {minor_of(release) for release in MODULES} == {MINORS[0]}
    assert [module_release(module) for module in MODULES.values()] == list(MODULES)
    assert all(re.fullmatch(r"v0\.0\.0-[0-9]{14}-[0-9a-f]{12}", module) for module in MODULES.values())


def test_the_crds_are_those_of_the_deployed_release() -> None:
    assert f"v{DEFAULT}" == API


def test_the_newest_minor_stands_first_and_is_supported_longest() -> None:
    numbers = [tuple(map(int, minor.name.split("."))) for minor in MINORS]

    assert numbers == sorted(numbers, reverse=True)
    assert [minor.ends for minor in MINORS] == sorted((minor.ends for minor in MINORS), reverse=True)
    assert all(minor.source.startswith("https://istio.io/") for minor in MINORS)


@pytest.mark.parametrize("minor", MINORS, ids=lambda minor: minor.name)
@pytest.mark.parametrize("canary", [False, True])
def test_a_configuration_past_the_end_of_support_is_told_so(folder, minor, canary: bool) -> None:
    other = MINORS[0].name + ".0"
    second = f'canary: {{ istio_version: "{minor.name}.0", revision: b }}'
    text = (
        f'mesh: {{ istio_version: "{other}", revision: a, {second} }}\n'
        if canary
        else f'mesh: {{ istio_version: "{minor.name}.0" }}\n'
    )
    folder.edit("platform.yaml", "", text)
    key = "mesh.canary.istio_version" if canary else "mesh.istio_version"

    def told(day):
        return [notice for notice in notices(folder.load(), day) if notice.startswith(f"{key}: ")]

    assert told(minor.ends) == []
    (notice,) = told(minor.ends + timedelta(days=1))
    assert f"Istio {minor.name} is out of support since {minor.ends}" in notice
    assert minor.source in notice
    assert "docs/upgrade.md" in notice


@pytest.mark.parametrize("version", ["1.29.7", "1.32.0", "2.31.1", "1.31", "1.31.01", "1.310.1", "v1.31.1"])
def test_an_unknown_minor_is_refused_with_the_list(folder, version: str) -> None:
    folder.edit("platform.yaml", "", f'mesh: {{ istio_version: "{version}" }}\n')

    with pytest.raises(ConfigurationError) as error:
        folder.load()
    assert all(f"{minor.name}.x" in str(error.value) for minor in MINORS)


def test_a_repeated_build_reads_its_own_day() -> None:
    assert today(ON_THAT_DAY) == DAY
    assert today({}) >= DAY
