"""How long a derived name may be, and the names outside the stacks' own objects that have a limit too.

Sources: Kubernetes, "Object Names and IDs" (253, or 63 where the name is a DNS label); helm/helm
pkg/chartutil/validate_name.go (53); Compute Engine, "Naming resources" (63).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from egress.config.platform import Platform
from egress.derived.resources.mesh_stack import releases, services
from egress.derived.resources.resource import PLATFORM_FILE, Cause, Derived

DNS_LABEL = 63
DNS_SUBDOMAIN = 253
HELM_RELEASE = 53

_LABELS = frozenset({"Namespace", "Service"})
"""Kinds whose name becomes a part of a host name."""


@dataclass(frozen=True, kw_only=True)
class Name:
    """A derived name with its limit."""

    what: str
    text: str
    limit: int
    cause: Cause

    @property
    def excess(self) -> int:
        """How many characters there are too many."""
        return len(self.text) - self.limit


LISTS = {
    ("ServiceEntry", "hosts"): 256,
    ("ServiceEntry", "ports"): 256,
    ("AuthorizationPolicy", "rules"): 512,
}
"""How many items a list of an Istio object may have (charts/base/files/crd-all.gen.yaml, `maxItems`)."""


def too_long_lists(resource: Derived) -> Iterator[tuple[str, int, int]]:
    """The lists of an object that have too many items: the list, how many there are and may be."""
    for (kind, name), limit in LISTS.items():
        if resource.key and resource.key.kind == kind and len(resource.spec.get(name, ())) > limit:
            yield name, len(resource.spec[name]), limit


def long_object_name(resource: Derived) -> Name | None:
    """The name of a Kubernetes object that is too long for its kind."""
    key = resource.key
    if key is None:
        return None
    limit = DNS_LABEL if key.kind in _LABELS else DNS_SUBDOMAIN
    if len(key.name) <= limit:
        return None
    return Name(what=f"its {key.kind}", text=key.name, limit=limit, cause=resource.cause)


def platform_names(platform: Platform) -> Iterator[Name]:
    """Names that the platform's settings become a part of."""
    if platform.mesh.control_plane == "in-cluster":
        for name, cause in releases(platform):
            yield Name(what="istiod's Helm release", text=name, limit=HELM_RELEASE, cause=cause)
        for name, cause in services(platform):
            yield Name(what="istiod's Service", text=name, limit=DNS_LABEL, cause=cause)
    nat = platform.network.cloud_nat
    if nat and nat.addresses:
        cause = Cause(file=PLATFORM_FILE, path=("network", "nat", "name"))
        yield Name(
            what="the NAT's last address", text=f"{nat.name}-{nat.addresses}", limit=DNS_LABEL, cause=cause
        )
