"""What a tenant's Pod may be, and the template of one: every condition that goes by values.

Pods and templates are judged by the same conditions, over `variables.spec` and `variables.own` (the containers that
are not the sidecar's, ephemeral ones included).
"""

from egress.derived import gateway
from egress.derived.admission.field_decisions import DECISIONS
from egress.derived.admission.injected import PROXY_USER, VOLUMES
from egress.derived.admission.known_fields import contents_known, only_known, quoted, unknown
from egress.derived.admission.refusal import Refusal
from egress.derived.pod_security import ENFORCE

RESOURCES = ("cpu", "ephemeral-storage", "memory")
KUBERNETES_TOLERATIONS = "node.kubernetes.io/"
"""The taints that Kubernetes puts on nodes by itself, and tolerates for Pods by itself."""

STRICT = (
    f"!('{ENFORCE}' in namespaceObject.metadata.labels) || "
    f"namespaceObject.metadata.labels['{ENFORCE}'] != 'baseline'"
)
"""A team that was given `baseline` states its users itself, and may run as root: the review has a finding."""

_EVERY = "variables.own"
_CONTEXT = f"{_EVERY}.all(c, !has(c.securityContext) || [c.securityContext].all(s, "


def value_refusals() -> tuple[Refusal, ...]:
    """Conditions by value, in the order in which they are told; the lists of fields come last."""
    return (*_placement(), *_users(), *_rights(), *_contents(), *_fields(), *_stated())


def _placement() -> tuple[Refusal, ...]:
    return (
        Refusal(
            expression=(
                "!has(variables.spec.tolerations) || variables.spec.tolerations.all(t, "
                f"has(t.key) && t.key.startsWith('{KUBERNETES_TOLERATIONS}'))"
            ),
            message=(
                "a tenant's Pod must not tolerate the gateway nodes' taint, or any other but those of "
                f"{KUBERNETES_TOLERATIONS}: the gateway's nodes reach the internet"
            ),
        ),
        Refusal(
            expression=f"!has(variables.spec.nodeSelector) || !('{gateway.POOL_LABEL}' in variables.spec.nodeSelector)",
            message="a tenant's Pod must not choose a node pool",
        ),
        Refusal(
            expression="request.operation != 'CREATE' || !has(variables.spec.nodeName)",
            message="a tenant's Pod must not name its node: that passes by the scheduler and its taints",
        ),
        Refusal(
            expression="!has(variables.spec.hostNetwork) || !variables.spec.hostNetwork",
            message="a tenant's Pod must not use the node's network: no sidecar and no NetworkPolicy holds there",
        ),
        Refusal(
            expression="!has(variables.spec.hostUsers) || variables.spec.hostUsers",
            message="a tenant's Pod must not have a user namespace: the sidecar's redirect goes by user ids",
        ),
        Refusal(
            expression="!has(variables.spec.shareProcessNamespace) || !variables.spec.shareProcessNamespace",
            message="a tenant's Pod must not share its processes with the sidecar's",
        ),
        Refusal(
            expression="!has(variables.spec.schedulerName) || variables.spec.schedulerName == 'default-scheduler'",
            message="a tenant's Pod must be placed by the cluster's scheduler",
        ),
        Refusal(
            expression=(
                "!has(variables.spec.priorityClassName) && "
                "(!has(variables.spec.priority) || variables.spec.priority <= 0)"
            ),
            message="a tenant's Pod must not have a priority class: it would drive the mesh's own Pods off their nodes",
        ),
        Refusal(
            expression="!has(variables.spec.os) || variables.spec.os.name == 'linux'",
            message="a tenant's Pod must be a Linux Pod",
        ),
        Refusal(
            expression="!has(variables.spec.dnsPolicy) || variables.spec.dnsPolicy == 'ClusterFirst'",
            message="a tenant's Pod must ask the cluster's DNS: dnsPolicy ClusterFirst",
        ),
    )


def _users() -> tuple[Refusal, ...]:
    """Who a container runs as."""
    whole = "variables.context"
    return (
        Refusal(
            expression=(
                f"{_CONTEXT}(!has(s.runAsUser) || s.runAsUser != {PROXY_USER}) && "
                f"(!has(s.runAsGroup) || s.runAsGroup != {PROXY_USER})))"
            ),
            message=f"a tenant's container must not run as the sidecar's user or group {PROXY_USER}",
        ),
        Refusal(
            expression=(
                f"(!has({whole}.runAsUser) || {whole}.runAsUser != {PROXY_USER}) && "
                f"(!has({whole}.runAsGroup) || {whole}.runAsGroup != {PROXY_USER}) && "
                f"(!has({whole}.fsGroup) || {whole}.fsGroup != {PROXY_USER}) && "
                f"(!has({whole}.supplementalGroups) || !({PROXY_USER} in {whole}.supplementalGroups))"
            ),
            message=f"a tenant's Pod must not run as the sidecar's user {PROXY_USER}: its connections are not captured",
        ),
        Refusal(
            expression=(
                f"!variables.strict || ({_CONTEXT}(!has(s.runAsUser) || s.runAsUser > 0) && "
                "(!has(s.runAsGroup) || s.runAsGroup > 0))) && "
                f"(!has({whole}.runAsUser) || {whole}.runAsUser > 0) && "
                f"(!has({whole}.runAsGroup) || {whole}.runAsGroup > 0))"
            ),
            message="a tenant's container must not run as root: root becomes any user, the sidecar's too",
        ),
    )


def _rights() -> tuple[Refusal, ...]:
    return (
        Refusal(
            expression=(
                f"{_CONTEXT}(!has(s.privileged) || !s.privileged) && "
                "(!has(s.capabilities) || !has(s.capabilities.add) || "
                "s.capabilities.add.all(a, a == 'NET_BIND_SERVICE'))))"
            ),
            message=(
                "a tenant's container must not be privileged or add a capability but NET_BIND_SERVICE: "
                "others change the network's rules or reach the node"
            ),
        ),
        Refusal(
            expression=(
                f"{_CONTEXT}(!has(s.procMount) || s.procMount == 'Default') && "
                "(!has(s.seccompProfile) || s.seccompProfile.type == 'RuntimeDefault') && "
                "(!has(s.appArmorProfile) || s.appArmorProfile.type == 'RuntimeDefault'))) && "
                "(!has(variables.context.seccompProfile) || "
                "variables.context.seccompProfile.type == 'RuntimeDefault') && "
                "(!has(variables.context.appArmorProfile) || "
                "variables.context.appArmorProfile.type == 'RuntimeDefault')"
            ),
            message="a tenant's container must keep the runtime's seccomp and AppArmor profiles and its masked /proc",
        ),
        Refusal(
            expression=(
                f"{_EVERY}.all(c, !has(c.ports) || c.ports.all(p, !has(p.hostPort) && !has(p.hostIP)))"
            ),
            message="a tenant's container must not take a port of the node: NetworkPolicies do not hold there",
        ),
        Refusal(
            expression=(
                f"{_EVERY}.all(c, !has(c.resources) || [c.resources].all(r, "
                f"(!has(r.limits) || r.limits.all(k, k in {quoted(RESOURCES)})) && "
                f"(!has(r.requests) || r.requests.all(k, k in {quoted(RESOURCES)})))) && "
                "(!has(variables.spec.resources) || [variables.spec.resources].all(r, "
                f"(!has(r.limits) || r.limits.all(k, k in {quoted(RESOURCES)})) && "
                f"(!has(r.requests) || r.requests.all(k, k in {quoted(RESOURCES)}))))"
            ),
            message=(
                "a tenant's container must ask for cpu, memory and ephemeral-storage alone: "
                "devices are the platform's"
            ),
        ),
        Refusal(
            expression=(
                f"{_EVERY}.all(c, ['livenessProbe', 'readinessProbe', 'startupProbe'].all(p, !(p in dyn(c)) || "
                "[dyn(c)[p]].all(q, (!has(q.httpGet) || !has(q.httpGet.host)) && "
                "(!has(q.tcpSocket) || !has(q.tcpSocket.host)))) && "
                "(!has(c.lifecycle) || ['postStart', 'preStop'].all(h, !(h in dyn(c.lifecycle)) || "
                "[dyn(c.lifecycle)[h]].all(q, (!has(q.httpGet) || !has(q.httpGet.host)) && !has(q.tcpSocket)))))"
            ),
            message=(
                "a tenant's probes and lifecycle handlers must not name a host: the kubelet asks it from the node's "
                "network, past sidecar and NetworkPolicies"
            ),
        ),
    )


def _contents() -> tuple[Refusal, ...]:
    volumes = "!has(variables.spec.volumes) || variables.spec.volumes.all(v, "
    return (
        Refusal(
            expression=volumes + only_known("Volume", "v") + ")",
            message=(
                "a tenant's Pod may mount configMap, downwardAPI, emptyDir, persistentVolumeClaim, projected and "
                "secret volumes alone: others reach the node, or the kubelet connects for them"
            ),
        ),
        Refusal(
            expression=(
                volumes + "!has(v.projected) || v.name == 'istio-token' || v.projected.sources.all(s, "
                "!has(s.serviceAccountToken) || !has(s.serviceAccountToken.audience)))"
            ),
            message="a tenant's Pod must not ask for a token of another audience than the API server",
        ),
        Refusal(
            expression=(
                f"{_EVERY}.all(c, !has(c.volumeMounts) || c.volumeMounts.all(m, !(m.name in {quoted(VOLUMES)}) && "
                "(!has(m.mountPropagation) || m.mountPropagation == 'None')))"
            ),
            message="a tenant's container must not mount the sidecar's volumes, or pass mounts on to the node",
        ),
        Refusal(
            expression=(
                "!has(variables.spec.ephemeralContainers) || variables.spec.ephemeralContainers.all(c, "
                "!has(c.targetContainerName) || !c.targetContainerName.startsWith('istio-'))"
            ),
            message="a tenant's ephemeral container must not enter the sidecar's processes",
        ),
    )


def _fields() -> tuple[Refusal, ...]:
    """The allow-lists themselves: whatever is not decided about is refused, fields of later versions too."""
    containers = {"containers", "initContainers", "ephemeralContainers"}
    inside = [
        condition
        for condition in contents_known("PodSpec", "variables.spec")
        if not any(condition.startswith(f"(!has(variables.spec.{name})") for name in containers)
    ]
    return (
        Refusal(
            expression=only_known("PodSpec", "variables.spec"),
            message="a tenant's Pod must not state this field",
            named=unknown("PodSpec", "variables.spec"),
        ),
        Refusal(
            expression=f"variables.every.all(c, {only_known('EphemeralContainer', 'c')})",
            message="a tenant's container must not state this field",
            named=f"variables.every.map(c, {unknown('EphemeralContainer', 'c')}).join(' ')",
        ),
        Refusal(
            expression="variables.every.all(c, "
            + " && ".join(contents_known("EphemeralContainer", "c"))
            + ")",
            message="a tenant's container states a field, in one of its parts, that docs/hardening.md does not allow",
        ),
        Refusal(
            expression=" && ".join(inside),
            message="a tenant's Pod states a field, in one of its parts, that docs/hardening.md does not allow",
        ),
    )


def _stated() -> tuple[Refusal, ...]:
    """What must be stated: without it a container is what its image says, or may become another."""
    whole = "variables.context"
    stated = " && ".join(
        f"((has(c.securityContext) && has(c.securityContext.{field})) || has({whole}.{field}))"
        for field in ("runAsUser", "runAsGroup")
    )
    return (
        Refusal(
            expression=f"!variables.strict || {_EVERY}.all(c, {stated})",
            message=(
                "a tenant's Pod must state runAsUser and runAsGroup: an image's own user may be the sidecar's "
                f"{PROXY_USER}, whose connections are not captured"
            ),
        ),
        Refusal(
            expression=(
                f"!variables.strict || {_EVERY}.all(c, has(c.securityContext) && [c.securityContext].all(s, "
                "has(s.allowPrivilegeEscalation) && !s.allowPrivilegeEscalation && "
                "has(s.capabilities) && has(s.capabilities.drop) && 'ALL' in s.capabilities.drop))"
            ),
            message=(
                "a tenant's container must state allowPrivilegeEscalation: false and drop ALL capabilities: "
                "with set-user-id files a process becomes another user, the sidecar's too"
            ),
        ),
    )


assert set(DECISIONS["Container"].known) < set(DECISIONS["EphemeralContainer"].known)  # noqa: S101 - one list for both
