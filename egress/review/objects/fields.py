"""An object's fields held against what the review understands of its kind."""

from collections.abc import Iterator, Mapping
from typing import Any

from egress.review.objects.shapes import SHAPES, Field, Shape
from egress.review.objects.workload_shapes import WORKLOADS


def shape_of(group: str, kind: str) -> Shape | None:
    """What is understood of a kind; None for a kind that is not looked into."""
    return SHAPES.get((group, kind)) or WORKLOADS.get((group, kind))


def unknown_fields(value: Any, shape: Shape | Field, path: str) -> Iterator[str]:
    """Paths of what is set and not in the shape; lists are looked through."""
    if value is None:
        return
    if isinstance(shape, Field):
        if shape.values is not None and value != "" and str(value) not in shape.values:
            yield f"{path} {value!r}: {shape.told(value)}"
    elif isinstance(value, list | tuple):
        for index, entry in enumerate(value):
            yield from unknown_fields(entry, shape, f"{path}[{index}]")
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            known = shape.get(key)
            if known is None:
                if inner is not None and inner not in ([], {}, ""):
                    yield f"{path}.{key}"
            elif not isinstance(known, Field) or known.values is not None:
                yield from unknown_fields(inner, known, f"{path}.{key}")


def without_inert(value: Any, shape: Shape) -> Any:
    """A block without what decides on no request: what is not understood stays, to be named.

    A provider fills such fields in, and of a plan they may be known only after the apply.
    """
    if isinstance(value, list):
        return [without_inert(entry, shape) for entry in value]
    if not isinstance(value, Mapping):
        return value
    found: dict[str, Any] = {}
    for key, inner in value.items():
        known = shape.get(key)
        if known is None or (isinstance(known, Field) and known.read):
            found[key] = inner
        elif isinstance(known, Field):
            if known.values is not None and str(inner) not in known.values:
                found[key] = inner
        elif isinstance(inner, Mapping | list):
            less = without_inert(inner, known)
            if less or not inner:
                found[key] = less
        elif inner is not None:
            found[key] = inner
    return found
