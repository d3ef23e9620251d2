"""The provider's fields and what they are in Kubernetes; what the table leaves out keeps its name in camelCase."""

import json
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("fields.json")
"""Generated from the provider's schema and Kubernetes' own; a test holds it to both."""


class Form(StrEnum):
    """How a value of the provider's becomes one of Kubernetes'."""

    OWN = "own"
    """Terraform's own argument, or the server's own value: no part of the object."""
    INLINE = "inline"
    """A block whose fields stand one level up."""
    ONE = "one"
    """A single block."""
    MANY = "many"
    """Repeated blocks; Kubernetes has a list, even where Terraform takes one block alone."""
    DATA = "data"
    """A map: its keys are data, not names of fields."""
    NUMBER = "number"
    """A number, which Terraform may write as text; other text stays (a port's name, a percentage)."""
    PORT = "port"
    """A port's number; 0 is what the provider stores where none is stated."""
    SWITCH = "switch"
    """True or false, which Terraform writes as text."""
    VALUE = "value"
    """As it is, under another name."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One field of a block."""

    name: str
    form: Form
    shape: int = -1
    """The shape of a block."""


Shape = dict[str, Entry]


@cache
def _document() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return found


@cache
def shape(number: int) -> Shape:
    """The fields of a block, by the provider's names."""
    return {
        key: Entry(name, Form(form), *rest)
        for key, (name, form, *rest) in _document()["shapes"][number].items()
    }


def shape_of(noun: str) -> Shape:
    """The fields of a resource type, by its name without `kubernetes_`."""
    return shape(_document()["types"][noun])


def camel_case(name: str) -> str:
    """`service_account_name` is `serviceAccountName`."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)
