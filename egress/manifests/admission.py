"""ValidatingAdmissionPolicies: what the API server refuses in a tenant's namespace, whoever asks.

Each rule names a way around the gateway. Source: kubernetes.io, "Validating Admission Policy"; the annotations
are those of istio.io, "Resource Annotations".
"""

from dataclasses import dataclass
from typing import Literal, NotRequired, TypedDict

from egress import gateway
from egress.tenant_label import TENANT_LABEL

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


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One way around the gateway: the condition that keeps it shut, and the message."""

    expression: str
    message: str


PODS = "egress-tenant-pods"
MESH_OBJECTS = "egress-tenant-mesh-objects"

CAPTURE_ANNOTATIONS = (
    "traffic.sidecar.istio.io/includeOutboundIPRanges",
    "traffic.sidecar.istio.io/excludeOutboundIPRanges",
    "traffic.sidecar.istio.io/includeOutboundPorts",
    "traffic.sidecar.istio.io/excludeOutboundPorts",
    "traffic.sidecar.istio.io/includeInboundPorts",
    "traffic.sidecar.istio.io/excludeInboundPorts",
    "traffic.sidecar.istio.io/excludeInterfaces",
    "traffic.sidecar.istio.io/kubevirtInterfaces",
    "istio.io/reroute-virtual-interfaces",
)
"""What decides which connections the sidecar sees."""

PROXY_ANNOTATIONS = (
    "proxy.istio.io/config",
    "proxy.istio.io/overrides",
    "inject.istio.io/templates",
    "sidecar.istio.io/bootstrapOverride",
    "sidecar.istio.io/interceptionMode",
    "sidecar.istio.io/proxyImage",
    "sidecar.istio.io/userVolume",
    "sidecar.istio.io/userVolumeMount",
    "sidecar.istio.io/discoveryAddress",
)
"""What replaces the sidecar's image, template, bootstrap or configuration source."""

PROXY_USER = 1337
"""The sidecar's own user, whose connections are not redirected to it."""

INJECTED = ("istio-init", "istio-proxy", "istio-validation")
"""The containers that injection adds and that need what tenants may not have."""


def _absent(annotations: tuple[str, ...]) -> str:
    names = ", ".join(f"'{name}'" for name in annotations)
    return f"[{names}].all(name, !(name in variables.annotations))"


POD_REFUSALS = (
    Refusal(
        expression=(
            "!has(object.spec.tolerations) || object.spec.tolerations.all(t, "
            f"has(t.key) && t.key != '' && t.key != '{gateway.TAINT_KEY}')"
        ),
        message="a tenant's Pod must not tolerate the gateway nodes' taint: those nodes reach the internet",
    ),
    Refusal(
        expression=f"!has(object.spec.nodeSelector) || !('{gateway.POOL_LABEL}' in object.spec.nodeSelector)",
        message="a tenant's Pod must not choose a node pool",
    ),
    Refusal(
        expression="request.operation != 'CREATE' || !has(object.spec.nodeName)",
        message="a tenant's Pod must not name its node: that passes by the scheduler and its taints",
    ),
    Refusal(
        expression="!has(object.spec.hostNetwork) || !object.spec.hostNetwork",
        message="a tenant's Pod must not use the node's network: no sidecar and no NetworkPolicy holds there",
    ),
    Refusal(
        expression=(
            "(!('sidecar.istio.io/inject' in variables.labels) || "
            "variables.labels['sidecar.istio.io/inject'] == 'true') && "
            "(!('sidecar.istio.io/inject' in variables.annotations) || "
            "variables.annotations['sidecar.istio.io/inject'] == 'true') && "
            "!('istio.io/rev' in variables.labels) && !('istio.io/dataplane-mode' in variables.labels)"
        ),
        message="a tenant's Pod must not turn its sidecar off or choose its control plane",
    ),
    Refusal(
        expression=_absent(CAPTURE_ANNOTATIONS),
        message="a tenant's Pod must not take ports, ranges or interfaces out of its sidecar's sight",
    ),
    Refusal(
        expression=_absent(PROXY_ANNOTATIONS),
        message="a tenant's Pod must not change its sidecar's image, template or configuration",
    ),
    Refusal(
        expression=(
            "variables.containers.all(c, !has(c.securityContext) || ("
            "(!has(c.securityContext.privileged) || !c.securityContext.privileged) && "
            "(!has(c.securityContext.capabilities) || !has(c.securityContext.capabilities.add) || "
            "c.securityContext.capabilities.add.all(a, "
            "!(a in ['NET_ADMIN', 'NET_RAW', 'SYS_ADMIN', 'ALL']))) && "
            f"(!has(c.securityContext.runAsUser) || c.securityContext.runAsUser != {PROXY_USER}) && "
            f"(!has(c.securityContext.runAsGroup) || c.securityContext.runAsGroup != {PROXY_USER})))"
        ),
        message=(
            "a tenant's container must not be privileged, change the network's rules, "
            f"or run as the sidecar's user {PROXY_USER}"
        ),
    ),
    Refusal(
        expression=(
            "!has(object.spec.securityContext) || ("
            f"(!has(object.spec.securityContext.runAsUser) || "
            f"object.spec.securityContext.runAsUser != {PROXY_USER}) && "
            f"(!has(object.spec.securityContext.runAsGroup) || "
            f"object.spec.securityContext.runAsGroup != {PROXY_USER}))"
        ),
        message=f"a tenant's Pod must not run as the sidecar's user {PROXY_USER}: its connections are not captured",
    ),
)


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
