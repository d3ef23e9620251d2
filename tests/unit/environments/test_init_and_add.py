"""A new environment is valid at once and as secure as production; nothing that breaks a rule is written."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from egress.checks.loading import load
from egress.cli import main
from egress.config.platform import Platform

ROOT = Path(__file__).parents[3]
ANSWERS = (
    *("--project", "acme-prod", "--project-number", "123456789013", "--region", "europe-west1"),
    *("--zones", "europe-west1-b,europe-west1-c", "--team", "shop"),
)


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, which is the current one."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def acme(empty: Path) -> Path:  # noqa: ARG001 - it makes the folder the current one
    """A new environment in it."""
    assert main(["init", "acme", *ANSWERS]) == 0
    return Path("config/acme")


def _tree(folder: Path) -> dict[str, str]:
    return {str(path): path.read_text() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_a_new_environment_passes_every_rule(acme: Path) -> None:
    configuration = load(acme, {})

    assert configuration.environment == "acme"
    assert list(configuration.teams) == ["shop"]
    assert main(["check"]) == 0


def test_a_new_environment_is_as_secure_as_production(acme: Path) -> None:
    """Everything but what is one's own is production's, key by key."""
    own = {
        "project", "network.name", "cluster.name", "cluster.labels", "cluster.node_zones",
        "cluster.secrets_encryption.key_ring",
    }  # fmt: skip

    assert _leaves(_platform(acme), own) == _leaves(_platform(ROOT / "config" / "production"), own)
    assert load(acme, {}).destinations.authorization == "by-identity"


def _platform(folder: Path) -> dict[str, Any]:
    return Platform.model_validate(load(folder, {}).platform).model_dump()


def _leaves(data: dict[str, Any], without: set[str], path: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in data.items():
        name = f"{path}{key}"
        if name in without:
            continue
        found |= _leaves(value, without, f"{name}.") if isinstance(value, dict) and value else {name: value}
    return found


def test_each_file_says_what_it_is_and_names_a_schema_that_it_fits(acme: Path) -> None:
    for path in sorted(acme.rglob("*.yaml")):
        text = path.read_text()
        first = text.splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        schema = json.loads((path.parent / first.partition("=")[2]).read_text())
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(text))
        assert text.count("#") > 1, f"{path} has no comment"


@pytest.mark.usefixtures("acme")
def test_the_schemas_are_those_of_the_program() -> None:
    for path in sorted((ROOT / "config" / "schema").iterdir()):
        assert (Path("config/schema") / path.name).read_text() == path.read_text()


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("--region", "europe", "config/acme/platform.yaml:"),
        ("--zones", "us-central1-a,us-central1-b", "zone"),
        ("--pods-range", "10.0.0.0/16", "overlap"),
        ("--project-number", "acme", "--project-number acme"),
        ("--team", "kube-system", "config/acme/teams/kube-system.yaml"),
        ("--host", "not a host", "config/acme/destinations.yaml"),
    ],
)
def test_an_answer_that_breaks_a_rule_writes_nothing(
    option: str, value: str, told: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["init", "acme", *ANSWERS, option, value]) == 2
    assert told in capsys.readouterr().err
    assert _tree(empty) == {}


@pytest.mark.parametrize("missing", ["--project", "--project-number", "--region", "--zones", "--team"])
def test_without_a_terminal_a_missing_answer_is_named(
    missing: str, empty: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ANSWERS.index(missing)

    assert main(["init", "acme", *ANSWERS[:at], *ANSWERS[at + 2 :]]) == 2
    assert capsys.readouterr().err.startswith(f"error: {missing} is missing")
    assert _tree(empty) == {}


@pytest.mark.usefixtures("empty")
def test_on_a_terminal_each_missing_answer_is_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Terminal:
        answers = iter(ANSWERS[1::2])

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return f"{next(self.answers)}\n"

    monkeypatch.setattr("sys.stdin", Terminal())

    assert main(["init", "acme"]) == 0
    assert load(Path("config/acme"), {}).platform.project.id == "acme-prod"
    assert capsys.readouterr().err.count(": ") == 5


@pytest.mark.parametrize("name", ["schema", "../x", "a b", "", "-"])
def test_a_name_that_no_state_could_have_is_refused(name: str, empty: Path) -> None:
    assert main(["init", *ANSWERS, "--", name]) == 2
    assert _tree(empty) == {}


def test_a_folder_that_is_there_is_left_alone(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = _tree(acme)

    assert main(["init", "acme", *ANSWERS]) == 2
    assert "there already" in capsys.readouterr().err
    assert _tree(acme) == before


def test_a_team_and_a_host_are_added_and_granted(acme: Path) -> None:
    assert main(["add", "team", "jobs", "--service-account", "nightly", "--host", "api.github.com"]) == 0
    assert main(["add", "host", "httpbin.org", "--team", "shop", "--method", "GET", "--path", "/get"]) == 0

    configuration = load(acme, {})
    (jobs,), (shop,) = configuration.teams["jobs"].grants, configuration.teams["shop"].grants
    assert (jobs.to, jobs.service_accounts) == ("api.github.com", ("nightly",))
    assert (shop.to, shop.service_accounts, shop.methods, shop.paths) == (
        "httpbin.org", ("client",), ("GET",), ("/get",),
    )  # fmt: skip
    assert set(configuration.destinations.destinations) == {"api.github.com", "httpbin.org"}


def test_a_host_that_is_there_is_granted_to_one_more_team(acme: Path) -> None:
    assert (
        main(["add", "host", "api.github.com", "--https", "identity", "--http", "closed", "--team", "shop"])
        == 0
    )
    assert main(["add", "team", "jobs"]) == 0
    assert main(["add", "host", "api.github.com", "--team", "jobs"]) == 0

    assert load(acme, {}).identities_granted("api.github.com", "https") == (
        ("jobs", "client"),
        ("shop", "client"),
    )


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("team", "shop"), "there is such a team already"),
        (("team", "Shop"), "config/acme/teams/Shop.yaml"),
        (("host", "api.github.com", "--team", "shpo"), "did you mean shop"),
        (("host", "api.github.com", "--team", "shop", "--service-account", "x"), "no such ServiceAccount"),
        (("host", "api.github.com", "--path", "/x"), "name its --team"),
        (("host", "api.github.com", "--team", "shop", "--path", "^/x$"), "paths"),
        (("host", "api_github"), "config/acme/destinations.yaml"),
    ],
)
def test_an_addition_that_breaks_a_rule_writes_nothing(
    arguments: tuple[str, ...], told: str, acme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = _tree(acme)

    assert main(["add", *arguments]) == 2
    assert told in capsys.readouterr().err
    assert _tree(acme) == before


def test_a_team_with_two_service_accounts_is_asked_which(
    acme: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = acme / "teams" / "shop.yaml"
    file.write_text(file.read_text().replace("workloads:", "service_accounts: [batch]\nworkloads:"))

    assert main(["add", "host", "api.github.com", "--team", "shop"]) == 2
    assert "the team has client, batch" in capsys.readouterr().err


@pytest.mark.usefixtures("acme")
@pytest.mark.parametrize("verb", [("init", "other", *ANSWERS), ("add", "team", "jobs"), ("check",)])
def test_the_answer_is_json_where_that_is_asked(
    verb: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    assert main([*verb, "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    (entry,) = document.get("environments", [document])
    assert entry["environment"] in ("acme", "other")


def test_check_names_every_problem_with_its_place(acme: Path, capsys: pytest.CaptureFixture[str]) -> None:
    platform = acme / "platform.yaml"
    platform.write_text(platform.read_text().replace("STABLE", "STABEL").replace("regional", "regionall"))
    capsys.readouterr()

    assert main(["check", "--format", "json"]) == 2
    (entry,) = json.loads(capsys.readouterr().out)["environments"]
    assert [problem["path"] for problem in entry["problems"]] == [
        "cluster.location",
        "cluster.release_channel",
    ]
    assert all(problem["line"] and problem["file"] == str(platform) for problem in entry["problems"])
    assert main(["check"]) == 2
    assert "did you mean STABLE" in capsys.readouterr().out
