"""Checks a file's data against its model, and says in our words what pydantic found."""

import json
from typing import TypeVar

from pydantic import ValidationError

from egress.config.model import ConfigModel
from egress.config.problem import Problem
from egress.config.source import Source

M = TypeVar("M", bound=ConfigModel)


def validate(model: type[M], source: Source) -> tuple[M | None, list[Problem]]:
    """The file's model, or None and its problems."""
    if source.problems:
        return None, source.problems
    try:
        return model.model_validate_json(json.dumps(source.data)), []
    except ValidationError as error:
        return None, [source.problem(tuple(e["loc"]), e["msg"]) for e in error.errors(include_url=False)]
