"""What may stand nowhere in a stack's document, as functions that list every place where it does."""

import re
from collections.abc import Iterator
from typing import Any

from tests.synth.synthesized_stack import Block

SECRET_TYPES = re.compile(
    r"secret|(?<!google_kms_crypto)_key$|password|access_token|google_client_config|random_"
)
"""Resource and data source types whose values would lie in the state.

A key of Cloud KMS never leaves it: `google_kms_crypto_key` holds its name and its rotation alone.
"""

API_GROUPS = re.compile(r"\.(apiGroups|api_groups)\[\d+\]$")
"""Where an empty text says something: the core API group."""

SECRET_FIELDS = re.compile(r"(^|_)(token|password|secret|private_key|client_key|credentials|access_key)s?$")


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every scalar and every empty list or mapping, with its place."""
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for position, inner in enumerate(value):
            yield from leaves(inner, f"{path}[{position}]")
    else:
        yield path, value


def empty_elements(document: Block) -> list[str]:
    """List elements that say nothing.

    cdktf drops the keys of a dictionary inside a typed list: `ingress: [{}]` then allows everything.
    """
    return [
        path
        for path, value in leaves(document.get("resource", {}))
        if path.endswith("]")
        and value in ({}, [], "", None)
        and not (value == "" and API_GROUPS.search(path))
    ]


def nulls(document: Block) -> list[str]:
    """Places that hold null: inside a manifest that is a difference in every plan."""
    return [path for path, value in leaves(document) if value is None]


def absolute_paths(document: Block, *folders: str) -> list[str]:
    """Places that name a folder of the machine that synthesized; state paths may not begin at the root at all."""
    state = [document.get("terraform", {}), document.get("data", {}).get("terraform_remote_state", {})]
    rooted = [path for block in state for path, value in leaves(block) if str(value).startswith("/")]
    return rooted + [
        path
        for path, value in leaves(document)
        if isinstance(value, str) and any(folder in value for folder in folders)
    ]


def secrets(document: Block) -> list[str]:
    """Resources that make or read secrets, and fields that hold them."""
    types = [
        type_
        for section in ("resource", "data")
        for type_ in document.get(section, {})
        if SECRET_TYPES.search(type_)
    ]
    fields = [
        path
        for path, _ in leaves({key: document.get(key, {}) for key in ("resource", "data", "provider")})
        if SECRET_FIELDS.search(re.split(r"[.\[\]]", path.rstrip("]0123456789["))[-1])
    ]
    return types + fields


def loops_over_remote_outputs(document: Block) -> list[str]:
    """`for_each` or `count` fed by another stack: the plan fails until that stack is applied."""
    return [
        path
        for path, value in leaves(document)
        if re.search(r"\.(for_each|count)\b", path) and "terraform_remote_state" in str(value)
    ]
