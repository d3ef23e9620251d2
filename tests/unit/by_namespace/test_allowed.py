"""The list of what the tutorial's form has: an allow-list, and its keys are the models'."""

from typing import Any

import pytest

from egress.config.destinations import Destination
from egress.config.team import Grant
from egress.derived.istio.by_namespace.allowed import ALLOWED, ANY, RESTRICTING, beyond
from egress.source.model import ConfigModel

KEYS = [(model, key) for model in ALLOWED for key in model.model_fields]


@pytest.mark.parametrize(("model", "key"), KEYS, ids=lambda each: getattr(each, "__name__", each))
def test_a_key_that_is_not_on_the_list_is_refused_whatever_it_holds(
    model: type[ConfigModel], key: str
) -> None:
    values: dict[str, Any] = {
        name: object() for name, field in model.model_fields.items() if name == key or field.is_required()
    }
    stated = model.model_construct(**values)

    whole = key in ALLOWED[model] and ALLOWED[model][key] is ANY
    assert list(beyond(stated)) == ([] if whole else [key])


@pytest.mark.parametrize("model", ALLOWED)
def test_every_key_on_the_list_is_one_of_its_model(model: type[ConfigModel]) -> None:
    assert set(ALLOWED[model]) <= set(model.model_fields)


@pytest.mark.parametrize("model", ALLOWED)
def test_every_default_is_on_the_list(model: type[ConfigModel]) -> None:
    for key, values in ALLOWED[model].items():
        if values is not ANY:
            assert model.model_fields[key].get_default() in values


def test_values_are_told_apart() -> None:
    assert list(beyond(Destination(http="originate-tls", https="pass-through"))) == []
    assert list(beyond(Destination(http="closed", https="identity"))) == ["http", "https"]
    assert list(beyond(Grant(to="example.com", scheme="https"))) == ["scheme"]


def test_a_restriction_is_all_of_a_grant_but_its_host() -> None:
    assert set(RESTRICTING) == {"paths", "scheme", "policy"}
