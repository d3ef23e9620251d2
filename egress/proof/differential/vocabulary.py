"""What a base speaks of: the names its cases are made from and its rows ask for."""

from dataclasses import dataclass

GATEWAY_NAMESPACE = "istio-egress"
ROOT_NAMESPACE = "istio-system"
TRUST_DOMAIN = "cluster.local"

GOOGLE = "storage.googleapis.com"
"""One of Google's APIs, which every base lets team-x reach directly."""

STRANGERS = ("www.example.com", "other.example")
"""Hosts that no base registers; a case may."""


@dataclass(frozen=True, kw_only=True)
class Vocabulary:
    """A base's names. Ports are those of the gateway's Pods, with the Service's port of each."""

    namespaces: tuple[str, ...]
    accounts: tuple[tuple[str, str], ...]
    hosts: tuple[str, ...]
    ports: dict[int, int]

    @property
    def principals(self) -> tuple[str, ...]:
        """Every account as AuthorizationPolicies write it."""
        return tuple(f"{TRUST_DOMAIN}/ns/{namespace}/sa/{name}" for namespace, name in self.accounts)

    @property
    def target_ports(self) -> tuple[str, ...]:
        """The gateway Pods' ports, as policies write them."""
        return tuple(map(str, self.ports))


TUTORIAL = Vocabulary(
    namespaces=("team-x", "team-y"),
    accounts=(("team-x", "test"), ("team-y", "test")),
    hosts=("example.com", "httpbin.org"),
    ports={8080: 80, 8443: 443},
)

PRODUCTION = Vocabulary(
    namespaces=("team-x", "team-y", "team-y-jobs"),
    accounts=(("team-x", "batch"), ("team-x", "test"), ("team-y", "test"), ("team-y-jobs", "nightly")),
    hosts=("example.com", "httpbin.org", "api.github.com", "www.iana.org"),
    ports={8080: 80, 8443: 443, 9443: 9443},
)
