"""An exact host name, and what is wrong with one that is not."""

import re
from ipaddress import ip_address
from typing import Annotated

from pydantic import AfterValidator, Field

from egress.config.names import LABEL

HOST_PATTERN = rf"^(?=.{{1,253}}$)(?:{LABEL}\.)+(?=[^.]*[a-z]){LABEL}$"
"""The same rule for editors: lower case, two labels or more, the last not a number."""


def host_problem(value: str) -> str | None:
    """What is wrong with a host, and the fix; None where it is an exact lower-case DNS name."""
    shape = _not_a_host_alone(value)
    if shape:
        return shape
    if not value.isascii():
        return "write an internationalised name in its ASCII form (xn--...), as the certificate has it"
    if value != value.lower():
        return f"write the host in lower case: {value.lower().rstrip('.')}"
    if value.endswith("."):
        return f"write the host without the trailing dot: {value.rstrip('.')}"
    if len(value) > 253:
        return f"a DNS name has at most 253 characters, this one has {len(value)}"
    if "." not in value:
        return "a host outside the cluster has a domain: write the full name, such as api.example.com"
    if "_" in value:
        return "a host has no underscore: no certificate could name it"
    long = next((label for label in value.split(".") if len(label) > 63), None)
    if long:
        return f"each part between dots has at most 63 characters, {long[:12]}... has {len(long)}"
    if not re.search(HOST_PATTERN, value) or value.endswith("\n"):
        return "a host is labels of letters, digits and inner hyphens joined by dots, such as api.example.com"
    return None


def _not_a_host_alone(value: str) -> str | None:
    """What is written in addition to a name or instead of one: scheme, user, port, path, address, wildcard."""
    if not value:
        return "there is no value here: write a host, such as api.example.com"
    if value != value.strip():
        return f"write the host without blanks around it: {value.strip()}"
    if "://" in value:
        rest = re.split("[/?#]", value.partition("://")[2], maxsplit=1)[0].rpartition("@")[2]
        return f"write the host alone, without a scheme: {rest.partition(':')[0].lower()}"
    try:
        ip_address(value.strip("[]").partition("/")[0])
    except ValueError:
        pass
    else:
        return "an address has no name to route or authorize by: use a DNS name"
    if "*" in value:
        return (
            "an egress gateway must know the host to resolve, so it cannot route a wildcard: name each host"
        )
    if "@" in value:
        return f"write the host without a user: {value.rpartition('@')[2]}"
    if "/" in value:
        return f"write the host without a path: {value.partition('/')[0]}"
    if re.search(r":\d*$", value):
        return f"write the host without a port: {value.rpartition(':')[0]}"
    return None


def _host(value: str) -> str:
    problem = host_problem(value)
    if problem:
        raise ValueError(problem)
    return value


HostName = Annotated[
    str,
    AfterValidator(_host),
    Field(
        description="An exact DNS name in lower case, without scheme, port, path or wildcard.",
        json_schema_extra={"pattern": HOST_PATTERN},
    ),
]
"""An exact host: no scheme, port, path, wildcard, upper case, trailing dot or non-ASCII letter."""
