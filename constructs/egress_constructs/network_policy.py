"""A Kubernetes NetworkPolicy."""

from collections.abc import Sequence
from dataclasses import dataclass

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_kubernetes.network_policy_v1 import (
    NetworkPolicyV1,
    NetworkPolicyV1Metadata,
    NetworkPolicyV1Spec,
    NetworkPolicyV1SpecEgress,
    NetworkPolicyV1SpecEgressPorts,
    NetworkPolicyV1SpecEgressTo,
    NetworkPolicyV1SpecEgressToIpBlock,
    NetworkPolicyV1SpecEgressToNamespaceSelector,
    NetworkPolicyV1SpecEgressToPodSelector,
    NetworkPolicyV1SpecIngress,
    NetworkPolicyV1SpecIngressFrom,
    NetworkPolicyV1SpecIngressFromIpBlock,
    NetworkPolicyV1SpecIngressFromNamespaceSelector,
    NetworkPolicyV1SpecIngressFromPodSelector,
    NetworkPolicyV1SpecIngressPorts,
    NetworkPolicyV1SpecPodSelector,
)
from constructs import Construct

from egress.derived.network_policies.policy import NAMESPACE_LABEL, Peer, Rule
from egress.derived.network_policies.policy import NetworkPolicy as Policy


@dataclass(frozen=True, kw_only=True)
class NetworkPolicyProps:
    """The policy as data, and the namespace whose Pods it selects."""

    namespace: str
    policy: Policy
    depends_on: Sequence[ITerraformDependable]


class NetworkPolicy(Construct):
    """A policy for all Pods of a namespace.

    Typed structs all the way down: a dictionary inside a typed list silently loses its keys in cdktf, and an
    empty rule allows everything.
    """

    def __init__(self, scope: Construct, id_: str, props: NetworkPolicyProps) -> None:
        super().__init__(scope, id_)
        policy = props.policy
        NetworkPolicyV1(
            self,
            "policy",
            metadata=NetworkPolicyV1Metadata(name=policy.name, namespace=props.namespace),
            spec=NetworkPolicyV1Spec(
                pod_selector=NetworkPolicyV1SpecPodSelector(),
                policy_types=[
                    direction
                    for direction, rules in (("Ingress", policy.ingress), ("Egress", policy.egress))
                    if rules is not None
                ],
                egress=[_egress(rule) for rule in policy.egress or ()] or None,
                ingress=[_ingress(rule) for rule in policy.ingress or ()] or None,
            ),
            depends_on=list(props.depends_on) or None,
        )


def _egress(rule: Rule) -> NetworkPolicyV1SpecEgress:
    return NetworkPolicyV1SpecEgress(
        to=[_to(peer) for peer in rule.peers],
        ports=[
            NetworkPolicyV1SpecEgressPorts(port=str(port.number), protocol=port.protocol)
            for port in rule.ports
        ]
        or None,
    )


def _to(peer: Peer) -> NetworkPolicyV1SpecEgressTo:
    if peer.cidr:
        return NetworkPolicyV1SpecEgressTo(
            ip_block=NetworkPolicyV1SpecEgressToIpBlock(cidr=peer.cidr, except_=list(peer.excluding) or None)
        )
    return NetworkPolicyV1SpecEgressTo(
        namespace_selector=NetworkPolicyV1SpecEgressToNamespaceSelector(
            match_labels={NAMESPACE_LABEL: peer.namespace}
        )
        if peer.namespace
        else None,
        pod_selector=NetworkPolicyV1SpecEgressToPodSelector(match_labels=_labels(peer))
        if _selects_pods(peer)
        else None,
    )


def _ingress(rule: Rule) -> NetworkPolicyV1SpecIngress:
    return NetworkPolicyV1SpecIngress(
        from_=[_from(peer) for peer in rule.peers],
        ports=[
            NetworkPolicyV1SpecIngressPorts(port=str(port.number), protocol=port.protocol)
            for port in rule.ports
        ]
        or None,
    )


def _from(peer: Peer) -> NetworkPolicyV1SpecIngressFrom:
    if peer.cidr:
        return NetworkPolicyV1SpecIngressFrom(
            ip_block=NetworkPolicyV1SpecIngressFromIpBlock(
                cidr=peer.cidr, except_=list(peer.excluding) or None
            )
        )
    return NetworkPolicyV1SpecIngressFrom(
        namespace_selector=NetworkPolicyV1SpecIngressFromNamespaceSelector(
            match_labels={NAMESPACE_LABEL: peer.namespace}
        )
        if peer.namespace
        else None,
        pod_selector=NetworkPolicyV1SpecIngressFromPodSelector(match_labels=_labels(peer))
        if _selects_pods(peer)
        else None,
    )


def _selects_pods(peer: Peer) -> bool:
    """A peer without a namespace means the own one, which only a Pod selector can say."""
    return peer.pods is not None or peer.namespace is None


def _labels(peer: Peer) -> dict[str, str] | None:
    return dict(peer.pods) if peer.pods else None
