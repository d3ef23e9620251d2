"""Google's resources, taken as they are, or named where no apply takes them or nobody can tell what they say.

A resource of which there are many (a rule, a record, a NAT) is left out; of what the rest hangs on (the network, the
subnetwork, the cluster, a node pool) one field is. What either can touch is open, and the rest keeps its answers.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from egress.review.doubts.touch import NOTHING, May, Point, Touch, everything
from egress.review.inputs.assembling import Doubtful
from egress.review.inputs.google_forms import Problem, formed
from egress.review.inputs.not_yet_known import NotYetKnown
from egress.terraform import TerraformError
from egress.terraform.blocks import many
from egress.terraform.google import FirewallResource, GoogleResource, firewall_policy, response_policy
from egress.terraform.google.network import RecordSet

VPC, NAMES, PACKETS = Point.VPC, Point.NAMES, Point.PACKETS
RANGES = frozenset({VPC, PACKETS, Point.POLICY})
"""Where it decides which addresses Pods, nodes and Services have."""

KEPT: Mapping[str, Mapping[str, frozenset[Point]]] = {
    "google_compute_network": {},
    "google_compute_subnetwork": {"ip_cidr_range": RANGES, "secondary_ip_range": RANGES},
    "google_container_cluster": {
        "ip_allocation_policy": RANGES,
        "datapath_provider": frozenset({PACKETS}),
        "network_policy": frozenset({PACKETS}),
        "enable_autopilot": frozenset({VPC, PACKETS}),
        "dns_config": frozenset({PACKETS, NAMES}),
        "addons_config": frozenset({PACKETS, NAMES}),
    },
    "google_container_node_pool": {},
}
"""Types whose resource is kept without the field, and the fields that touch more than what leaves a node."""


def taken(resources: Iterable[GoogleResource], doubtful: Doubtful) -> list[GoogleResource]:
    """The resources in the form in which they are read."""
    found = []
    for item in resources:
        body, problems = formed(item.type, item.body)
        sound = replace(item, body=body)
        if not problems:
            problems = list(_of_values(sound))
        for problem in problems:
            doubtful.add(item.address, str(problem), _touch(sound, problem))
        if not problems or item.type in KEPT:
            found.append(sound)
    return found


def _of_values(item: GoogleResource) -> Iterator[Problem]:
    """What a resource says whose fields are of their form, and is not to be judged."""
    judged = _JUDGED.get(item.type)
    if judged is None or _waits(item.body):
        return
    try:
        yield from judged(item)
    except TerraformError as error:
        told = str(error).removeprefix(f"{item.address}: ")
        path, separator, rest = told.partition(": ")
        yield Problem(path, rest) if separator and " " not in path else Problem(path="as a whole", told=told)


def _waits(value: Any) -> bool:
    """True where a part of it is known only after the apply: whoever asks for that is refused."""
    if isinstance(value, NotYetKnown):
        return True
    if isinstance(value, Mapping):
        return any(map(_waits, value.values()))
    return isinstance(value, list | tuple) and any(map(_waits, value))


def _firewall(item: GoogleResource) -> Iterator[Problem]:
    if bool(many(item.body.get("allow"))) == bool(many(item.body.get("deny"))):
        yield Problem("allow", "a rule has either allow or deny blocks; state one of them")


def _record(item: GoogleResource) -> Iterator[Problem]:
    record = RecordSet(address=item.address, body=item.body)
    if record.type not in ("A", "CNAME"):
        return
    if not record.data:
        yield Problem("rrdatas", "missing, and no routing_policy either; state one of them")
    elif record.type == "CNAME" and len(set(record.data)) > 1:
        yield Problem("rrdatas", f"{len(record.data)} aliases of one name are not modelled")
    for text in record.data if record.type == "A" else ():
        if not response_policy.is_address(text):
            yield Problem("rrdatas", f"{text!r} is no IPv4 address; fix it")


def _policy_rule(item: GoogleResource) -> Iterator[Problem]:
    if not item.body.get("disabled"):
        firewall_policy.rule_of(item)
    yield from ()


def _name_rule(item: GoogleResource) -> Iterator[Problem]:
    for text in response_policy.rule_of(item).addresses:
        if not response_policy.is_address(text):
            yield Problem("local_data", f"{text!r} is no IPv4 address; fix it")


_JUDGED: Mapping[str, Callable[[GoogleResource], Iterator[Problem]]] = {
    "google_compute_firewall": _firewall,
    "google_dns_record_set": _record,
    "google_compute_network_firewall_policy_rule": _policy_rule,
    "google_dns_response_policy_rule": _name_rule,
}


def _touch(item: GoogleResource, problem: Problem) -> Touch:
    if item.type in KEPT:
        return Touch(points=KEPT[item.type].get(problem.field, frozenset({VPC})))
    if item.type.startswith("google_gke_hub_"):
        return everything()
    if item.type.startswith("google_dns_"):
        return Touch(points=frozenset({NAMES}), hosts=_hosts(item))
    if item.type == "google_compute_firewall":
        return _of_firewall(item, problem)
    return Touch(points=frozenset({VPC}))


def _hosts(item: GoogleResource) -> tuple[str, ...] | None:
    """The names that a resource for names is about; None where it does not say."""
    key = "name" if item.type == "google_dns_record_set" else "dns_name"
    name = item.body.get(key)
    if item.type not in NAMED or not isinstance(name, str):
        return None
    plain = name.lower().rstrip(".")
    if item.type == "google_dns_managed_zone":
        return (plain, f"*.{plain}") if plain else None
    return (plain or "*",)


NAMED = frozenset({"google_dns_managed_zone", "google_dns_record_set", "google_dns_response_policy_rule"})


def _of_firewall(item: GoogleResource, problem: Problem) -> Touch:
    """A rule that is not in force touches nothing; another one the packets to its ports, and a deny only refuses."""
    body = item.body
    if body.get("disabled") is True:
        return NOTHING
    rule = FirewallResource(address=item.address, body=body)
    allow, deny = many(body.get("allow")), many(body.get("deny"))
    may = May.REFUSE if deny and not allow and problem.field not in ("allow", "deny") else May.BOTH
    if problem.field in ("allow", "deny") or bool(allow) == bool(deny):
        return Touch(points=frozenset({VPC}), may=may)
    return Touch(points=frozenset({VPC}), ports=_ports(rule), may=may)


MANY = 1024
"""So many ports are told apart; more are all."""


def _ports(rule: FirewallResource) -> frozenset[int] | None:
    """The TCP ports of a rule; None for all."""
    found: set[int] = set()
    for protocol, ranges in rule.traffic:
        if protocol not in ("tcp", "all"):
            continue
        if not ranges or sum(high - low for low, high in ranges) > MANY:
            return None
        found.update(port for low, high in ranges for port in range(low, high + 1))
    return frozenset(found)
