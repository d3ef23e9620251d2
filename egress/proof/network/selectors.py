"""Kubernetes label selectors."""

from collections.abc import Mapping
from typing import Any


def matches(selector: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether labels satisfy a LabelSelector; an empty one selects everything."""
    wanted = selector.get("matchLabels") or {}
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(expression_holds(e, labels) for e in selector.get("matchExpressions") or ())


def expression_holds(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    """Tell whether labels satisfy one `matchExpressions` entry (also of a node affinity)."""
    key, operator, values = expression["key"], expression["operator"], list(expression.get("values") or ())
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
        case "Gt" | "Lt":
            if not str(labels.get(key, "")).lstrip("-").isdigit():
                return False
            difference = int(labels[key]) - int(values[0])
            return difference > 0 if operator == "Gt" else difference < 0
        case _:
            raise ValueError(f"unknown selector operator {operator!r}")
