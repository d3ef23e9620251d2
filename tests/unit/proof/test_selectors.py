"""Label selectors."""

import pytest

from egress.proof.network.selectors import expression_holds, matches

LABELS = {"app": "istiod", "tier": "3"}


@pytest.mark.parametrize(
    ("expression", "holds"),
    [
        ({"key": "app", "operator": "In", "values": ["istiod"]}, True),
        ({"key": "app", "operator": "NotIn", "values": ["istiod"]}, False),
        ({"key": "team", "operator": "NotIn", "values": ["x"]}, True),
        ({"key": "app", "operator": "Exists"}, True),
        ({"key": "app", "operator": "DoesNotExist"}, False),
        ({"key": "tier", "operator": "Gt", "values": ["2"]}, True),
        ({"key": "tier", "operator": "Lt", "values": ["2"]}, False),
        ({"key": "app", "operator": "Gt", "values": ["2"]}, False),
    ],
)
def test_an_expression_holds_as_kubernetes_says(expression: dict[str, object], *, holds: bool) -> None:
    assert expression_holds(expression, LABELS) is holds


def test_an_empty_selector_selects_everything() -> None:
    assert matches({}, {})


def test_labels_and_expressions_must_all_hold() -> None:
    selector = {
        "matchLabels": {"app": "istiod"},
        "matchExpressions": [{"key": "tier", "operator": "DoesNotExist"}],
    }

    assert not matches(selector, LABELS)


def test_an_unknown_operator_is_an_error() -> None:
    with pytest.raises(ValueError, match="Maybe"):
        expression_holds({"key": "app", "operator": "Maybe"}, LABELS)
