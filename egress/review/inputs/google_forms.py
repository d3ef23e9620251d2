"""The forms of the fields of Google's resources that are read: what no apply takes is a problem, with its field.

A list with one entry stands for repeated blocks, a mapping for a single one; Terraform's two notations write either as
a list or as a block. A value that only an apply tells is a problem where the review compares it with a request.
"""

import ipaddress
from collections.abc import Callable, Iterator, Mapping
from enum import Enum, auto
from typing import Any, NamedTuple

from egress.review.inputs.not_yet_known import NotYetKnown
from egress.terraform import Unknown


class Form(Enum):
    """The form of a value."""

    REFERENCE = auto()
    """A text that the review compares with others of its kind; it may be known only after the apply."""
    REFERENCES = auto()
    TEXT = auto()
    TEXTS = auto()
    LABELS = auto()
    SWITCH = auto()
    PRIORITY = auto()
    RANGE = auto()
    RANGES = auto()
    PORTS = auto()
    ANY = auto()
    """What is looked at for being there alone."""


R, RS, T, TS, L, B, N, C, CS, P, ANY = Form


class Needed(NamedTuple):
    """A field without which no apply takes its block."""

    form: Any


class Option(NamedTuple):
    """One of some words."""

    words: tuple[str, ...]


_ACCOUNT = {"service_account": R, "labels": L, "taint": [{"key": R, "value": R, "effect": R}], "tags": RS}
_POOL = {"name": R, "node_config": _ACCOUNT, "network_config": {"enable_private_nodes": B}}
_LAYER4 = [{"ip_protocol": T, "ports": P}]
_RECORDS = [{"rrdatas": TS, "health_checked_targets": ANY}]
_TRAFFIC = [{"protocol": Needed(T), "ports": P}]

FORMS: Mapping[str, Mapping[str, Any]] = {
    "google_compute_network": {
        "name": R,
        "project": R,
        "delete_default_routes_on_create": B,
        "network_firewall_policy_enforcement_order": Option(
            ("AFTER_CLASSIC_FIREWALL", "BEFORE_CLASSIC_FIREWALL")
        ),
    },
    "google_compute_subnetwork": {
        "name": R,
        "network": R,
        "project": R,
        "region": R,
        "ip_cidr_range": C,
        "secondary_ip_range": [{"range_name": Needed(R), "ip_cidr_range": Needed(C)}],
        "private_ip_google_access": B,
        "stack_type": T,
    },
    "google_compute_firewall": {
        "name": R,
        "network": R,
        "project": R,
        "priority": N,
        "direction": Option(("INGRESS", "EGRESS")),
        "disabled": B,
        "allow": _TRAFFIC,
        "deny": _TRAFFIC,
        "destination_ranges": CS,
        "source_ranges": CS,
        "source_service_accounts": RS,
        "target_service_accounts": RS,
        "source_tags": RS,
        "target_tags": RS,
        "description": R,
    },
    "google_compute_router": {"name": R, "network": R, "project": R, "region": R},
    "google_compute_router_nat": {
        "name": R,
        "router": R,
        "project": R,
        "region": R,
        "type": Option(("PUBLIC", "PRIVATE")),
        "source_subnetwork_ip_ranges_to_nat": Option(
            (
                "ALL_SUBNETWORKS_ALL_IP_RANGES",
                "ALL_SUBNETWORKS_ALL_PRIMARY_IP_RANGES",
                "LIST_OF_SUBNETWORKS",
            )
        ),
        "subnetwork": [{"name": Needed(R), "source_ip_ranges_to_nat": TS, "secondary_ip_range_names": RS}],
        "rules": [{"rule_number": ANY}],
    },
    "google_dns_managed_zone": {
        "name": Needed(R),
        "dns_name": Needed(T),
        "visibility": Option(("public", "private")),
        "forwarding_config": {"target_name_servers": ANY},
        "peering_config": {"target_network": ANY},
        "private_visibility_config": {"networks": [{"network_url": R}]},
    },
    "google_dns_record_set": {
        "name": Needed(T),
        "type": Needed(T),
        "managed_zone": Needed(R),
        "rrdatas": TS,
        "routing_policy": {"wrr": _RECORDS, "geo": _RECORDS, "primary_backup": ANY},
    },
    "google_dns_policy": {"alternative_name_server_config": {"target_name_servers": ANY}},
    "google_dns_response_policy": {
        "response_policy_name": R,
        "networks": [{"network_url": R}],
        "gke_clusters": [{"gke_cluster_name": ANY}],
    },
    "google_dns_response_policy_rule": {
        "response_policy": R,
        "dns_name": Needed(T),
        "behavior": T,
        "local_data": {"local_datas": [{"name": T, "type": Needed(T), "rrdatas": Needed(TS)}]},
    },
    "google_compute_network_firewall_policy": {"name": R},
    "google_compute_network_firewall_policy_association": {
        "name": R,
        "firewall_policy": R,
        "attachment_target": R,
    },
    "google_compute_network_firewall_policy_rule": {
        "rule_name": R,
        "firewall_policy": R,
        "priority": Needed(N),
        "action": Needed(T),
        "direction": Option(("INGRESS", "EGRESS")),
        "disabled": B,
        "match": {"dest_ip_ranges": CS, "dest_fqdns": TS, "layer4_configs": _LAYER4},
        "target_service_accounts": RS,
        "target_secure_tags": [{"name": ANY}],
    },
    "google_container_cluster": {
        "name": R,
        "network": R,
        "project": R,
        "datapath_provider": T,
        "enable_autopilot": B,
        "remove_default_node_pool": B,
        "ip_allocation_policy": {
            "cluster_secondary_range_name": R,
            "services_secondary_range_name": R,
            "stack_type": T,
        },
        "private_cluster_config": {"enable_private_nodes": B, "master_ipv4_cidr_block": C},
        "dns_config": {"cluster_dns": T},
        "addons_config": {"dns_cache_config": {"enabled": B}},
        "cluster_autoscaling": {"enabled": B},
        "network_policy": {"enabled": B},
        "node_config": _ACCOUNT,
        "node_pool": [_POOL],
    },
    "google_container_node_pool": _POOL,
    "google_access_context_manager_service_perimeter": {
        "status": {"restricted_services": RS, "resources": RS}
    },
    "google_gke_hub_feature": {
        "name": R,
        "fleet_default_member_config": [{"configmanagement": ANY}],
    },
    "google_gke_hub_feature_membership": {"configmanagement": [{"config_sync": ANY}]},
}
"""Every field of a type that the review reads."""

MAX_PRIORITY = 2_147_483_647
MAX_PORT = 65535
NOTHING: tuple[Any, ...] = (None, "", [], {})
_DROPPED: Any = object()


class Problem(NamedTuple):
    """One field of a resource that says nothing."""

    path: str
    told: str

    @property
    def field(self) -> str:
        """The argument of the resource that it is in."""
        return self.path.partition(".")[0].partition("[")[0]

    def __str__(self) -> str:
        """As a person reads it."""
        return f"{self.path}: {self.told}"


def formed(type_: str, body: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """A body with each field that is read in its form, and what of it is none."""
    problems: list[Problem] = []
    found = _formed_block(body, FORMS.get(type_, {}), "", problems)
    return found, problems


def _formed_block(
    body: Mapping[str, Any], form: Mapping[str, Any], path: str, problems: list[Problem]
) -> dict[str, Any]:
    found = dict(body)
    for key, wanted in form.items():
        own = f"{path}.{key}" if path else key
        value = body.get(key)
        if isinstance(value, NotYetKnown):
            continue
        if _is_absent(value):
            found.pop(key, None)
            if isinstance(wanted, Needed):
                problems.append(Problem(own, "missing; state it"))
            continue
        read = _formed(value, wanted.form if isinstance(wanted, Needed) else wanted, own, problems)
        if read is _DROPPED:
            found.pop(key)
        else:
            found[key] = read
    return found


def _formed(value: Any, form: Any, path: str, problems: list[Problem]) -> Any:
    if isinstance(value, NotYetKnown):
        return value
    if isinstance(form, Mapping | list):
        return _formed_blocks(value, form, path, problems)
    if isinstance(form, Option):
        if value in form.words and not isinstance(value, Unknown):
            return value
        problems.append(Problem(path, f"{_shown(value)} is none of {', '.join(form.words)}{_fix(value)}"))
        return _DROPPED
    read, told = _READERS[form]
    try:
        return read(value)
    except (ValueError, TypeError):
        problems.append(Problem(path, f"{_shown(value)} is {told}{_fix(value)}"))
        return _DROPPED


def _formed_blocks(value: Any, form: Any, path: str, problems: list[Problem]) -> Any:
    repeated = isinstance(form, list)
    listed = value if isinstance(value, list | tuple) else [value]
    if not all(isinstance(one, Mapping) or one is None for one in listed):
        problems.append(Problem(path, f"{_shown(value)} is no block of fields{_fix(value)}"))
        return _DROPPED
    if len(listed) > 1 and not repeated:
        problems.append(Problem(path, f"{len(listed)} blocks, where one belongs; fix it"))
        return _DROPPED
    inner = form[0] if repeated else form
    many = len(listed) > 1 or repeated
    found = [
        _formed_block(one or {}, inner, f"{path}[{number}]" if many else path, problems)
        for number, one in enumerate(listed)
    ]
    whole = [
        one for one in found if all(key in one for key, wanted in inner.items() if isinstance(wanted, Needed))
    ]
    if isinstance(value, list | tuple):
        return whole
    return whole[0] if whole else _DROPPED


def _is_absent(value: Any) -> bool:
    """True for what a plan writes where nothing is stated."""
    return value is None or (isinstance(value, str | list | tuple | Mapping) and not value)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    return value if isinstance(value, str) else str(value)


def _literal(value: Any) -> str:
    if isinstance(value, Unknown):
        raise ValueError
    return _text(value)


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise TypeError
    return value


def _each(read: Callable[[Any], Any]) -> Callable[[Any], list[Any]]:
    def listed(value: Any) -> list[Any]:
        items = _listed(value)
        if any(isinstance(one, NotYetKnown) for one in items):
            # A plan writes null beside it for what it knows no better; whoever asks is refused.
            return list(items)
        return [read(one) for one in items]

    return listed


def _labels(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise TypeError
    return {str(key): text if isinstance(text, NotYetKnown) else _text(text) for key, text in value.items()}


def _switch(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value in ("true", "false"):
        return value == "true"
    raise ValueError


def _number(value: Any) -> int:
    text = _literal(value)
    found = int(float(text)) if text.endswith(".0") else int(text)
    if not 0 <= found <= MAX_PRIORITY:
        raise ValueError
    return found


def _range(value: Any) -> str:
    text = _literal(value)
    if not isinstance(value, str):
        raise TypeError
    ipaddress.ip_network(text, strict=False)
    return text


def _port(value: Any) -> str:
    low, _, high = _literal(value).partition("-")
    if not all(part.isascii() and part.isdecimal() for part in (low, high or low)):
        raise ValueError
    if not int(low) <= int(high or low) <= MAX_PORT:
        raise ValueError
    return _text(value)


_READERS: Mapping[Form, tuple[Callable[[Any], Any], str]] = {
    Form.REFERENCE: (_text, "no text"),
    Form.REFERENCES: (_each(_text), "no list of texts"),
    Form.TEXT: (_literal, "no text"),
    Form.TEXTS: (_each(_literal), "no list of texts"),
    Form.LABELS: (_labels, "no map of texts"),
    Form.SWITCH: (_switch, "neither true nor false"),
    Form.PRIORITY: (_number, f"no whole number from 0 to {MAX_PRIORITY}"),
    Form.RANGE: (_range, "no range of addresses"),
    Form.RANGES: (_each(_range), "no list of ranges of addresses"),
    Form.PORTS: (_each(_port), f"no list of ports or ranges of ports (0 to {MAX_PORT})"),
    Form.ANY: (lambda value: value, ""),
}


def _fix(value: Any) -> str:
    if any(isinstance(one, Unknown) for one in _leaves(value)):
        return "; give it a value that a plan knows, or review the plan"
    return "; fix it"


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, Mapping):
        for inner in value.values():
            yield from _leaves(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _leaves(inner)
    else:
        yield value


def _shown(value: Any) -> str:
    if any(isinstance(one, NotYetKnown) for one in _leaves(value)):
        return "what is known only after the apply"
    text = "a block of fields" if isinstance(value, Mapping) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
