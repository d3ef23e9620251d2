"""ValidatingAdmissionPolicies: what the API server refuses in a tenant's namespace, whoever asks.

Source: kubernetes.io, "Validating Admission Policy".
"""

from typing import Literal, NotRequired, TypedDict

from egress.derived import gateway
from egress.derived.admission.tenant_refusals import INJECTED, POD_REFUSALS
from egress.derived.tenant_label import TENANT_LABEL

API = "admissionregistration.k8s.io/v1"


class Named(TypedDict):
    """The metadata of a cluster-wide object."""

    name: str


class Expression(TypedDict):
    """A CEL expression that must hold, and what the caller reads where it does not."""

    expression: str
    message: str


class NamedExpression(TypedDict):
    """A CEL expression under a name."""

    name: str
    expression: str


class ResourceRule(TypedDict):
    """Which requests a policy looks at."""

    apiGroups: list[str]
    apiVersions: list[str]
    operations: list[str]
    resources: list[str]


class Constraints(TypedDict):
    """Which resources a policy looks at."""

    resourceRules: list[ResourceRule]


class PolicySpec(TypedDict):
    """The fields used of a ValidatingAdmissionPolicy's spec."""

    failurePolicy: Literal["Fail"]
    matchConstraints: Constraints
    matchConditions: NotRequired[list[NamedExpression]]
    variables: NotRequired[list[NamedExpression]]
    validations: list[Expression]


class Policy(TypedDict):
    """A ValidatingAdmissionPolicy."""

    apiVersion: str
    kind: Literal["ValidatingAdmissionPolicy"]
    metadata: Named
    spec: PolicySpec


class LabelExpression(TypedDict):
    """A requirement on a label."""

    key: str
    operator: Literal["Exists"]


class NamespaceSelector(TypedDict):
    """Namespaces by label."""

    matchExpressions: list[LabelExpression]


class MatchResources(TypedDict):
    """Where a policy holds."""

    namespaceSelector: NamespaceSelector


class BindingSpec(TypedDict):
    """The fields used of a ValidatingAdmissionPolicyBinding's spec."""

    policyName: str
    validationActions: list[Literal["Deny", "Audit"]]
    matchResources: MatchResources


class Binding(TypedDict):
    """A ValidatingAdmissionPolicyBinding."""

    apiVersion: str
    kind: Literal["ValidatingAdmissionPolicyBinding"]
    metadata: Named
    spec: BindingSpec


PODS = "egress-tenant-pods"
MESH_OBJECTS = "egress-tenant-mesh-objects"


def admission_objects() -> tuple[Policy | Binding, ...]:
    """Both policies, each with the binding that makes it hold in every tenant's namespace."""
    return (_pods(), _binding(PODS), _mesh_objects(), _binding(MESH_OBJECTS))


def _pods() -> Policy:
    injected = ", ".join(f"'{name}'" for name in INJECTED)
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": PODS},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["pods", "pods/ephemeralcontainers"],
                    }
                ]
            },
            "variables": [
                {
                    "name": "annotations",
                    "expression": "has(object.metadata.annotations) ? object.metadata.annotations : {}",
                },
                {
                    "name": "labels",
                    "expression": "has(object.metadata.labels) ? object.metadata.labels : {}",
                },
                {
                    "name": "containers",
                    "expression": (
                        "(object.spec.containers + "
                        "(has(object.spec.initContainers) ? object.spec.initContainers : []))"
                        f".filter(c, !(c.name in [{injected}]))"
                    ),
                },
            ],
            "validations": [
                {"expression": refusal.expression, "message": refusal.message} for refusal in POD_REFUSALS
            ],
        },
    }


def _mesh_objects() -> Policy:
    """Routing and policy objects in a tenant's namespace: only from who may also write the gateway's.

    A VirtualService of one's own beats the platform's, a DestinationRule replaces it, a Gateway displaces its
    server. RBAC gives tenants none of these; this holds where somebody grants them by mistake.
    """
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": MESH_OBJECTS},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [
                            "networking.istio.io",
                            "security.istio.io",
                            "telemetry.istio.io",
                            "extensions.istio.io",
                            "gateway.networking.k8s.io",
                        ],
                        "apiVersions": ["*"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["*"],
                    },
                    {
                        "apiGroups": ["networking.k8s.io"],
                        "apiVersions": ["*"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["networkpolicies"],
                    },
                ]
            },
            "validations": [
                {
                    "expression": (
                        "authorizer.group('networking.istio.io').resource('gateways')"
                        f".namespace('{gateway.NAMESPACE}').check('create').allowed()"
                    ),
                    "message": (
                        "routing and policy objects of a tenant's namespace are the platform's: "
                        "add a destination or a grant to the configuration instead"
                    ),
                }
            ],
        },
    }


def _binding(policy: str) -> Binding:
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": policy},
        "spec": {
            "policyName": policy,
            "validationActions": ["Deny", "Audit"],
            "matchResources": {
                "namespaceSelector": {"matchExpressions": [{"key": TENANT_LABEL, "operator": "Exists"}]}
            },
        },
    }
