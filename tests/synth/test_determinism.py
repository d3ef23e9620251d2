"""The same configuration gives the same bytes, whatever the order of its keys."""

import shutil
from pathlib import Path
from typing import Any

import yaml

from tests.synth.conftest import Synthesis, Synthesize
from tests.synth.variations import TUTORIAL


def test_a_second_synth_writes_the_same_bytes(synthesis: Synthesis, synthesize: Synthesize) -> None:
    assert _bytes(synthesize(TUTORIAL)) == _bytes(synthesis)


def test_the_order_of_keys_and_the_comments_make_no_difference(
    synthesis: Synthesis, synthesize: Synthesize, tmp_path: Path
) -> None:
    folder = shutil.copytree(TUTORIAL, tmp_path / "tutorial")
    for path in folder.rglob("*.yaml"):
        path.write_text(yaml.safe_dump(_reversed(yaml.safe_load(path.read_text())), sort_keys=False))
        assert path.read_text() != (TUTORIAL / path.relative_to(folder)).read_text()

    assert _bytes(synthesize(folder)) == _bytes(synthesis)


def test_the_order_of_teams_in_a_list_makes_no_difference(
    synthesis: Synthesis, synthesize: Synthesize, tmp_path: Path
) -> None:
    folder = shutil.copytree(TUTORIAL, tmp_path / "tutorial")
    path = folder / "destinations.yaml"
    text = path.read_text()
    path.write_text(text.replace("[team-x, team-y]", "[team-y, team-x]"))
    assert path.read_text() != text

    assert _bytes(synthesize(folder)) == _bytes(synthesis)


def _bytes(synthesis: Synthesis) -> dict[str, bytes]:
    files = sorted(synthesis.out.glob("stacks/*/cdk.tf.json"))
    assert len(files) == 4
    return {path.parent.name: path.read_bytes() for path in files}


def _reversed(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: _reversed(data[key]) for key in reversed(data)}
    return [_reversed(each) for each in data] if isinstance(data, list) else data
