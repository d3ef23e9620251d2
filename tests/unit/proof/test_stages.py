"""Stages of a folder."""

from pathlib import Path

import pytest

from egress.proof.asking.stages import find, read_patches
from egress.proof.errors import ProofError

FINAL = Path("config/tutorial")
TUTORIAL = Path(__file__).parents[2] / "proof" / "tutorial"


def test_the_tutorials_stages_come_in_its_order() -> None:
    assert [stage.name for stage in find(TUTORIAL, FINAL)] == [
        "00-mesh",
        "01-routing",
        "02-second-team",
        "03-authorization",
        "04-tls-origination",
        "05-pass-through",
        "06-network-policies",
        "07-google-apis",
        "08-holes/dropped-export-to",
        "08-holes/on-a-gateway-node",
        "08-holes/other-ports",
    ]


def test_a_stage_without_a_configuration_has_the_final_one() -> None:
    configs = {stage.name: stage.config for stage in find(TUTORIAL, FINAL)}

    assert configs["01-routing"] == TUTORIAL / "01-routing" / "config"
    assert configs["07-google-apis"] == FINAL


def test_only_the_holes_plant_mistakes() -> None:
    planted = {stage.name for stage in find(TUTORIAL, FINAL) if read_patches(stage)}

    assert planted == {
        "08-holes/dropped-export-to",
        "08-holes/on-a-gateway-node",
        "08-holes/other-ports",
    }


def test_a_folder_without_stages_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProofError, match="no stage"):
        find(tmp_path, FINAL)
