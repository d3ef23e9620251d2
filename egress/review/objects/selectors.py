"""Label selectors as Kubernetes evaluates them."""

from collections.abc import Collection, Mapping
from typing import Any

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided


def matches_labels(wanted: Mapping[str, str] | None, labels: Mapping[str, str]) -> bool:
    """True when every wanted label is there; an empty selector takes everything."""
    return all(labels.get(str(key)) == str(value) for key, value in (wanted or {}).items())


def selects(selector: Mapping[str, Any] | None, labels: Mapping[str, str]) -> bool:
    """Evaluate a LabelSelector with matchLabels and matchExpressions."""
    if not selector:
        return True
    return matches_labels(selector.get("matchLabels"), labels) and all(
        _expression(expression, labels) for expression in selector.get("matchExpressions") or ()
    )


def _expression(expression: Mapping[str, Any], labels: Mapping[str, str]) -> bool:
    found = holds(expression["operator"], labels.get(expression["key"]), expression.get("values") or ())
    if found is None:
        raise Undecided(Reason(Why.SELECTOR_OPERATOR, operator=expression["operator"]))
    return found


def holds(operator: str, value: str | None, values: Collection[str]) -> bool | None:
    """Whether a label's value fits an expression; None for an operator other than the four of selectors."""
    match operator:
        case "In":
            return value in values
        case "NotIn":
            return value not in values
        case "Exists":
            return value is not None
        case "DoesNotExist":
            return value is None
    return None
