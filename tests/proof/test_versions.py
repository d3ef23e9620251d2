"""The Istio that the proof runs is the one whose schemas validate the objects."""

import json
import os
from pathlib import Path

import pytest
import yaml

from egress.config.istio_releases import MODULES
from egress.proof.toolchain import versions
from egress.proof.toolchain.tools import installed
from tests.istio.generate import LOADER, bare
from tests.istio.schemas import CRDS

pytestmark = pytest.mark.proof


def test_the_crds_that_the_proof_installs_are_those_of_the_strict_validation() -> None:
    tools = installed(os.environ)
    assert tools is not None
    file = Path(tools.charts, "base", "files", "crd-all.gen.yaml")
    documents = [each for each in yaml.load_all(file.read_text(encoding="utf-8"), Loader=LOADER) if each]
    found = {
        f"{each['spec']['group']}/{each['spec']['versions'][0]['name']}/{each['spec']['names']['kind']}": bare(
            each["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        )
        for each in documents
    }

    assert found == json.loads(CRDS.read_text(encoding="utf-8"))["kinds"]
    assert versions.istio(tools) in MODULES
