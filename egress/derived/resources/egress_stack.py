"""The resources of the `egress` stack: what the platform shares, then each team's."""

from collections.abc import Iterator, Mapping
from typing import Any

from egress.config.configuration import Configuration
from egress.config.names import fold
from egress.derived import construct_ids as ids
from egress.derived import gateway
from egress.derived.admission.policies import admission_objects
from egress.derived.admission.workload_accounts import workload_account_objects
from egress.derived.istio.routing import shared_objects
from egress.derived.network_policies.default_deny import gateway_isolation, network_facts
from egress.derived.resources.resource import (
    DESTINATIONS_FILE,
    PLATFORM,
    Cause,
    Derived,
    from_manifest,
    manifest_key,
    typed,
)
from egress.derived.resources.tenant import STACK, tenant_resources
from egress.derived.vpc.dns_names import host_rules
from egress.derived.vpc.gateway_destinations import gateway_destinations


def egress_resources(configuration: Configuration) -> Iterator[Derived]:
    """Every resource that stacks/egress.py builds."""
    platform = configuration.platform
    causes = _causes(configuration)
    for manifest in shared_objects(configuration):
        key = manifest_key(manifest)
        below = (ids.ROUTING, ids.istio_object_id(key.kind, key.name))
        yield from_manifest(STACK, manifest, below, _cause(manifest, key.name, causes))
    if platform.tenants.network == "default-deny":
        for policy in gateway_isolation(configuration, network_facts(platform)):
            inner = (ids.GATEWAY_ISOLATION, f"networkpolicy-{policy.name}", "policy")
            yield typed(STACK, "NetworkPolicy", gateway.NAMESPACE, policy.name, inner, PLATFORM)
    if platform.tenants.admission == "enforced":
        for manifest in admission_objects(platform):
            key = manifest_key(manifest)
            below = (ids.ADMISSION, ids.istio_object_id(key.kind, key.name))
            yield from_manifest(STACK, manifest, below, PLATFORM)
        if platform.tenants.service_accounts == "bound":
            for manifest in workload_account_objects():
                key = manifest_key(manifest)
                below = (ids.WORKLOAD_ACCOUNTS, ids.istio_object_id(key.kind, key.name))
                yield from_manifest(STACK, manifest, below, PLATFORM)
    yield from _of_the_vpc(configuration, causes)
    for name in configuration.teams:
        yield from tenant_resources(configuration, name)


def _of_the_vpc(configuration: Configuration, causes: Mapping[str, Cause]) -> Iterator[Derived]:
    """What of a grant is the VPC's: the host's name, and the gateway nodes' way to its addresses."""
    for name in host_rules(configuration):
        cause = causes.get(name.dns_name.rstrip("."), PLATFORM)
        type_, below = "google_dns_response_policy_rule", (ids.GRANTED_NAMES, name.name)
        yield Derived(stack=STACK, type=type_, ids=below, cause=cause)
    for rule in gateway_destinations(configuration):
        type_, below = "google_compute_network_firewall_policy_rule", (ids.GATEWAY_DESTINATIONS, rule.name)
        yield Derived(stack=STACK, type=type_, ids=below, cause=PLATFORM)


def _causes(configuration: Configuration) -> Mapping[str, Cause]:
    """The entries of destinations.yaml by the host, or the group's name, that an object speaks of."""
    destinations = configuration.destinations
    only_one = "only one of the two hosts can be a destination"
    found: dict[str, Cause] = {}
    for host, destination in destinations.destinations.items():
        for further in destination.also:
            path = ("destinations", host, "also", further)
            found[further] = Cause(file=DESTINATIONS_FILE, path=path, fix=only_one)
    for host in destinations.destinations:
        found[host] = Cause(file=DESTINATIONS_FILE, path=("destinations", host), fix=only_one)
    return found | {
        f"google_apis {name}": Cause(file=DESTINATIONS_FILE, path=("google_apis", name))
        for name in destinations.google_apis
    }


def _cause(manifest: Mapping[str, Any], name: str, causes: Mapping[str, Cause]) -> Cause:
    """The entry whose host the object is named after; the platform where it is named after none."""
    group = causes.get(f"google_apis {name}")
    if (
        group
        and manifest["kind"] == "ServiceEntry"
        and not any(host in causes for host in manifest["spec"]["hosts"])
    ):
        return group
    found = {host for host in _texts(manifest["spec"]) if host in causes and fold(host) in name}
    return causes[found.pop()] if len(found) == 1 else PLATFORM


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)
