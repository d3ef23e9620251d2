"""Which model a place of a file belongs to."""

from types import UnionType
from typing import Any, Union, get_args, get_origin

from pydantic import BaseModel

from egress.source.problem import Path


def model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model of the mapping at a path; None where the path leads to none."""
    kind: Any = model
    for part in path:
        kind = _bare(kind)
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            kind = field.annotation if field else None
        elif get_origin(kind) is dict:
            kind = get_args(kind)[1]
        elif get_origin(kind) is tuple:
            kind = get_args(kind)[0]
        else:
            return None
    kind = _bare(kind)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def collections(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a model that hold entries of their own: mappings by name, and lists of models."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if get_origin(field.annotation) is dict or model_at(model, (name, 0)) is not None
    )


def _bare(kind: Any) -> Any:
    """A type without `| None`."""
    if get_origin(kind) in (Union, UnionType):
        return next(each for each in get_args(kind) if each is not type(None))
    return kind
