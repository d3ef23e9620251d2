"""Host names with a leading star, compared as Istio compares them (pkg/config/host/name.go)."""


def is_wildcard(host: str) -> bool:
    """True for `*`, `*.example.com` and `*example.com`."""
    return host.startswith("*")


def subset_of(host: str, pattern: str) -> bool:
    """True when every name that `host` stands for is one that `pattern` stands for."""
    if not is_wildcard(pattern):
        return host == pattern
    if is_wildcard(host):
        return len(host) >= len(pattern) and host[1:].endswith(pattern[1:])
    return host.endswith(pattern[1:])


def overlap(one: str, other: str) -> bool:
    """True when one covers the other (Istio's Name.Matches)."""
    return subset_of(one, other) or subset_of(other, one)


def most_specific(host: str, patterns: list[str]) -> str | None:
    """The pattern that names a host best: itself, else the longest star; None where none covers it."""
    if host in patterns:
        return host
    covering = [pattern for pattern in patterns if subset_of(host, pattern)]
    return max(covering, key=len, default=None)


def fully_qualified(host: str, namespace: str) -> str:
    """A destination's host as istiod reads it: a name without a dot is a Service of the same namespace."""
    if "." in host or "*" in host:
        return host.lower()
    return f"{host}.{namespace}.svc.cluster.local".lower()


def service_host(name: str, namespace: str) -> str:
    """A Kubernetes Service's name in the mesh."""
    return f"{name}.{namespace}.svc.cluster.local"


def namespace_of(host: str) -> str:
    """The namespace in a Kubernetes Service's full name; empty for any other name."""
    parts = host.split(".", 2)
    return parts[1] if len(parts) == 3 and parts[2] == "svc.cluster.local" else ""


def service_aliases(host: str) -> tuple[str, ...]:
    """The shorter names a client may use for a Service, most specific first."""
    name, _, rest = host.partition(".")
    namespace, _, suffix = rest.partition(".")
    if suffix != "svc.cluster.local":
        return (host,)
    return (host, f"{name}.{namespace}.svc", f"{name}.{namespace}")
