"""A resource's Terraform address, from the construct ids on the way to it.

Source: cdktf 0.21, lib/private/unique.js (`makeUniqueId`), and constructs, Node: a slash in an id becomes two hyphens.
tests/synth/test_derived_resources.py compares with what cdktf writes.
"""

import re
from hashlib import md5

Ids = tuple[str, ...]

_LONGEST_READABLE_PART = 240


def sanitized(ids: Ids) -> Ids:
    """The ids as a construct's path holds them."""
    return tuple(id_.replace("/", "--") for id_ in ids)


def address(type_: str, ids: Ids) -> str:
    """`TYPE.NAME`, the name being the ids in short and a hash of them in full."""
    path = sanitized(ids)
    if len(path) == 1:
        return f"{type_}.{_readable(path[0])}"
    kept: list[str] = []
    for id_ in path:
        if not kept or not kept[-1].endswith(id_):
            kept.append(id_)
    readable = "_".join(map(_readable, kept))[:_LONGEST_READABLE_PART]
    digest = md5("/".join(path).encode(), usedforsecurity=False).hexdigest()[:8].upper()
    return f"{type_}.{readable}_{digest}"


def _readable(id_: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "", id_)
