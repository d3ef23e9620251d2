"""The models: every key has words of its own, and names agree with what the manifests make of them."""

import json

import pytest

from egress.config import schema
from egress.config.destinations import Destination
from egress.config.docstrings import field_docstrings
from egress.config.hosts import HOST_PATTERN
from egress.config.http_paths import HTTP_PATH_PATTERN
from egress.config.ranges import CIDR_PATTERN
from egress.config.team import Grant
from egress.derived import object_names
from egress.derived.istio.by_namespace.authorization_policy import allow_namespace
from egress.derived.istio.virtual_service import virtual_service
from egress.source.patterns import DESCRIPTIONS

MODELS = sorted({each for model in schema.MODELS.values() for each in schema.models_of(model)}, key=str)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_key_has_a_docstring(model):
    assert list(field_docstrings(model)) == list(model.model_fields)


@pytest.mark.parametrize("model", schema.MODELS.values(), ids=schema.MODELS)
def test_every_pattern_has_words_for_its_mismatch(model):
    patterns = set()

    def walk(node):
        for key, value in (
            node.items() if isinstance(node, dict) else enumerate(node if isinstance(node, list) else ())
        ):
            if key == "pattern":
                patterns.add(value)
            if key == "patternProperties":
                patterns.update(value)
            walk(value)

    walk(json.loads(schema.text(model)))
    assert patterns - set(DESCRIPTIONS) <= {HOST_PATTERN, HTTP_PATH_PATTERN, CIDR_PATTERN}


def test_objects_are_called_what_the_rules_count():
    host = "api.example.com"
    route = virtual_service(host, Destination(), ["team-x"])

    assert route["metadata"]["name"] == object_names.virtual_service(host)
    for grant in (Grant(to=host), Grant(to=host, policy="p")):
        assert allow_namespace("team-x", grant)["metadata"]["name"] == object_names.authorization_policy(
            "team-x", host, grant.policy
        )
