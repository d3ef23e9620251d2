"""Holds an object to a condition on each of its fields, and names those that hold something else."""

from collections.abc import Mapping

from egress.derived.admission.known_fields import quoted

REFUSED = ""
"""As a condition: the field must not be there."""
FREE = "true"
"""As a condition: any value."""


def wrong_fields(place: str, decided: Mapping[str, str]) -> str:
    """Return a CEL expression: the fields of `place` that are refused, unknown, or not as their condition says."""
    stated = sorted(field for field, condition in decided.items() if condition != REFUSED)
    parts = [f"dyn({place}).filter(f, !(f in {quoted(stated)}))"]
    parts += [
        f"(has({place}.{field}) && !({condition}) ? ['{field}'] : [])"
        for field, condition in sorted(decided.items())
        if condition not in (REFUSED, FREE)
    ]
    return " + ".join(parts)
