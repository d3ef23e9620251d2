"""README's commands, outputs and tables are what the project does today."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from egress.config.destinations import Destinations
from egress.config.platform import Platform
from egress.config.team import Team
from egress.source.model_tree import model_at
from tests.docs.conftest import Run, synthesize
from tests.docs.markdown import ROOT, Block, blocks, rows, section

README = ROOT / "README.md"
EXAMPLE = "Add a team and a host"
MODELS: dict[str, type[BaseModel]] = {
    "platform.yaml": Platform,
    "destinations.yaml": Destinations,
    "teams/TEAM.yaml": Team,
}


@pytest.fixture(scope="module")
def example(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """config/tutorial with the README's worked example applied to it."""
    folder = tmp_path_factory.mktemp("example")
    configuration = Path(shutil.copytree(ROOT / "config" / "tutorial", folder / "tutorial"))
    host, team = [block.text for block in _example_blocks() if block.language == "yaml"]
    destinations = configuration / "destinations.yaml"
    text = destinations.read_text(encoding="utf-8")
    assert text.count("\ndestinations:\n") == 1
    destinations.write_text(text.replace("\ndestinations:\n", f"\ndestinations:\n{host}"), encoding="utf-8")
    (configuration / "teams" / "team-z.yaml").write_text(team, encoding="utf-8")
    return synthesize(configuration, folder / "run")


def test_the_first_screen_shows_what_make_synth_prints(tutorial: Run) -> None:
    shown = _console("make synth")

    # README runs in the checkout, where nobody has chosen an environment.
    first, _, rest = shown.partition("\n")
    assert first == "environment tutorial (config/tutorial): none was named; CONFIG=NAME picks another"
    _, _, printed = tutorial.printed.partition("\n")
    assert rest == printed, f"README shows\n{rest}\nmain.py prints\n{printed}"


def test_the_second_command_writes_the_page(tutorial: Run) -> None:
    command = [sys.executable, "-m", "egress", "report"]
    done = subprocess.run(
        command,
        cwd=tutorial.out.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=True,
    )

    # In the checkout the folder is config/tutorial; here the synth ran elsewhere.
    printed = re.sub(r"\(.*/config/tutorial\)", "(config/tutorial)", done.stdout)
    assert printed == _console(".venv/bin/python -m egress report")
    assert (tutorial.out.parent / "report.html").is_file()


def test_make_synth_is_that_run_of_main() -> None:
    assert "\t@$(VENV)/bin/python main.py\n" in _makefile()
    assert "CONFIG ?=\nexport CONFIG\n" in _makefile()


def test_the_first_screen_shows_about_as_many_tests_as_there_are(request: pytest.FixtureRequest) -> None:
    if request.config.args != [str(ROOT / "tests")] and request.config.args != ["tests"]:
        pytest.skip("only a run of every test can count them")
    shown = re.findall(r"(\d+) (?:passed|skipped)", _console("make test"))
    collected = request.session.testscollected

    assert 0.75 <= sum(map(int, shown)) / collected <= 1, (
        f"README shows {shown} tests, there are {collected}: copy the last line of `make test` to README"
    )


def test_the_worked_example_synthesizes_to_what_readme_says(example: Run) -> None:
    (shown,) = [block.text for block in _example_blocks() if block.language == "console"]

    assert shown in example.printed, f"README shows\n{shown}\nmain.py prints\n{example.printed}"


def test_the_worked_example_adds_what_readme_lists(tutorial: Run, example: Run) -> None:
    (listed,) = [block.text for block in _example_blocks() if block.language == "text"]

    added = example.addresses("egress") - tutorial.addresses("egress")
    assert set(listed.split()) == added, "README should list:\n" + "\n".join(sorted(added))
    assert tutorial.addresses("egress") < example.addresses("egress")


@pytest.mark.parametrize("stack", ["foundation", "cluster", "mesh"])
def test_the_worked_example_changes_no_other_stack(stack: str, tutorial: Run, example: Run) -> None:
    file = Path("stacks") / stack / "cdk.tf.json"

    assert (example.out / file).read_bytes() == (tutorial.out / file).read_bytes()


def test_every_configuration_key_in_the_table_exists() -> None:
    file, seen = "", 0
    for first, keys, *_ in rows(section(README, "Configuration")):
        file = first.strip("`") or file
        for key in re.findall(r"`([^`]+)`", keys):
            assert _exists(MODELS[file], key), f"{file} has no key {key}"
            seen += 1
    assert seen > 15


def test_the_backend_shown_is_one_the_platform_file_takes() -> None:
    page = ROOT / "docs" / "deploy-tutorial.md"
    (text,) = [block.text for block in blocks(page) if block.text.startswith("backend:")]

    platform = yaml.safe_load((ROOT / "config/tutorial/platform.yaml").read_text(encoding="utf-8"))
    backend = Platform.model_validate({**platform, **yaml.safe_load(text)}, strict=False).backend
    assert backend is not None
    assert backend.gcs.bucket == "my-terraform-state"


def test_the_page_says_that_cdktf_was_sunset() -> None:
    assert "sunset on 2025-12-10" in README.read_text(encoding="utf-8")


def _console(command: str) -> str:
    """What the README shows below a command."""
    (block,) = [each for each in blocks(README) if each.text.startswith(f"$ {command}\n")]
    return block.text.removeprefix(f"$ {command}\n")


def _example_blocks() -> list[Block]:
    text = section(README, EXAMPLE)
    return [block for block in blocks(README) if block.text in text]


def _makefile() -> str:
    return (ROOT / "Makefile").read_text(encoding="utf-8")


def _exists(model: type[BaseModel], key: str) -> bool:
    """Whether a key such as `destinations.HOST.http` or `grants[].to` is a field of the file's model."""
    *parents, last = key.replace("[]", ".0").split(".")
    holder = model_at(model, tuple(parents))
    return holder is not None and last in holder.model_fields
