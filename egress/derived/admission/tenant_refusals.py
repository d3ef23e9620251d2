"""What a tenant's Pod may not be: each a way around the gateway, kept shut by a CEL condition.

The annotations are those of istio.io, "Resource Annotations".
"""

from dataclasses import dataclass

from egress.derived import gateway


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """One way around the gateway: the condition that keeps it shut, and the message."""

    expression: str
    message: str


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
