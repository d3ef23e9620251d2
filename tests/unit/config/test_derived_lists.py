"""Lists of Istio objects that grow with the configuration stay within what the CRDs take."""

from typing import Any

import yaml

from egress.derived.resources.lengths import LISTS


def grants(count: int) -> str:
    image = {"image": "gcr.io/a/b"}
    listed = [{"to": f"h{number}.example.com", "service_accounts": ["a"]} for number in range(count)]
    return yaml.safe_dump({"workloads": {"a": image}, "grants": listed})


def test_a_team_has_as_many_grants_as_its_policy_takes_rules(identity_folder: Any) -> None:
    most = LISTS["AuthorizationPolicy", "rules"]
    assert most == 512
    hosts = "".join(f"  h{number}.example.com: {{}}\n" for number in range(most + 1))
    identity_folder.edit("destinations.yaml", "destinations:\n", f"destinations:\n{hosts}")

    identity_folder.write("teams/many.yaml", grants(most))
    assert identity_folder.problems() == []

    identity_folder.write("teams/many.yaml", grants(most + 1))
    assert identity_folder.problems() == [
        "teams/many.yaml: 'many': the AuthorizationPolicy istio-egress/egress-many would have 513 rules, at most 512 "
        "are allowed: join some of what makes them, or divide this into two"
    ]
