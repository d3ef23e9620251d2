"""Where a file or a key is missing, the message holds a block to paste, and the block is sound."""

from collections.abc import Mapping
from pathlib import Path

import pytest
import yaml
from pydantic import BaseModel

from egress.checks.loading import load
from egress.config.destinations import Destinations
from egress.config.minimal import SAMPLES, block, least
from egress.config.platform import Platform
from egress.config.schema import MODELS, models_of
from egress.config.team import Team
from egress.source.problem import ConfigurationError

EVERY = {each.__name__: each for model in MODELS.values() for each in models_of(model)}
REQUIRED = [
    (name, key)
    for name, model in EVERY.items()
    for key, field in model.model_fields.items()
    if field.is_required()
]


@pytest.mark.parametrize(("name", "key"), REQUIRED)
def test_every_required_key_has_a_sample_that_its_model_takes(name, key):
    found = least(EVERY[name])

    assert key in found
    EVERY[name].model_validate(found, strict=False)


OF_FILE: Mapping[str, type[BaseModel]] = {"platform.yaml": Platform, "destinations.yaml": Destinations}


def test_every_sample_is_of_a_model_that_there_is():
    assert set(SAMPLES) <= set(EVERY)


def test_an_environment_of_blocks_alone_is_sound(tmp_path):
    folder = tmp_path / "least"
    (folder / "teams").mkdir(parents=True)
    for name in ("platform.yaml", "destinations.yaml", "teams/team-x.yaml"):
        model = OF_FILE.get(name, Team)
        (folder / name).write_text(block(model, ()))

    assert load(folder, {}).teams["team-x"].grants


def _told(folder: Path) -> str:
    with pytest.raises(ConfigurationError) as error:
        load(folder, {})
    return str(error.value)


@pytest.mark.parametrize("name", ["platform.yaml", "destinations.yaml"])
def test_a_missing_file_is_shown_as_it_could_be(name, folder):
    (folder.path / name).unlink()

    model = OF_FILE[name]
    shown = "".join(f"    {line}\n" for line in block(model, ()).splitlines())
    assert f"{name}: there is no such file: create it\n{shown}" in _told(folder.path)


@pytest.mark.parametrize(
    ("key", "pasted"),
    [
        ("network", {"network": {"name": "my-network", "subnet": SAMPLES["Subnet"]}}),
        ("project", {"project": SAMPLES["Project"]}),
    ],
)
def test_a_missing_key_is_shown_from_the_files_margin(key, pasted, folder):
    file = folder.path / "platform.yaml"
    data = yaml.safe_load(file.read_text())
    del data[key]
    file.write_text(yaml.safe_dump(data))

    lines = _told(folder.path).splitlines()
    at = next(number for number, line in enumerate(lines) if f"{key}: the key is missing" in line)
    shown = [line for line in lines[at + 1 :] if line.startswith("    ")]
    assert yaml.safe_load("\n".join(line[4:] for line in shown)) == pasted
