"""A network's DNS response policy: which names its resolver answers itself, and which it asks outside.

Source: Cloud DNS, "Manage response policies", and its API's responsePolicyRules: a query matches at most one rule, that
of the longest suffix. Local data answers it, whatever zones say, and a query of a type without data is empty; with
`bypassResponsePolicy` it goes on as if there were no policy.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import Any

from egress.terraform.google.block import NotUnderstoodError, blocks, last
from egress.terraform.google.resources import GoogleResource

TYPES = frozenset({"google_dns_response_policy", "google_dns_response_policy_rule"})
BYPASS = "bypassResponsePolicy"


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """One rule; its name ends with a dot and may begin with `*.`. Without `addresses` it lets the name through."""

    dns_name: str
    address: str
    bypass: bool
    addresses: tuple[str, ...] = ()

    def matches(self, name: str) -> bool:
        """Whether it is about a name, which ends with a dot; a wildcard is about names below it alone."""
        if self.dns_name.startswith("*."):
            suffix = self.dns_name[1:]
            return name.endswith(suffix) and name != suffix.lstrip(".")
        return name == self.dns_name


@dataclass(frozen=True, kw_only=True)
class ResponsePolicy:
    """The rules in force in one network; none where no policy is bound to it."""

    rules: tuple[NameRule, ...] = ()

    def rule_for(self, name: str) -> NameRule | None:
        """The one rule of a name, with the longest suffix; an exact name before a wildcard."""
        asked = name.lower().rstrip(".") + "."
        fitting = [rule for rule in self.rules if rule.matches(asked)]
        return max(fitting, key=lambda rule: len(rule.dns_name.removeprefix("*")), default=None)

    @property
    def closes_names(self) -> bool:
        """Whether a name that no rule speaks of is answered here."""
        return any(rule.dns_name == "*." and not rule.bypass for rule in self.rules)


def response_policy(resources: Iterable[GoogleResource], network: str) -> ResponsePolicy:
    """The response policy of a network (its name). Raises NotUnderstoodError."""
    listed = [item for item in resources if item.type in TYPES]
    policies = [
        item
        for item in listed
        if item.type == "google_dns_response_policy"
        and any(_of(one.get("network_url"), network) for one in blocks(item.body.get("networks")))
    ]
    if len(policies) > 1:
        raise NotUnderstoodError(f"{policies[1].address}: a network has one response policy")
    bound = [item for item in listed if item.type == "google_dns_response_policy"]
    clusters = [item for item in bound if blocks(item.body.get("gke_clusters"))]
    if clusters:
        raise NotUnderstoodError(f"{clusters[0].address}: a response policy of a cluster is not modelled")
    if not policies:
        return ResponsePolicy()
    policy = policies[0]
    local = policy.address.rpartition(": ")[2]
    forms = {
        str(policy.body.get("response_policy_name")),
        f"(known after apply: {local}.response_policy_name)",
        f"(known after apply: {local}.id)",
    }
    rules = [
        rule_of(item)
        for item in listed
        if item.type == "google_dns_response_policy_rule" and str(item.body.get("response_policy")) in forms
    ]
    return ResponsePolicy(rules=tuple(sorted(rules, key=lambda rule: rule.dns_name)))


def _of(url: Any, network: str) -> bool:
    """Whether it is bound to the network; where only an apply tells the network's id, the input has one network."""
    return not network or url is None or last(url) == network


def is_address(text: str) -> bool:
    """True for what an A record holds."""
    try:
        IPv4Address(text)
    except ValueError:
        return False
    return True


def rule_of(item: GoogleResource) -> NameRule:
    """What a google_dns_response_policy_rule says. Raises NotUnderstoodError."""
    dns_name = str(item.body["dns_name"]).lower()
    records = [
        record for data in blocks(item.body.get("local_data")) for record in blocks(data.get("local_datas"))
    ]
    bypass = str(item.body.get("behavior") or "") == BYPASS
    if bypass == bool(records):
        raise NotUnderstoodError(f"{item.address}: a rule has either local data or the behavior {BYPASS}")
    odd = [str(record["type"]) for record in records if record["type"] not in ("A", "AAAA", "TXT")]
    if odd:
        raise NotUnderstoodError(f"{item.address}: local data of type {odd[0]} is not modelled")
    return NameRule(
        dns_name=dns_name,
        address=item.address,
        bypass=bypass,
        addresses=tuple(
            str(data) for record in records if record["type"] == "A" for data in record["rrdatas"]
        ),
    )
