"""How an AuthorizationPolicy's values compare with a request."""

from collections.abc import Callable, Iterable

from egress.review.istio.templates import fits

Compare = Callable[[str, str], bool]


def by_string(pattern: str, value: str) -> bool:
    """Exact, `prefix*`, `*suffix`, or `*` for anything that is there; a star inside is a plain character."""
    if pattern == "*":
        return value != ""
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    if pattern.endswith("*"):
        return value.startswith(pattern[:-1])
    return pattern == value


def by_host(pattern: str, value: str) -> bool:
    """The whole authority with its port, whatever its case (security/authz/matcher/header.go)."""
    return by_string(pattern.lower(), value.lower())


def by_path(pattern: str, value: str) -> bool:
    """A string, or a template with `{*}` for one segment and `{**}` for any number."""
    if "{*}" in pattern or "{**}" in pattern:
        return fits(pattern, value)
    return by_string(pattern, value)


def by_principal(pattern: str, value: str) -> bool:
    """A principal without spiffe://; Istio puts that in front, so that a pattern with it matches nothing."""
    if not value:
        return False
    if pattern == "*":
        return True
    if pattern.startswith("*"):
        return value.endswith(pattern[1:])
    return by_string(pattern, value)


def by_namespace(pattern: str, value: str) -> bool:
    """The namespace of the peer's certificate; a star may stand anywhere."""
    return bool(value) and fits(pattern, value, stars=True)


def any_of(patterns: Iterable[str], value: str, compare: Compare) -> bool:
    """True when one of several values compares."""
    return any(compare(str(pattern), value) for pattern in patterns)
