"""What a base speaks of: the names its cases are made from and its rows ask for."""

from dataclasses import dataclass

GATEWAY_NAMESPACE = "istio-egress"
ROOT_NAMESPACE = "istio-system"
TRUST_DOMAIN = "cluster.local"

GENERATED = "generated"
"""How the names of what a case adds begin."""

GOOGLE = "storage.googleapis.com"
"""One of Google's APIs, which every base lets team-x reach directly."""

STRANGERS = ("www.example.com", "other.example")
"""Hosts that no base registers; a case may."""

STAR, UNDER_STAR = "*.wild.example", "a.wild.example"
"""A wildcard that a case may register, and a host under it."""

ADDRESSES = ("198.18.0.50", "198.18.0.51")
"""Addresses of the outside that no name resolves to."""
IN_A_RANGE = "198.18.0.57"
"""One more, in ranges that a case may register."""

PORTS = (80, 443, 8080, 8443, 9000, 9443, 3306, 5432, 27017)
"""Ports on which the harness's sites answer."""

PROTOCOLS = (
    "HTTP",
    "HTTPS",
    "TLS",
    "TCP",
    "GRPC",
    "HTTP2",
    "MONGO",
    "MYSQL",
    "REDIS",
    "http",
    "GRPC-WEB",
    None,
)
"""What a port of a ServiceEntry may declare; None leaves it out."""


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

WORDS = {"tutorial": TUTORIAL, "open": TUTORIAL, "production": PRODUCTION}
"""By base. `open` is the tutorial without what keeps packets in: no NetworkPolicies, no rule that denies all."""
