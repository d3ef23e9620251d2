"""The controls that an acceptance may lean on, and whether a reviewed state has each of them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from egress.review.findings.admission import refusing
from egress.review.findings.around_isolation import find_allow_any, find_gateway_open, find_no_policies
from egress.review.findings.around_nodes import find_anyone_may_tolerate, gateway_pools, reaches_the_internet
from egress.review.findings.around_routing import find_tenants_may_route
from egress.review.findings.evidence import Evidence
from egress.review.network.addresses import RESTRICTED_VIP, Cover

NOTHING = "nothing"
"""An acceptance that leans on no control: its reason alone is left."""

GOOGLE_API = "storage.googleapis.com"


@dataclass(frozen=True, kw_only=True)
class Safeguard:
    """What a control does, in words, and whether a state has it."""

    does: str
    stands: Callable[[Evidence], bool]


def _gateway_isolation(evidence: Evidence) -> bool:
    return bool(evidence.egress_gateways) and not any(find_gateway_open(evidence))


def _workload_isolation(evidence: Evidence) -> bool:
    return bool(evidence.identities) and not any(find_no_policies(evidence))


def _registry_only(evidence: Evidence) -> bool:
    return bool(evidence.identities) and not any(find_allow_any(evidence))


def _authorization_policies(evidence: Evidence) -> bool:
    policies = [evidence.cluster.authorization.policies_for(gateway) for gateway in evidence.egress_gateways]
    return bool(policies) and all(index.allow for index in policies)


def _sidecar_admission(evidence: Evidence) -> bool:
    return any("sidecar.istio.io/inject" in str(policy.spec) for policy in refusing(evidence, "", "pods"))


def _routing_admission(evidence: Evidence) -> bool:
    return bool(evidence.gateways and evidence.identities) and not any(find_tenants_may_route(evidence))


def _toleration_admission(evidence: Evidence) -> bool:
    return bool(gateway_pools(evidence)) and not any(find_anyone_may_tolerate(evidence))


def _vpc_firewall(evidence: Evidence) -> bool:
    vpc = evidence.cluster.vpc
    theirs = {pool.name for pool in gateway_pools(evidence)}
    others = [pool for pool in vpc.pools if pool.name not in theirs] if vpc else []
    return bool(others) and not any(reaches_the_internet(evidence, pool) for pool in others)


def _restricted_google_apis(evidence: Evidence) -> bool:
    addresses = evidence.cluster.names.resolve(GOOGLE_API).addresses
    return addresses is not None and addresses.covered_by(RESTRICTED_VIP) is Cover.ALL


CONTROLS: Mapping[str, Safeguard] = {
    "gateway-isolation": Safeguard(
        does="NetworkPolicies say who may connect to each port of the egress gateways",
        stands=_gateway_isolation,
    ),
    "workload-isolation": Safeguard(
        does="NetworkPolicies keep the Pods of every application namespace from the internet",
        stands=_workload_isolation,
    ),
    "registry-only": Safeguard(
        does="every sidecar refuses hosts that it does not know (REGISTRY_ONLY)", stands=_registry_only
    ),
    "authorization-policies": Safeguard(
        does="every egress gateway enforces AuthorizationPolicies that allow by name",
        stands=_authorization_policies,
    ),
    "sidecar-admission": Safeguard(
        does="an admission policy judges whether a Pod of every application namespace takes the sidecar off",
        stands=_sidecar_admission,
    ),
    "routing-admission": Safeguard(
        does="an admission policy judges the routing objects of every application namespace",
        stands=_routing_admission,
    ),
    "toleration-admission": Safeguard(
        does="an admission policy judges whether a Pod tolerates the taint of the gateway's nodes",
        stands=_toleration_admission,
    ),
    "vpc-firewall": Safeguard(
        does="the VPC firewall keeps every node but the gateway's from the internet", stands=_vpc_firewall
    ),
    "restricted-google-apis": Safeguard(
        does="Google's API names lead to the restricted addresses", stands=_restricted_google_apis
    ),
}
"""The allow-list: an acceptance that names anything else is refused."""

WORDS: tuple[str, ...] = (*CONTROLS, NOTHING)
"""The words that `leans_on` takes."""


def gone(evidence: Evidence, controls: Iterable[str]) -> frozenset[str]:
    """Those of some controls that a state does not have."""
    return frozenset(name for name in controls if name in CONTROLS and not CONTROLS[name].stands(evidence))
