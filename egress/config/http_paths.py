"""A path as an AuthorizationPolicy matches it, and what is wrong with one it would never match.

What matches was seen with a real istiod and Envoy: paths are compared without the query, in the case they
are written in, after Envoy has normalised the request (dot segments resolved, unreserved characters decoded),
while `//` is not merged and `%2F` not decoded.
"""

import re
from typing import Annotated

from pydantic import AfterValidator, Field

_SIGN = r'[!"$-)+->@-\[\]-z~]'
"""A printable ASCII character but # * ? \\ { | }."""

HTTP_PATH_PATTERN = rf"^(?:/(?!\*$){_SIGN}*\*?|\*{_SIGN}+)$"
"""The shape, for editors."""

_UNRESERVED = re.compile(r"%(?:2[DdEe]|3[0-9]|4[1-9A-Fa-f]|5[0-9AaFf]|6[1-9A-Fa-f]|7[0-9AaEe])")
"""Percent-encoded letters, digits, `-`, `.`, `_` and `~` (RFC 3986, section 2.3)."""


_EXPRESSION = re.compile(r"^\^|[^/]\$$|\.[*+]|\\[dwsDWS][+*{]|\\\.|\(\?|\[\^?[^\]/]-[^\]/]|[\])][*+]")
"""What marks a regular expression and no path that a client sends: OData's `$metadata` and `Products(1)` are paths."""


def path_problem(value: str) -> str | None:
    """What is wrong with a granted path, and the fix; None where it is one a request can match."""
    return _not_a_pattern(value) or _never_matches(value)


def _not_a_pattern(value: str) -> str | None:
    if not value:
        return "there is no value here: write a path such as /v1/status, or leave `paths` out for all"
    if _EXPRESSION.search(value) or "|" in value:
        return (
            "a path is not a regular expression, and this one would be compared letter by letter: write the path, "
            "/a* for a beginning or *a for an end"
        )
    if "?" in value or "#" in value:
        return f"paths are compared without query and fragment: {re.split('[?#]', value, maxsplit=1)[0]}"
    if "{" in value or "}" in value:
        return "path templates ({...}) are not used here: write the path, or its beginning and a *"
    if value in ("*", "/*"):
        return "this allows every path: leave `paths` out"
    if "*" in value[1:-1] or (value.startswith("*") and value.endswith("*")):
        return "a * is only for a beginning or an end (/a* or *a): Istio would compare this one literally"
    if address := re.match(r"[a-z][a-z0-9+.-]*://[^/]*", value, re.IGNORECASE):
        return f"a path begins after the host: did you mean {value[address.end() :] or '/'}?"
    if not value.startswith(("/", "*")):
        return f"a path begins with a slash: did you mean /{value}?"
    if not value.isascii() or re.search(r"\s", value):
        return "blanks and non-ASCII letters reach the gateway percent-encoded: write them so (%20)"
    return None


def _never_matches(value: str) -> str | None:
    if "\\" in value:
        return f"the gateway reads \\ as /: did you mean {value.replace(chr(92), '/')}?"
    if "//" in value:
        single = re.sub("/{2,}", "/", value)
        return f"the gateway does not merge slashes, so this never matches {single}: did you mean that?"
    if re.search(r"/\.\.?(?:/|$)", value):
        return "the gateway resolves . and .. before it compares, so this never matches: write where it leads"
    if re.search(r"%(?:2[Ff]|5[Cc])", value):
        return "the gateway does not decode %2F and %5C, while many servers do: write plain slashes"
    if re.search(r"%(?![0-9A-Fa-f]{2})", value):
        return "a % is followed by two hexadecimal digits: write %25 for the sign itself"
    if _UNRESERVED.search(value):
        return "the gateway decodes letters, digits and -._~ before it compares: write them plainly"
    return None


def _path(value: str) -> str:
    problem = path_problem(value)
    if problem:
        raise ValueError(problem)
    return value


HttpPath = Annotated[
    str,
    AfterValidator(_path),
    Field(
        description="An absolute path without query: exact, or with * at its end or its beginning.",
        json_schema_extra={"pattern": HTTP_PATH_PATTERN},
    ),
]
"""A path: exact, `/a*` for a beginning or `*a` for an end."""
