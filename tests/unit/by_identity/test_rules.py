"""What a configuration by identity refuses, each with its fix."""

from collections.abc import Callable
from typing import Any

import pytest

from egress.config.configuration import Configuration
from egress.source.problem import ConfigurationError

Changed = Callable[..., Configuration]
X, Y, D = "teams/team-x.yaml", "teams/team-y.yaml", "destinations.yaml"


def grant(position: int, **keys: Any) -> Callable[[dict[str, Any]], object]:
    return lambda team: team["grants"][position].update(keys)


def destination(host: str, **keys: Any) -> Callable[[dict[str, Any]], object]:
    return lambda file: file["destinations"][host].update(keys)


CASES = [
    (X, lambda team: team["grants"][0].pop("service_accounts"), "names no service_accounts"),
    (X, grant(0, service_accounts=["tset"]), "no such ServiceAccount"),
    (X, grant(0, service_accounts=["test", "test"]), "stands here twice"),
    (X, grant(0, service_accounts=["team-y/test"]), "no such ServiceAccount"),
    (X, grant(0, scheme="https"), "is not reached by https"),
    (X, grant(1, methods=["GET"]), "methods cannot be enforced on HTTPS"),
    (X, grant(1, paths=["/v1"]), "paths cannot be enforced on HTTPS"),
    (X, grant(0, policy="mine"), "the team's grants make one policy, egress-team-x"),
    (X, lambda team: team["grants"][2].pop("scheme"), "is not reached by|passes through unread"),
    (X, lambda team: team.update(sidecar=False), "only the tutorial's first step goes without"),
    (X, lambda team: team.update(namespaces=["team-y-jobs"]), "is that of the team"),
    (X, lambda team: team["workloads"]["test"].update(namespace="elsewhere"), "no such namespace"),
    (
        Y,
        lambda team: team.update(service_accounts=["test"]),
        "ServiceAccount team-y/test would be made twice",
    ),
    (D, destination("example.com", visible_to=["team-x"]), "the teams' grants decide"),
    (D, destination("example.com", also=["api.github.com"]), "name each host once"),
    (D, destination("example.com", http="closed"), "HTTP and HTTPS are both closed"),
    (D, destination("httpbin.org", tls={"ca": "own"}), "certificates are for `http: originate-tls`"),
    (D, destination("example.com", tls={}), "name one of the two"),
    (D, destination("httpbin.org", http_port=443), "give them different ports"),
    (D, destination("httpbin.org", http_port=8080), "add 8080 to network.firewall.egress_ports"),
    (D, lambda file: file.update(authorization="by-namespace"), "this needs `authorization: by-identity`"),
    (
        "platform.yaml",
        lambda file: file["mesh"]["gateway"].update(identity_https=False),
        "write `identity_https: true` under mesh.gateway",
    ),
]


@pytest.mark.parametrize(("file", "edit", "message"), CASES, ids=[case[2][:40] for case in CASES])
def test_the_message_names_the_fix(
    changed: Changed, file: str, edit: Callable[[dict[str, Any]], object], message: str
) -> None:
    with pytest.raises(ConfigurationError, match=message) as refused:
        changed({file: edit})
    assert "problem" in str(refused.value)
