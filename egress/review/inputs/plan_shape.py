"""The shape of a plan's JSON, as `terraform show -json` documents it: what is otherwise is told with its place."""

from collections.abc import Iterator, Mapping
from enum import Enum, auto
from pathlib import Path
from typing import Any, NamedTuple

from egress.review.errors import ReviewError

SHOWN = 10
"""So many places are told."""


class Kind(Enum):
    """What a value is."""

    TEXT = auto()
    TEXTS = auto()
    BLOCK = auto()
    SWITCH = auto()


class Needed(NamedTuple):
    """What no plan lacks."""

    shape: Any


class Each(NamedTuple):
    """A block whose keys are names."""

    shape: Any


class Module(NamedTuple):
    """A module, of the planned values or of the configuration, which may hold others."""

    resource: Mapping[str, Any]


T, TS, M, B = Kind
_RESOURCE = {"address": Needed(T), "type": Needed(T), "mode": T, "name": T, "values": M}
_CONFIGURED = {"address": Needed(T), "type": T, "mode": T, "expressions": M}
_CHANGE = {"actions": TS, "before": M, "after": M}
_CHANGED = {"address": Needed(T), "type": Needed(T), "mode": T, "previous_address": T, "change": _CHANGE}

PLAN: Mapping[str, Any] = {
    "format_version": T,
    "complete": B,
    "errored": B,
    "variables": M,
    "planned_values": Needed({"root_module": Module(_RESOURCE), "outputs": M}),
    "prior_state": {"values": {"root_module": Module(_RESOURCE)}},
    "resource_changes": [_CHANGED],
    "resource_drift": [{**_CHANGED, "type": T}],
    "configuration": {"provider_config": M, "root_module": Module(_CONFIGURED)},
}


def check_shape(document: Any, file: Path) -> None:
    """Raise ReviewError where a document is none of a plan's shape."""
    found = list(_problems(document, PLAN, ""))
    if found:
        more = f"\n  and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
        listed = "\n".join(f"  {one}" for one in found[:SHOWN])
        raise ReviewError(
            f"{file}: not a plan as `terraform show -json` prints it; print it again:\n{listed}{more}"
        )


def _problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    if isinstance(shape, Needed):
        if value is None:
            yield f"{path}: missing"
            return
        shape = shape.shape
    if value is None:
        return
    if isinstance(shape, Kind):
        told = _wrong(value, shape)
        if told:
            yield f"{path}: {_shown(value)} is {told}"
    elif isinstance(shape, list):
        yield from _of_list(value, shape[0], path)
    elif not isinstance(value, Mapping):
        yield f"{path or 'the document'}: {_shown(value)} is no block of fields"
    elif isinstance(shape, Each):
        for key, inner in value.items():
            yield from _problems(inner, Needed(shape.shape), f"{path}.{key}")
    elif isinstance(shape, Module):
        yield from _of_module(value, shape, path)
    else:
        for key, inner in shape.items():
            yield from _problems(value.get(key), inner, f"{path}.{key}".removeprefix("."))


def _of_list(value: Any, shape: Any, path: str) -> Iterator[str]:
    if not isinstance(value, list):
        yield f"{path}: {_shown(value)} is no list"
        return
    for number, inner in enumerate(value):
        yield from _problems(inner, Needed(shape), f"{path}[{number}]")


def _of_module(value: Mapping[str, Any], shape: Module, path: str) -> Iterator[str]:
    inside = {
        "resources": [shape.resource],
        "child_modules": [shape],
        "module_calls": Each({"expressions": M, "module": shape}),
        "outputs": M,
    }
    yield from _problems(value, inside, path)


def _wrong(value: Any, kind: Kind) -> str:
    match kind:
        case Kind.TEXT:
            return "" if isinstance(value, str) else "no text"
        case Kind.TEXTS:
            fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
            return "" if fits else "no list of texts"
        case Kind.SWITCH:
            return "" if isinstance(value, bool) else "neither true nor false"
        case Kind.BLOCK:
            return "" if isinstance(value, Mapping) else "no block of fields"


def _shown(value: Any) -> str:
    text = "a block of fields" if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
