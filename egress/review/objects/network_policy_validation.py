"""What an API server refuses of a NetworkPolicy whose fields are all of their form.

Source: Kubernetes, pkg/apis/networking/validation (ValidateNetworkPolicySpec) and apimachinery's label selectors.
"""

import ipaddress
import re
from collections.abc import Iterator, Mapping
from typing import Any

PROTOCOLS = ("TCP", "UDP", "SCTP")
POLICY_TYPES = ("Ingress", "Egress")
MAX_PORT = 65535

_NAME = re.compile(r"(?=.{1,15}\Z)(?!.*--)(?=.*[a-z])[a-z0-9](?:[a-z0-9-]*[a-z0-9])?")
"""Of a port (RFC 6335)."""


def refused(spec: Mapping[str, Any]) -> Iterator[str]:
    """The fields that are refused, each with its path first. Their forms are right."""
    yield from _selector(spec.get("podSelector"), "spec.podSelector")
    types = spec.get("policyTypes") or ()
    for number, stated in enumerate(types):
        if stated not in POLICY_TYPES:
            yield f"spec.policyTypes[{number}]: {stated!r} is neither Ingress nor Egress (capital letters count)"
    if len(types) > len(POLICY_TYPES):
        yield f"spec.policyTypes: {len(types)} entries; Ingress and Egress are all there is"
    for direction, ends in (("egress", "to"), ("ingress", "from")):
        for number, rule in enumerate(spec.get(direction) or ()):
            path = f"spec.{direction}[{number}]"
            for at, port in enumerate(rule.get("ports") or ()):
                yield from _port(port, f"{path}.ports[{at}]")
            for at, peer in enumerate(rule.get(ends) or ()):
                yield from _peer(peer, f"{path}.{ends}[{at}]")


def _port(port: Mapping[str, Any], path: str) -> Iterator[str]:
    protocol, number, last = port.get("protocol"), port.get("port"), port.get("endPort")
    if isinstance(protocol, str) and protocol not in PROTOCOLS:
        yield f"{path}.protocol: {protocol!r} is none of {', '.join(PROTOCOLS)} (capital letters count)"
    if isinstance(number, str) and not _NAME.fullmatch(number):
        yield f"{path}.port: {number!r} is no name of a port (at most 15 of a-z, 0-9 and -, with a letter)"
    if isinstance(number, int) and not 1 <= number <= MAX_PORT:
        yield f"{path}.port: {number} is no port (1 to {MAX_PORT})"
    if not isinstance(last, int):
        return
    if number is None:
        yield f"{path}.endPort: {last} without a port where the range begins"
    elif isinstance(number, str):
        yield f"{path}.endPort: {last} behind the named port {number!r}; a range begins with a number"
    elif isinstance(number, int) and last < number:
        yield f"{path}.endPort: {last} is less than the port {number}"


def _peer(peer: Mapping[str, Any], path: str) -> Iterator[str]:
    block = peer.get("ipBlock")
    selectors = [key for key in ("podSelector", "namespaceSelector") if peer.get(key) is not None]
    if block is None and not selectors:
        yield f"{path}: names nobody; state an ipBlock, a podSelector or a namespaceSelector"
    if block is not None and selectors:
        yield f"{path}: an ipBlock beside a {selectors[0]}; make two entries of them"
    for key in selectors:
        yield from _selector(peer[key], f"{path}.{key}")
    if not isinstance(block, Mapping) or not isinstance(block.get("cidr"), str):
        return
    cidrs = [("cidr", block["cidr"])]
    cidrs += [(f"except[{at}]", one) for at, one in enumerate(block.get("except") or ())]
    for key, cidr in cidrs:
        if isinstance(cidr, str) and "/" not in cidr:
            yield f"{path}.ipBlock.{key}: {cidr!r} is one address; write a range, such as {cidr}/32"
    whole = ipaddress.ip_network(block["cidr"], strict=False)
    for key, cidr in cidrs[1:]:
        part = ipaddress.ip_network(cidr, strict=False)
        if part.version != whole.version or part == whole or not _within(part, whole):
            yield f"{path}.ipBlock.{key}: {cidr!r} is no part of {block['cidr']}"


def _within(part: Any, whole: Any) -> bool:
    return bool(part.subnet_of(whole))


def _selector(selector: Any, path: str) -> Iterator[str]:
    if not isinstance(selector, Mapping):
        return
    for number, one in enumerate(selector.get("matchExpressions") or ()):
        stated, operator = bool(one.get("values")), one.get("operator")
        if operator in ("In", "NotIn") and not stated:
            yield f"{path}.matchExpressions[{number}].values: missing; the operator {operator} needs some"
        if operator in ("Exists", "DoesNotExist") and stated:
            yield f"{path}.matchExpressions[{number}].values: the operator {operator} takes none"
