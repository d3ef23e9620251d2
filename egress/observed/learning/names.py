"""Hosts that are never granted by themselves: addresses, names outside the public suffixes' form, random names."""

import ipaddress
import math
import re
from collections import Counter
from enum import StrEnum, auto
from itertools import pairwise

from egress.config.hosts import host_problem

SPECIAL_USE = frozenset(
    {
        "alt",
        "arpa",
        "cluster",
        "corp",
        "example",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
        "svc",
        "test",
    }
)
"""Last labels that no public suffix has: RFC 6761 and 9476, the ICANN's list of collisions, and what clusters use."""

TOP_LEVEL = re.compile(r"[a-z]{2,24}|xn--[a-z0-9-]{2,58}")
LONG = 12
"""A label from this length on is looked at."""
BITS = 3.2
"""Bits of information a letter from which on a label with digits looks random: words lie around 2.7 to 3.0."""
HEXADECIMAL = re.compile(r"[0-9a-f]{12,}")


class Odd(StrEnum):
    """Why a host is listed apart."""

    ADDRESS = auto()
    NOT_PUBLIC = auto()
    """Its last label is no public suffix's."""
    RANDOM = auto()
    """A label that a program made up."""
    NOT_A_HOST = auto()
    """A configuration cannot name it."""
    METADATA = auto()
    """The node's metadata server."""
    INSIDE = auto()
    """A Service of the cluster."""


METADATA = frozenset({"metadata.google.internal", "169.254.169.254", "metadata"})


def odd(host: str) -> Odd | None:
    """Why a host is never granted by itself; None for a common name."""
    if host in METADATA:
        return Odd.METADATA
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        return Odd.ADDRESS
    if host.endswith((".svc.cluster.local", ".svc")):
        return Odd.INSIDE
    last = host.rpartition(".")[2]
    if "." not in host or last in SPECIAL_USE or not TOP_LEVEL.fullmatch(last):
        return Odd.NOT_PUBLIC
    if host_problem(host):
        return Odd.NOT_A_HOST
    return Odd.RANDOM if any(map(random_looking, host.split(".")[:-1])) else None


def random_looking(label: str) -> bool:
    """Whether a label looks as if a program made it up: long hexadecimal, or digits among many different letters."""
    if len(label) < LONG or label.startswith("xn--"):
        return False
    if HEXADECIMAL.fullmatch(label) and any(each.isdigit() for each in label):
        return True
    changes = sum(one.isdigit() != other.isdigit() for one, other in pairwise(label))
    if bits(label) >= BITS and changes >= 4:
        return True
    return _unspeakable(label)


def bits(label: str) -> float:
    """Shannon's entropy of a label's letters, in bits a letter."""
    return -sum(n / len(label) * math.log2(n / len(label)) for n in Counter(label).values())


def _unspeakable(label: str) -> bool:
    """Whether a label without hyphens has consonants in rows that no word has."""
    return any(len(row) >= 6 for row in re.findall(r"[bcdfghjklmnpqrstvwxz]+", label))
