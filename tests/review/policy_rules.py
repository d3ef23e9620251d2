"""Rules of a network firewall policy."""

from typing import Any

from egress.terraform.google.firewall_policy import Action, PolicyRule


def policy_rule(name: str, port: int, action: Action = "allow", **facts: Any) -> PolicyRule:
    given = {"names": ("a.example",), "ranges": (), "target_service_accounts": ("gateway@x",), **facts}
    traffic = (("tcp", ((port, port),)),)
    return PolicyRule(name=name, address=name, priority=1, action=action, traffic=traffic, **given)


HTTPS = policy_rule("https", 443)
