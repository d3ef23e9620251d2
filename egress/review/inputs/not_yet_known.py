"""Values of a plan that exist only after its apply: whatever a verdict hangs on refuses the review."""

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from egress.review.errors import ReviewError

Path = tuple[str | int, ...]

PROVIDERS_OWN: Mapping[str, frozenset[str]] = {
    "google_compute_firewall": frozenset({"destination_ranges", "direction"}),
    "google_compute_network_firewall_policy_rule": frozenset({"match", "target_secure_tags"}),
    "google_dns_response_policy": frozenset({"gke_clusters", "local_data"}),
    "google_compute_subnetwork": frozenset({"private_ip_google_access", "secondary_ip_range"}),
    "google_container_cluster": frozenset(
        {
            "datapath_provider",
            "dns_config",
            "ip_allocation_policy",
            "node_config",
            "node_pool",
            "private_cluster_config",
        }
    ),
    "google_container_node_pool": frozenset({"name", "node_config"}),
    "kubernetes_": frozenset(
        {
            *("cluster_ip", "cluster_ips", "external_traffic_policy", "health_check_node_port"),
            *("internal_traffic_policy", "ip_families", "ip_family_policy", "load_balancer_class"),
            "generation",
            "name",
            "node_name",
            "node_port",
            "resource_version",
            "scheduler_name",
            "service_account_name",
            "target_port",
            "timeout_seconds",
            "uid",
        }
    ),
    "kubernetes_job": frozenset({"labels"}),
}
"""What a provider fills in where the configuration says nothing: read as cdktf.out is, where it is absent.

Anything else that is unknown without an expression of its own comes from a `dynamic` block, which a plan does not show.
"""

ABSENT: Final = object()


class NotYetKnown:
    """Stands where a value will be; whoever looks at it refuses the review."""

    __slots__ = ("_told",)

    def __init__(self, told: str) -> None:
        self._told = told

    def refuse(self, *_: Any) -> NoReturn:
        """Raise ReviewError, with the address and what is known only after the apply."""
        raise ReviewError(self._told)

    __bool__ = __str__ = __int__ = __len__ = __iter__ = __contains__ = refuse
    __getitem__ = __getattr__ = __format__ = __lt__ = refuse
    __eq__ = __hash__ = refuse


@dataclass(frozen=True, kw_only=True)
class Leaf:
    """A part of a resource that is known only after the apply, and the expression that it comes from."""

    path: Path
    given: bool
    references: tuple[str, ...]


def leaves(unknown: Any, expression: Any, path: Path = ()) -> Iterator[Leaf]:
    """The parts that `after_unknown` marks, each with the expression that stands for it in the configuration."""
    if unknown is True:
        yield Leaf(path=path, given=expression is not ABSENT, references=references_of(expression))
    elif isinstance(unknown, Mapping):
        for key, inner in unknown.items():
            yield from leaves(inner, _under(expression, key), (*path, key))
    elif isinstance(unknown, list):
        for index, inner in enumerate(unknown):
            yield from leaves(inner, _at(expression, index, len(unknown)), (*path, index))


def _under(expression: Any, key: str) -> Any:
    """An attribute's expression in a block's; one value's stands for all within it."""
    if expression is ABSENT or _is_value(expression):
        return expression
    return expression.get(key, ABSENT) if isinstance(expression, Mapping) else {}


def _at(expression: Any, index: int, length: int) -> Any:
    """One block's expressions; where blocks and expressions do not pair off, some are dynamic."""
    if isinstance(expression, list):
        return expression[index] if len(expression) == length else {"references": []}
    return {"references": []} if expression is ABSENT else expression


def _is_value(expression: Any) -> bool:
    return isinstance(expression, Mapping) and ("references" in expression or "constant_value" in expression)


def references_of(expression: Any) -> tuple[str, ...]:
    """What an expression of a plan's configuration refers to."""
    found = expression.get("references") if isinstance(expression, Mapping) else None
    return tuple(one for one in found if isinstance(one, str)) if isinstance(found, list) else ()


def overlay(
    body: Mapping[str, Any], type_: str, unknown: list[Leaf], mark: Callable[[Leaf], Any]
) -> dict[str, Any]:
    """A body with a mark wherever something is known only after the apply and no default of the provider's."""
    found: dict[str, Any] = _copied(body)
    for leaf in unknown:
        if not leaf.given and _providers_own(type_, leaf.path):
            continue
        if "annotations" in leaf.path and "istio.io/" not in str(leaf.path[-1]):
            continue
        _place(found, leaf.path, mark(leaf))
    return found


def _providers_own(type_: str, path: Path) -> bool:
    if path == ("metadata", 0, "name"):
        return False  # generate_name: the object has no name to be known by
    return any(
        not names.isdisjoint(path) for prefix, names in PROVIDERS_OWN.items() if type_.startswith(prefix)
    )


def _copied(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _copied(inner) for key, inner in value.items()}
    return [_copied(inner) for inner in value] if isinstance(value, list) else value


def _place(body: Any, path: Path, value: Any) -> None:
    """Put a value at a path; a plan leaves attributes out that are not known, and has null for elements."""
    for step, following in itertools.pairwise(path):
        if isinstance(body, dict) and body.get(str(step)) is None:
            body[str(step)] = [] if isinstance(following, int) else {}
        body = body[step]
    last = path[-1]
    if isinstance(body, list) and isinstance(last, int):
        body.extend([None] * (last + 1 - len(body)))
    body[last] = value


def refuse_unknown(value: Any) -> None:
    """Raise ReviewError where something in a value is known only after the apply."""
    if isinstance(value, NotYetKnown):
        value.refuse()
    if isinstance(value, Mapping):
        for inner in value.values():
            refuse_unknown(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            refuse_unknown(inner)
