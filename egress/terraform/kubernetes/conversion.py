"""From a typed Kubernetes resource to the object that the provider sends, in both of Terraform's notations.

The synthesized JSON states what is stated, and may write a single block without its list. A plan has every field, pads
what is not stated with null, "", [] and {}, and writes every block as a list.
"""

from collections.abc import Mapping
from typing import Any

from egress.terraform.errors import TerraformError
from egress.terraform.kubernetes.resource_types import PREFIX, object_of, why_no_object
from egress.terraform.kubernetes.table import Entry, Form, Shape, camel_case, shape, shape_of

Body = Mapping[str, Any]


def kubernetes_object_of(type_: str, body: Body, address: str) -> dict[str, Any]:
    """The object of a `kubernetes_*` resource other than `kubernetes_manifest`.

    A field that the provider's schema does not have keeps its value, under its name in camelCase. A value that stands
    for one that only the apply brings is passed on untouched. Raises TerraformError for a type without an object and
    for blocks that cannot be read.
    """
    named = object_of(type_)
    if named is None:
        why = why_no_object(type_) or "the provider has no such resource type"
        raise TerraformError(f"{address}: {type_} is no object of Kubernetes: {why}")
    api_version, kind = named
    fields = _block(body, shape_of(type_.removeprefix(PREFIX)), address)
    return {"apiVersion": api_version, "kind": kind, **fields}


def _block(body: Body, fields: Shape, path: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in body.items():
        if key == "dynamic":
            raise TerraformError(f"{path}: a dynamic block is not read here; write its blocks out")
        entry = fields.get(key)
        if not _stated(value, entry):
            continue
        if entry is None:
            more = {camel_case(key): value}
        elif entry.form is Form.OWN:
            continue
        elif entry.form is Form.INLINE:
            more = _single(value, shape(entry.shape), f"{path}.{key}")
        else:
            more = {entry.name: _value(value, entry, f"{path}.{key}")}
        if twice := sorted(found.keys() & more.keys()):
            raise TerraformError(f"{path}.{key}: {twice[0]} is given twice")
        found |= more
    return found


def _stated(value: Any, entry: Entry | None) -> bool:
    """False for null and for what a plan pads with; an empty block is stated, an empty map and list are not."""
    if value is None or (isinstance(value, str | list) and not value):
        return False
    if entry is None:
        return True
    if entry.form is Form.DATA:
        return not isinstance(value, Mapping) or any(inner is not None for inner in value.values())
    return not (entry.form is Form.PORT and isinstance(value, int) and value == 0)


def _value(value: Any, entry: Entry, path: str) -> Any:
    match entry.form:
        case Form.ONE:
            return _single(value, shape(entry.shape), path)
        case Form.MANY:
            return _repeated(value, shape(entry.shape), path)
        case Form.DATA if isinstance(value, Mapping):
            return {key: inner for key, inner in value.items() if inner is not None}
        case Form.NUMBER | Form.PORT if isinstance(value, str) and value.isdecimal():
            return int(value)
        case Form.SWITCH if value in ("true", "false"):
            return value == "true"
    return value


def _single(value: Any, fields: Shape, path: str) -> Any:
    if isinstance(value, list):
        if len(value) > 1:
            raise TerraformError(f"{path}: {len(value)} blocks where Kubernetes has one")
        value = value[0]
    return _element(value, fields, path)


def _repeated(value: Any, fields: Shape, path: str) -> Any:
    if isinstance(value, list):
        return [_element(item, fields, f"{path}[{index}]") for index, item in enumerate(value)]
    return [_element(value, fields, path)] if isinstance(value, Mapping) else _element(value, fields, path)


def _element(value: Any, fields: Shape, path: str) -> Any:
    """One block; a plan writes one without content as null."""
    if value is None:
        return {}
    if isinstance(value, Mapping):
        return _block(value, fields, path)
    if isinstance(value, str | int | float | list):
        raise TerraformError(f"{path}: {value!r} where a block belongs")
    return value
