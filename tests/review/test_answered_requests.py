"""Requests over config/production that a real mesh has answered: escapes, dot segments, headers in conditions."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.review.cluster import Cluster
from egress.review.inputs.reading import read
from egress.review.path.evaluation import evaluate
from egress.review.request import parse_request
from tests.review.patched import patched
from tests.review.reviewed import seen

REQUESTS = yaml.safe_load((Path(__file__).parent / "answers" / "requests.yaml").read_text())
GATEWAY = {"matchLabels": {"istio": "egressgateway"}}


def policy(stated: dict[str, Any]) -> dict[str, Any]:
    """A policy of the gateway with conditions."""
    return {
        "object": {
            "apiVersion": "security.istio.io/v1",
            "kind": "AuthorizationPolicy",
            "metadata": {"name": "added", "namespace": "istio-egress"},
            "spec": {
                "selector": GATEWAY,
                "action": stated["policy"],
                "rules": [{"when": stated["when"]}],
            },
        }
    }


@pytest.mark.parametrize("case", REQUESTS, ids=lambda case: case["about"])
def test_a_request_is_answered_as_the_mesh_did(case: dict[str, Any], production: Path) -> None:
    inventory = patched(read([production]), map(policy, case.get("objects", ())))
    request = parse_request(source=case["from"], url=case["to"], headers=case.get("headers"))
    assert seen(evaluate(Cluster(inventory), request)) == case["sees"]
