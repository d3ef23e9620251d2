"""The table of fields, held to the installed provider bindings and to Kubernetes' own schemas."""

import tarfile
from collections.abc import Iterator
from typing import Any

import pytest

from egress.terraform.kubernetes import kubernetes_object_of
from egress.terraform.kubernetes.resource_types import MANIFEST, NO_OBJECT, OBJECTS, PREFIX
from egress.terraform.kubernetes.table import FILE, Form, Shape, shape, shape_of
from tests.plan.bindings import archive, sources
from tests.plan.schema import Block, Reader
from tests.unit.terraform.kubernetes_fields import api
from tests.unit.terraform.kubernetes_fields.bodies import Stated, leaves
from tests.unit.terraform.kubernetes_fields.generate import (
    FIELDS_OF,
    UNKNOWN_TO_KUBERNETES,
    schemas,
    table,
    written,
)


@pytest.fixture(scope="module")
def provider() -> dict[str, Block]:
    return schemas()


def types_of_the_provider() -> set[str]:
    with tarfile.open(archive("kubernetes")) as package:
        folders = {name.split("/")[2] for name in package.getnames() if name.count("/") > 2}
    resources = {folder for folder in folders if not folder.startswith(("data-", "provider"))}
    return {Reader("kubernetes", text).type() for text in sources("kubernetes", resources).values()}


def test_every_resource_type_is_an_object_or_says_why_not() -> None:
    known = {f"{PREFIX}{noun}" for noun in (*OBJECTS, *NO_OBJECT)} | {MANIFEST}

    assert types_of_the_provider() == known
    assert not set(OBJECTS) & set(NO_OBJECT)
    assert all(NO_OBJECT.values())


def test_the_table_is_what_the_installed_provider_gives() -> None:
    assert FILE.read_text(encoding="utf-8") == written(table()), (
        "run: python -m tests.unit.terraform.kubernetes_fields.generate"
    )


def own(body: dict[str, Any], fields: Shape) -> Iterator[str]:
    """The values that are Terraform's own or the server's."""
    for key, value in body.items():
        entry = fields.get(key)
        if entry is None:
            continue
        if entry.form is Form.OWN:
            yield from (value for _, value in leaves(value))
        elif entry.form in (Form.ONE, Form.MANY, Form.INLINE):
            for each in value if isinstance(value, list) else [value]:
                yield from own(each, shape(entry.shape))


@pytest.mark.parametrize("noun", sorted(OBJECTS))
def test_no_stated_field_of_a_type_gets_lost(noun: str, provider: dict[str, Block]) -> None:
    plan, synthesized = Stated().body(provider[noun])
    found = kubernetes_object_of(f"{PREFIX}{noun}", plan, "here")

    given, kept = [value for _, value in leaves(plan)], [value for _, value in leaves(found)]
    left_out = list(own(plan, shape_of(noun)))
    assert sorted(given) == sorted([*kept[2:], *left_out])
    assert kubernetes_object_of(f"{PREFIX}{noun}", synthesized, "here") == found


@pytest.mark.parametrize("noun", sorted(OBJECTS))
def test_every_field_has_a_name_that_kubernetes_knows(noun: str, provider: dict[str, Block]) -> None:
    plan, _ = Stated().body(provider[noun])
    found = kubernetes_object_of(f"{PREFIX}{noun}", plan, "here")
    api_version, kind = OBJECTS[noun]

    assert sorted(unknown(found, api.of_kind(FIELDS_OF.get(noun, api_version), kind))) == []


def unknown(value: Any, schema: api.Schema, path: str = "") -> Iterator[str]:
    """The paths that Kubernetes' schema does not have or has with another type."""
    whole = api.followed(schema)
    if isinstance(value, list):
        if "array" not in api.types(whole):
            yield f"{path}: a list"
        for each in value:
            yield from unknown(each, whole.get("items", {}), path)
    elif isinstance(value, dict) and whole.get("properties"):
        for key, inner in value.items():
            if key in whole["properties"]:
                yield from unknown(inner, whole["properties"][key], f"{path}.{key}")
            elif not excused(api.title(schema), key):
                yield f"{path}.{key}"
    elif isinstance(value, dict) and "object" not in api.types(whole):
        yield f"{path}: a block"
    elif isinstance(value, bool | int):
        if ("boolean" if isinstance(value, bool) else "integer") not in api.types(whole):
            yield f"{path}: {value}"
    elif isinstance(value, str) and not {"string", "number"} & api.types(whole):
        yield f"{path}: {value!r}"


def excused(title: str, key: str) -> bool:
    return any(
        place == title and key.lower() == name.replace("_", "") for place, name in UNKNOWN_TO_KUBERNETES
    )
