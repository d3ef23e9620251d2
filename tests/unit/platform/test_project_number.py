"""The project's number: from the file or the environment, and said to be missing while a placeholder stands for it."""

import shutil
from pathlib import Path

import pytest

from egress.checks.loading import load
from egress.checks.notices import notices
from egress.source.problem import ConfigurationError
from tests.reading_day import DAY

PRODUCTION = Path(__file__).parents[3] / "config" / "production"


def test_the_environment_gives_the_number() -> None:
    assert load(PRODUCTION, {"PROJECT_NUMBER": "987654321098"}).platform.project.number == 987654321098


def test_a_number_that_is_none_is_refused_by_the_variables_name() -> None:
    with pytest.raises(
        ConfigurationError, match=r"environment PROJECT_NUMBER: project\.number: 'my-project'"
    ):
        load(PRODUCTION, {"PROJECT_NUMBER": "my-project"})


def test_placeholders_are_named_until_they_are_replaced() -> None:
    (before,) = notices(load(PRODUCTION, {}), DAY)
    assert "PROJECT_ID" in before
    assert "PROJECT_NUMBER" in before

    assert (
        notices(load(PRODUCTION, {"PROJECT_ID": "real-project", "PROJECT_NUMBER": "987654321098"}), DAY) == ()
    )


def test_an_api_server_without_an_address_needs_no_authorized_networks(tmp_path: Path) -> None:
    folder = shutil.copytree(PRODUCTION, tmp_path / "config")
    platform = folder / "platform.yaml"
    text = platform.read_text(encoding="utf-8")
    (line,) = [line for line in text.splitlines() if "control_plane_access:" in line]
    platform.write_text(text.replace(line, "  control_plane_access: authorized-networks"), encoding="utf-8")

    assert not any("AUTHORIZED_NETWORKS" in notice for notice in notices(load(PRODUCTION, {}), DAY))
    assert any("AUTHORIZED_NETWORKS" in notice for notice in notices(load(folder, {}), DAY))
