"""Conditions of a cell as text."""

from egress.review.answer import AllowedRequests


def condition_text(condition: AllowedRequests) -> str:
    """How a person reads it: `path /status/*, method GET`."""
    path = "any other path" if condition.path is None else f"path {condition.path}"
    if condition.any_method:
        return path
    return f"{path}, method {'any other' if condition.method is None else condition.method}"
