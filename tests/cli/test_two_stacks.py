"""`cdktf deploy` and `destroy` for real, on two stacks that follow our outputs contract."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.cli.conftest import Cdktf, write_project

pytestmark = pytest.mark.cli

APP = Path(__file__).parent / "two_stacks" / "main.py"
Deployed = tuple[Path, subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def deployed(cdktf: Cdktf, tmp_path_factory: pytest.TempPathFactory) -> Deployed:
    """The consumer named first: the order of a deploy is for the command line to find."""
    folder = write_project(tmp_path_factory.mktemp("two-stacks"), APP)
    done = cdktf(folder, "deploy", "consumer", "producer", "--auto-approve")
    assert done.returncode == 0, done.stdout
    return folder, done


def test_the_producer_is_deployed_before_its_consumer(deployed: Deployed) -> None:
    _, done = deployed

    assert done.stdout.count("Apply complete! Resources: 1 added") == 2
    assert done.stdout.index("terraform_data.greeting: Creation complete") < done.stdout.index(
        "terraform_data.heard: Creating"
    )


def test_each_state_lies_beside_the_output_folder(deployed: Deployed) -> None:
    folder, _ = deployed

    assert sorted(path.name for path in folder.glob("*.tfstate")) == [
        "terraform.two-stacks.consumer.tfstate",
        "terraform.two-stacks.producer.tfstate",
    ]


def test_the_consumer_has_read_the_producers_value(deployed: Deployed) -> None:
    folder, _ = deployed

    assert _state(folder, "consumer")["outputs"]["answer"]["value"] == "hello from the producer"


def test_what_is_handed_on_is_not_printed(deployed: Deployed) -> None:
    folder, _ = deployed
    outputs = _state(folder, "producer")["outputs"]

    assert outputs
    assert {name: output.get("sensitive") for name, output in outputs.items()} == dict.fromkeys(outputs, True)


def test_a_synth_that_replaces_the_output_folder_leaves_the_state(deployed: Deployed, cdktf: Cdktf) -> None:
    folder, _ = deployed
    before = _state(folder, "producer")

    done = cdktf(folder, "diff", "producer")

    assert done.returncode == 0, done.stdout
    assert "No changes." in done.stdout
    assert _state(folder, "producer") == before


def test_a_stack_alone_is_refused_without_the_flag_that_says_its_producers_are_there(
    deployed: Deployed, cdktf: Cdktf
) -> None:
    folder, _ = deployed

    refused = cdktf(folder, "deploy", "consumer", "--auto-approve")
    alone = cdktf(folder, "deploy", "consumer", "--auto-approve", "--ignore-missing-stack-dependencies")

    assert refused.returncode != 0
    assert "not included in the stacks to run: producer" in refused.stdout
    assert alone.returncode == 0, alone.stdout


def test_destroy_takes_the_consumer_down_first(deployed: Deployed, cdktf: Cdktf, tmp_path: Path) -> None:
    folder = shutil.copytree(deployed[0], tmp_path / "copy")

    done = cdktf(folder, "destroy", "producer", "consumer", "--auto-approve")

    assert done.returncode == 0, done.stdout
    assert done.stdout.index("terraform_data.heard: Destruction complete") < done.stdout.index(
        "terraform_data.greeting: Destroying"
    )
    assert [_state(folder, stack)["resources"] for stack in ("producer", "consumer")] == [[], []]


def _state(folder: Path, stack: str) -> dict[str, Any]:
    state: dict[str, Any] = json.loads((folder / f"terraform.two-stacks.{stack}.tfstate").read_text())
    state["resources"] = [each for each in state["resources"] if each["mode"] == "managed"]
    return state
