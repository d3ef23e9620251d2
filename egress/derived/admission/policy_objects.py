"""ValidatingAdmissionPolicy and its binding, as typed data.

Source: kubernetes.io, "Validating Admission Policy".
"""

from collections.abc import Sequence
from typing import Literal, NotRequired, TypedDict

from egress.derived.admission.refusal import Refusal
from egress.derived.tenant_label import TENANT_LABEL

API = "admissionregistration.k8s.io/v1"
Operation = Literal["CREATE", "UPDATE", "DELETE", "CONNECT"]


class Named(TypedDict):
    """The metadata of a cluster-wide object."""

    name: str


class Validation(TypedDict):
    """A CEL expression that must hold, and what the caller reads where it does not."""

    expression: str
    message: str
    messageExpression: NotRequired[str]


class NamedExpression(TypedDict):
    """A CEL expression under a name."""

    name: str
    expression: str


class ResourceRule(TypedDict):
    """Which requests a policy looks at."""

    apiGroups: list[str]
    apiVersions: list[str]
    operations: list[Operation]
    resources: list[str]
    scope: NotRequired[Literal["Namespaced", "Cluster"]]


class LabelExpression(TypedDict):
    """A requirement on a label."""

    key: str
    operator: Literal["Exists"]


class NamespaceSelector(TypedDict):
    """Namespaces by label."""

    matchExpressions: list[LabelExpression]


class Constraints(TypedDict):
    """Which resources a policy looks at."""

    resourceRules: list[ResourceRule]


class PolicySpec(TypedDict):
    """The fields used of a ValidatingAdmissionPolicy's spec."""

    failurePolicy: Literal["Fail"]
    matchConstraints: Constraints
    matchConditions: NotRequired[list[NamedExpression]]
    variables: NotRequired[list[NamedExpression]]
    validations: list[Validation]


class Policy(TypedDict):
    """A ValidatingAdmissionPolicy."""

    apiVersion: str
    kind: Literal["ValidatingAdmissionPolicy"]
    metadata: Named
    spec: PolicySpec


class MatchResources(TypedDict):
    """Where a policy holds."""

    namespaceSelector: NamespaceSelector


class BindingSpec(TypedDict):
    """The fields used of a ValidatingAdmissionPolicyBinding's spec."""

    policyName: str
    validationActions: list[Literal["Deny", "Audit"]]
    matchResources: NotRequired[MatchResources]


class Binding(TypedDict):
    """A ValidatingAdmissionPolicyBinding."""

    apiVersion: str
    kind: Literal["ValidatingAdmissionPolicyBinding"]
    metadata: Named
    spec: BindingSpec


def rule(
    group: str,
    *resources: str,
    operations: Sequence[Operation] = ("CREATE", "UPDATE"),
    scope: Literal["Namespaced", "Cluster"] = "Namespaced",
) -> ResourceRule:
    """Return a rule for resources of one API group."""
    return {
        "apiGroups": [group],
        "apiVersions": ["*"],
        "operations": list(operations),
        "resources": list(resources),
        "scope": scope,
    }


def policy(
    name: str,
    rules: Sequence[ResourceRule],
    refusals: Sequence[Refusal],
    *,
    variables: Sequence[tuple[str, str]] = (),
    conditions: Sequence[tuple[str, str]] = (),
) -> Policy:
    """Return a policy that refuses what its conditions do not let through."""
    spec: PolicySpec = {
        "failurePolicy": "Fail",
        "matchConstraints": {"resourceRules": list(rules)},
        "validations": [_validation(refusal) for refusal in refusals],
    }
    if variables:
        spec["variables"] = [{"name": n, "expression": expression} for n, expression in variables]
    if conditions:
        spec["matchConditions"] = [{"name": n, "expression": expression} for n, expression in conditions]
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": spec,
    }


def binding(name: str, *, tenants_only: bool = True) -> Binding:
    """Return the binding that makes a policy hold in every tenant's namespace, or everywhere."""
    spec: BindingSpec = {"policyName": name, "validationActions": ["Deny", "Audit"]}
    if tenants_only:
        spec["matchResources"] = {
            "namespaceSelector": {"matchExpressions": [{"key": TENANT_LABEL, "operator": "Exists"}]}
        }
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": spec,
    }


def _validation(refusal: Refusal) -> Validation:
    validation: Validation = {"expression": refusal.expression, "message": refusal.message}
    if refusal.named:
        validation["messageExpression"] = f"{_quoted(refusal.message + ': ')} + {refusal.named}"
    return validation


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
