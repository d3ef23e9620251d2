"""Terraform's functions, as far as the stacks use them."""

import base64
import json
from collections.abc import Callable
from typing import Any

from egress.terraform.errors import TerraformError
from egress.terraform.values import Unknown


def _concat(*lists: list[Any]) -> list[Any]:
    return [item for items in lists for item in items]


def _element(items: list[Any], index: int) -> Any:
    return items[index % len(items)]


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "base64decode": lambda text: base64.b64decode(text).decode(),
    "base64encode": lambda text: base64.b64encode(text.encode()).decode(),
    "concat": _concat,
    "distinct": lambda items: list(dict.fromkeys(items)),
    "element": _element,
    "flatten": lambda items: [x for item in items for x in (item if isinstance(item, list) else [item])],
    "join": lambda separator, items: separator.join(str(item) for item in items),
    "jsondecode": json.loads,
    "jsonencode": lambda value: json.dumps(value, separators=(",", ":"), sort_keys=True),
    "length": len,
    "lookup": lambda mapping, key, default=None: mapping.get(key, default),
    "lower": str.lower,
    "merge": lambda *maps: {key: value for mapping in maps for key, value in mapping.items()},
    "replace": lambda text, old, new: text.replace(old, new),
    "split": lambda separator, text: text.split(separator),
    "tolist": list,
    "tomap": dict,
    "toset": lambda items: sorted(set(items)),
    "tostring": str,
    "trimspace": str.strip,
    "trimsuffix": str.removesuffix,
}


def call(function: str, arguments: list[Any]) -> Any:
    """Call a function; with an argument that is known only after the apply, so is the result."""
    for argument in arguments:
        if isinstance(argument, Unknown) and function not in {"join", "replace", "jsonencode", "tostring"}:
            return Unknown.of(f"{function}({argument.reference})")
    if function not in _FUNCTIONS:
        raise TerraformError(
            f"the function {function} is not known here; add it to egress/terraform/functions.py"
        )
    return _FUNCTIONS[function](*arguments)
