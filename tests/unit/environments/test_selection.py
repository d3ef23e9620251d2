"""One selector of the environment: what each spelling means, and what has no default."""

from pathlib import Path

import pytest

from egress.environments.errors import EnvironmentsError
from egress.environments.selection import RETIRED, environments, select


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with two environments and the schemas beside them."""
    for name in ("tutorial", "production"):
        _environment(tmp_path / "config" / name)
    (tmp_path / "config" / "schema").mkdir()
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _environment(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "platform.yaml").touch()


@pytest.mark.usefixtures("place")
def test_the_folders_with_a_platform_file_are_the_environments() -> None:
    assert environments() == ("production", "tutorial")


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize(
    ("given", "variable", "folder"),
    [
        ("production", "", "config/production"),
        ("config/production", "", "config/production"),
        ("config/production/", "", "config/production"),
        (None, "production", "config/production"),
        (None, "config/production", "config/production"),
        ("tutorial", "production", "config/tutorial"),
    ],
)
def test_a_name_and_a_path_mean_one_folder_by_option_and_by_variable(
    given: str | None, variable: str, folder: str
) -> None:
    for must_be_named in (False, True):
        found = select(given, {"CONFIG": variable}, must_be_named=must_be_named)
        assert (found.folder, found.name, found.chosen) == (Path(folder), Path(folder).name, True)


def test_a_folder_outside_is_named_by_its_path_and_called_after_its_last_part(place: Path) -> None:
    _environment(place / "elsewhere" / "acme")

    assert select("elsewhere/acme", {}).name == "acme"
    assert select(str(place / "elsewhere" / "acme"), {}).name == "acme"


def test_the_current_folder_has_its_own_name(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(place / "config" / "production")

    assert select(".", {}).name == "production"


@pytest.mark.usefixtures("place")
def test_without_a_choice_it_is_the_tutorial_and_nobody_chose_it() -> None:
    found = select(None, {})
    assert (found.name, found.chosen) == ("tutorial", False)


def test_without_a_choice_the_only_environment_is_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _environment(tmp_path / "config" / "acme")
    monkeypatch.chdir(tmp_path)

    assert (select(None, {}).name, select(None, {}).chosen) == ("acme", False)


def test_a_deploy_has_no_default_not_even_the_only_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _environment(tmp_path / "config" / "tutorial")
    monkeypatch.chdir(tmp_path)

    with pytest.raises(EnvironmentsError, match=r"CONFIG=NAME before the command .there are tutorial"):
        select(None, {}, must_be_named=True)


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("variable", RETIRED)
def test_an_earlier_name_of_the_variable_is_refused_and_not_ignored(variable: str) -> None:
    with pytest.raises(EnvironmentsError, match=f"{variable} is not read any more: set CONFIG"):
        select(None, {variable: "production"})


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        ("prodction", "did you mean production"),
        ("config/nowhere", "there is no folder config/nowhere"),
        ("nowhere", "egress init NAME"),
        ("config/production/platform.yaml", "this is a file"),
        ("loose", "write ./loose"),
        ("./with blank", "rename it"),
    ],
)
def test_what_cannot_be_found_is_told_with_a_way_on(wanted: str, told: str, place: Path) -> None:
    (place / "loose").mkdir()
    (place / "with blank").mkdir()

    with pytest.raises(EnvironmentsError, match=told):
        select(wanted, {})


def test_several_environments_without_the_tutorial_have_no_default(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EnvironmentsError, match="egress init"):
        select(None, {})
    for name in ("a", "b"):
        _environment(tmp_path / "config" / name)
    with pytest.raises(EnvironmentsError, match="there are a, b"):
        select(None, {})


@pytest.mark.usefixtures("place")
@pytest.mark.parametrize("written", ["production/", "production//"])
def test_a_name_with_a_slash_behind_it_is_told_from_a_folder(written: str) -> None:
    with pytest.raises(EnvironmentsError, match="write `production` for config/production"):
        select(written, {})
