"""The JSON Schemas: current, strict, described, and of one mind with the program."""

import json
from functools import cache
from pathlib import Path

import jsonschema
import pytest
import yaml

from egress.config import schema

ROOT = Path(__file__).parents[3]
NAMES = ("platform", "destinations", "team")
ROWS = [
    (file, row["old"], row["new"])
    for file, rows in yaml.safe_load(
        Path(__file__).with_name("values.yaml").read_text(encoding="utf-8")
    ).items()
    for row in rows
]

BEYOND_A_SCHEMA = (
    "/a/../get",
    "/a/.]",
    "//get",
    "%2Fb",
    "50%",
    "%61",
    "8.8.8.0",
    "10.0.0.7/24",
    "/33",
    "169.254",
    "199.36",
    "\\n",
)
"""Values whose mistake a regular expression does not show (in Python $ lets a line end pass); the program does."""


@cache
def validator(name):
    document = json.loads((ROOT / "config" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
    return jsonschema.Draft202012Validator(document)


def name_of(file):
    return "team" if file.startswith("teams/") else file.removesuffix(".yaml")


@pytest.mark.parametrize("name", NAMES)
def test_the_committed_schema_is_current(name):
    committed = (ROOT / "config" / "schema" / f"{name}.schema.json").read_text(encoding="utf-8")

    assert committed == schema.text(schema.MODELS[name]), "run python -m egress.config.schema"


@pytest.mark.parametrize(
    "file", sorted(ROOT.glob("config/*/**/*.yaml")), ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_committed_file_is_valid_and_names_its_schema(file):
    name = "team" if file.parent.name == "teams" else file.stem
    text = file.read_text(encoding="utf-8")
    stated = text.partition("\n")[0].removeprefix("# yaml-language-server: $schema=")

    assert (file.parent / stated).resolve() == ROOT / "config" / "schema" / f"{name}.schema.json"
    assert list(validator(name).iter_errors(yaml.safe_load(text))) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_unknown_is_allowed_anywhere(name):
    open_objects = []

    def walk(node, path):
        if isinstance(node, dict):
            if node.get("type") == "object" and node.get("additionalProperties") is not False:
                open_objects.append(path)
            for key, value in node.items():
                walk(value, f"{path}/{key}")
        elif isinstance(node, list):
            for number, value in enumerate(node):
                walk(value, f"{path}/{number}")

    walk(validator(name).schema, "")
    assert open_objects == []


@pytest.mark.parametrize("name", NAMES)
def test_every_key_has_a_description(name):
    document = validator(name).schema
    models = [document, *document.get("$defs", {}).values()]

    assert [
        key
        for model in models
        for key, described in model.get("properties", {}).items()
        if not described.get("description")
    ] == []
    assert all(model["description"] for model in models)


@pytest.mark.parametrize(("file", "old", "new"), ROWS)
def test_the_schema_refuses_what_the_program_refuses_of_a_single_value(folder, file, old, new):
    folder.edit(file, old, new)
    value = yaml.safe_load((folder.path / file).read_text(encoding="utf-8"))

    errors = list(validator(name_of(file)).iter_errors(value))

    assert errors or any(text in new for text in BEYOND_A_SCHEMA), new


def test_the_sound_folder_of_these_tests_is_valid(folder):
    for file in ("platform.yaml", "destinations.yaml", "teams/team-x.yaml", "teams/team-y.yaml"):
        value = yaml.safe_load((folder.path / file).read_text(encoding="utf-8"))
        assert list(validator(name_of(file)).iter_errors(value)) == []


def test_check_tells_a_stale_schema_and_writes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(schema, "FOLDER", tmp_path)
    assert schema.main([]) == 0
    assert schema.main(["--check"]) == 0

    (tmp_path / "team.schema.json").write_text("{}", encoding="utf-8")
    assert schema.main(["--check"]) == 1
    assert capsys.readouterr().err == "team.schema.json: not current; run python -m egress.config.schema\n"
    assert (tmp_path / "team.schema.json").read_text(encoding="utf-8") == "{}"
