"""Makes admission rules of the decisions about fields: only what is decided about may be stated.

An object is a map to CEL where its type is set aside (`dyn`), so that its fields can be compared with a list.
"""

from collections.abc import Iterable

from egress.derived.admission.field_decisions import DECISIONS, JUDGED_ELSEWHERE, SERVERS_OWN
from egress.derived.admission.kubernetes_types import kubernetes_types


def quoted(values: Iterable[str]) -> str:
    """Return a CEL list of strings."""
    return "[" + ", ".join(f"'{value}'" for value in values) + "]"


def only_known(kind: str, value: str) -> str:
    """Return the condition that a value of a type states fields alone that are decided about."""
    return f"dyn({value}).all(f, f in {quoted(DECISIONS[kind].known)})"


def unknown(kind: str, value: str) -> str:
    """Return an expression that names the fields which are not."""
    return f"dyn({value}).filter(f, !(f in {quoted(DECISIONS[kind].known)})).join(', ')"


def known_within(kind: str, value: str, depth: int = 0) -> str:
    """Return the condition that everything inside a value, at any depth, is decided about."""
    parts = [only_known(kind, value), *contents_known(kind, value, depth)]
    return " && ".join(parts)


def contents_known(kind: str, value: str, depth: int = 0) -> list[str]:
    """Return the conditions on what a value's fields contain, without those on the value's own fields."""
    types = kubernetes_types().types
    parts = []
    for field in DECISIONS[kind].known:
        stated = types[kind][field]
        inner = stated.lstrip("[]{}")
        if inner not in types or (kind, field) in {**SERVERS_OWN, **JUDGED_ELSEWHERE}:
            continue
        place = f"{value}.{field}"
        if stated.startswith("[]"):
            item = f"v{depth}"
            condition = f"{place}.all({item}, {known_within(inner, item, depth + 1)})"
        elif stated.startswith("{}"):
            condition = f"{place}.all(k{depth}, {known_within(inner, f'{place}[k{depth}]', depth + 1)})"
        else:
            condition = known_within(inner, place, depth)
        parts.append(f"(!has({place}) || ({condition}))")
    return parts
