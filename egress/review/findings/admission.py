"""Which admission policies judge an object that a team creates."""

from collections.abc import Iterable, Mapping
from typing import Any

from egress.review.findings.evidence import Evidence
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import selects


def refusing(evidence: Evidence, group: str, resource: str) -> list[KubernetesObject]:
    """The ValidatingAdmissionPolicies that judge the creation of a resource in every application namespace.

    They are bound with Deny; whether their expressions refuse the right thing is not judged.
    """
    namespaces = {source.namespace for source in evidence.identities}
    held = {
        str(binding.spec.get("policyName"))
        for binding in evidence.objects("ValidatingAdmissionPolicyBinding")
        if "Deny" in (binding.spec.get("validationActions") or ("Deny",))
        and all(_selected(evidence, binding.spec.get("matchResources") or {}, name) for name in namespaces)
    }
    return [
        policy
        for policy in evidence.objects("ValidatingAdmissionPolicy")
        if policy.name in held
        and _concerns((policy.spec.get("matchConstraints") or {}).get("resourceRules") or (), group, resource)
    ]


def _selected(evidence: Evidence, resources: Mapping[str, Any], namespace: str) -> bool:
    return selects(resources.get("namespaceSelector"), evidence.cluster.mesh.labels_of(namespace))


def _concerns(rules: Iterable[Mapping[str, Any]], group: str, resource: str) -> bool:
    return any(
        {"*", group} & set(rule.get("apiGroups") or ())
        and {"*", resource} & set(rule.get("resources") or ())
        and {"*", "CREATE"} & set(rule.get("operations") or ())
        for rule in rules
    )
