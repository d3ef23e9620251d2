"""Which names the VPC's resolver asks outside, as rules of a Cloud DNS response policy.

Every Pod may ask for a name, and a name can carry data (D30). So every name is answered here with an address of
nobody, but for those that the configuration needs. Source: Cloud DNS, "Manage response policies": a query matches one
rule, that of the longest suffix; `bypassResponsePolicy` lets it go on as without a policy. Others' scripts use `*.` for
every name; Google's text does not name it, and it was not tried here.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from egress.config.configuration import Configuration
from egress.config.platform import Platform
from egress.derived.istio.routing import reached_hosts
from egress.derived.object_names import label_of
from egress.derived.vpc.google_apis import google_domains, is_googles

RESPONSE_POLICY = "egress-names"
"""The response policy of a new network."""

QUERY_LOG = "egress-dns-queries"
"""The DNS server policy that logs queries."""

NOBODY = "192.0.2.1"
"""TEST-NET-1 (RFC 5737): no host has it, and unlike 0.0.0.0 it does not lead a Pod to itself."""

EVERY_NAME = "*."
TTL = 300


@dataclass(frozen=True, kw_only=True)
class NameRule:
    """One rule: with `address` every type but A is empty, without it the name is asked as if there were no policy."""

    name: str
    dns_name: str
    address: str | None = None


def closes_names(platform: Platform) -> bool:
    """Whether names are closed at all."""
    return platform.network.dns == "closed"


def platform_rules(platform: Platform) -> tuple[NameRule, ...]:
    """The rules that hold before any host is granted: the closed rest, Google's names, the inside's own.

    A shared network's policy is others' too: what it answers to the rest of all names is its owner's.
    """
    if not closes_names(platform):
        return ()
    return tuple(_platform_rules(platform))


def _platform_rules(platform: Platform) -> Iterator[NameRule]:
    if platform.network.existing is None:
        yield NameRule(name="every-other-name", dns_name=EVERY_NAME, address=NOBODY)
    for domain in google_domains(platform):
        yield NameRule(name=label_of(domain.rstrip(".")), dns_name=domain)
        yield NameRule(name=f"below-{label_of(domain.rstrip('.'))}", dns_name=f"*.{domain}")
    # VMs' own names and metadata.google.internal; with Cloud DNS for GKE, Services and Pods.
    yield NameRule(name="below-internal", dns_name="*.internal.")
    yield NameRule(name="below-cluster-local", dns_name="*.cluster.local.")


def host_rules(configuration: Configuration) -> tuple[NameRule, ...]:
    """The names of the hosts that somebody is granted; those of Google are open already."""
    if not closes_names(configuration.platform):
        return ()
    return tuple(
        NameRule(name=label_of(f"host.{host}"), dns_name=f"{host}.")
        for host in sorted({host for host, _ in reached_hosts(configuration)})
        if not is_googles(host)
    )
