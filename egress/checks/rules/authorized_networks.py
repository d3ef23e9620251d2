"""Who may call the API server."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from egress.checks.draft import Draft
from egress.source.problem import Problem

NETWORKS = ("cluster", "authorized_networks")

WIDEST = 8
"""The shortest prefix of a range that some organisation owns as a whole."""

NOBODYS = {
    "199.36.153.0/24": "Google's own addresses for private access",
    "169.254.0.0/16": "link-local addresses",
    "127.0.0.0/8": "loopback addresses",
    "224.0.0.0/4": "multicast addresses",
    "240.0.0.0/4": "reserved addresses",
}
"""Ranges no client calls from (RFC 6890; Private Google Access)."""


def authorized_networks_name_somebody(draft: Draft) -> Iterator[Problem]:
    """No range is open to everybody, to nobody, or covered by another one."""
    stated = draft.platform.get(NETWORKS)
    before: list[IPv4Network] = []
    for position in range(len(stated) if isinstance(stated, list) else 0):
        text = draft.platform.get((*NETWORKS, position))
        if not text:
            continue
        network = IPv4Network(text)
        message = _wrong(network, before)
        if message:
            yield draft.platform.problem((*NETWORKS, position), message)
        before.append(network)


def _wrong(network: IPv4Network, before: list[IPv4Network]) -> str | None:
    if network.prefixlen == 0:
        return (
            "this lets the whole internet call the API server: "
            "name the addresses you deploy from, such as 203.0.113.7/32"
        )
    if network.prefixlen < WIDEST:
        return f"a /{network.prefixlen} is much of the internet: name the addresses you deploy from"
    for text, what in NOBODYS.items():
        if network.overlaps(IPv4Network(text)):
            return f"{text} are {what}, and nobody calls from there: name the addresses you deploy from"
    covering = next((each for each in before if network.subnet_of(each)), None)
    if covering:
        return f"{covering} covers this already: remove one of them"
    covered = next((each for each in before if each.subnet_of(network)), None)
    return f"this covers {covered} too: remove one of them" if covered else None
