"""ValidatingAdmissionPolicies: what the API server refuses in a tenant's namespace, whoever asks.

Each is an allow-list. `egress-tenant-kinds` says which kinds a tenant may write at all; the others say what of these.
"""

from egress.config.platform import Platform
from egress.derived.admission.injected import PREFIX, VOLUMES, injection_refusals
from egress.derived.admission.istio_keys import key_refusals
from egress.derived.admission.known_fields import contents_known, only_known, quoted, unknown
from egress.derived.admission.metadata_keys import MESSAGE, domain_variables, plain_key
from egress.derived.admission.object_policies import OWN_KEYS, data, domains, metadata, services, storage
from egress.derived.admission.pod_rules import STRICT, value_refusals
from egress.derived.admission.policy_objects import Binding, Policy, binding, policy, rule
from egress.derived.admission.refusal import Refusal
from egress.derived.admission.requesters import BY_A_TENANT, OF_THE_PLATFORM, SOMETHING_CHANGES, WRITES
from egress.derived.admission.tenant_access import tenants_resources
from egress.derived.tenant_label import TENANT_LABEL

PODS = "egress-tenant-pods"
TEMPLATES = "egress-tenant-templates"
WORKLOADS = "egress-tenant-workloads"
CONNECTIONS = "egress-tenant-connections"
KINDS = "egress-tenant-kinds"
MESH_OBJECTS = "egress-tenant-mesh-objects"
NAMESPACES = "egress-tenant-namespaces"

_METADATA = (
    (
        "annotations",
        "has(variables.metadata.annotations) ? variables.metadata.annotations : {}",
    ),
    ("labels", "has(variables.metadata.labels) ? variables.metadata.labels : {}"),
    (
        "every",
        "variables.spec.containers + (has(variables.spec.initContainers) ? variables.spec.initContainers : []) + "
        "(has(variables.spec.ephemeralContainers) ? variables.spec.ephemeralContainers : [])",
    ),
    ("own", f"variables.every.filter(c, !c.name.startsWith('{PREFIX}'))"),
    ("added", f"variables.every.filter(c, c.name.startsWith('{PREFIX}'))"),
    ("context", "has(variables.spec.securityContext) ? variables.spec.securityContext : {}"),
    ("strict", STRICT),
)


def admission_objects(platform: Platform) -> tuple[Policy | Binding, ...]:
    """Every policy, each with the binding that makes it hold."""
    everywhere = {NAMESPACES}
    policies = (
        _pods(platform),
        _templates(platform),
        _workloads(platform),
        services(platform),
        storage(platform),
        metadata(platform),
        data(),
        _connections(),
        _kinds(),
        _mesh_objects(),
        _namespaces(),
    )
    return tuple(
        item
        for each in policies
        for item in (
            each,
            binding(each["metadata"]["name"], tenants_only=each["metadata"]["name"] not in everywhere),
        )
    )


def _pods(platform: Platform) -> Policy:
    """Pods as they are stored: after injection, and again with each ephemeral container."""
    return policy(
        PODS,
        [rule("", "pods", "pods/ephemeralcontainers", "pods/resize")],
        (
            *key_refusals(injected=True),
            domains(platform, "Pod"),
            *value_refusals(),
            *injection_refusals(platform),
        ),
        variables=[("metadata", "object.metadata"), ("spec", "object.spec"), *_METADATA, *OWN_KEYS],
        conditions=[SOMETHING_CHANGES],
    )


def _template(place: str) -> str:
    return (
        f"has({place}.template) ? {place}.template : has({place}.spec.jobTemplate) ? "
        f"{place}.spec.jobTemplate.spec.template : {place}.spec.template"
    )


def _templates(platform: Platform) -> Policy:
    """Templates of Pods: a controller that could create none says so to nobody, so they are refused at once."""
    return policy(
        TEMPLATES,
        [
            rule("apps", "daemonsets", "deployments", "replicasets", "statefulsets"),
            rule("batch", "cronjobs", "jobs"),
            rule("", "podtemplates", "replicationcontrollers"),
        ],
        (
            *key_refusals(injected=False),
            domains(platform, "Pod"),
            *value_refusals(),
            Refusal(
                expression="variables.added.size() == 0",
                message=f"a container in a tenant's template must not have a name that begins with {PREFIX}",
            ),
            Refusal(
                expression=(
                    "!has(variables.spec.volumes) || "
                    f"variables.spec.volumes.all(v, !(v.name in {quoted(VOLUMES)}))"
                ),
                message="a volume in a tenant's template must not have the name of one of the sidecar's",
            ),
            _claim_templates(platform),
        ),
        variables=[
            ("template", _template("object")),
            ("metadata", "has(variables.template.metadata) ? variables.template.metadata : {}"),
            ("spec", "variables.template.spec"),
            *_METADATA,
            *domain_variables("variables.metadata"),
        ],
        conditions=[
            (
                "the-template-changes",
                f"request.operation != 'UPDATE' || ({_template('object')}) != ({_template('oldObject')})",
            )
        ],
    )


def _claim_templates(platform: Platform) -> Refusal:
    """The claims that a StatefulSet makes for its Pods; each is judged again when it is made."""
    key = plain_key(platform.tenants.metadata_domains)
    return Refusal(
        expression=(
            "!has(object.spec.volumeClaimTemplates) || object.spec.volumeClaimTemplates.all(t, "
            f"(!has(t.metadata.labels) || t.metadata.labels.all(k, {key})) && "
            f"(!has(t.metadata.annotations) || t.metadata.annotations.all(k, {key})) && "
            "!has(t.spec.volumeName) && (!has(t.spec.storageClassName) || t.spec.storageClassName != '') && "
            "(!has(t.spec.volumeMode) || t.spec.volumeMode == 'Filesystem') && "
            f"{only_known('PersistentVolumeClaimSpec', 't.spec')})"
        ),
        message="a claim in a tenant's template must be one that the tenant could make itself",
    )


_KINDS_OF_WORKLOADS = {
    "cronjobs": "CronJob",
    "daemonsets": "DaemonSet",
    "deployments": "Deployment",
    "jobs": "Job",
    "replicasets": "ReplicaSet",
    "replicationcontrollers": "ReplicationController",
    "statefulsets": "StatefulSet",
}


def _workloads(platform: Platform) -> Policy:
    """What workloads state around their templates: which controller runs them, and what it writes on what it makes."""
    key = plain_key(platform.tenants.metadata_domains)
    keys = [f"variables.job.{words}" for words in ("labels", "annotations")]
    wrong = " + ".join(f"(has({place}) ? {place}.filter(k, !({key})) : [])" for place in keys)
    refusals = []
    for resource, kind in _KINDS_OF_WORKLOADS.items():
        other = f"request.resource.resource != '{resource}'"
        refusals += [
            Refusal(
                expression=f"{other} || ({only_known(f'{kind}Spec', 'object.spec')})",
                message=f"a tenant's {kind} must not state this field",
                named=unknown(f"{kind}Spec", "object.spec"),
            ),
            Refusal(
                expression=f"{other} || ({' && '.join(contents_known(f'{kind}Spec', 'object.spec'))})",
                message=(
                    f"a tenant's {kind} states a field, in one of its parts, that docs/hardening.md does not allow"
                ),
            ),
        ]
    return policy(
        WORKLOADS,
        [
            rule("apps", "daemonsets", "deployments", "replicasets", "statefulsets"),
            rule("batch", "cronjobs", "jobs"),
            rule("", "replicationcontrollers"),
        ],
        (
            Refusal(
                expression=f"({wrong}).size() == 0",
                message=f"a Job in a tenant's CronJob must not carry {MESSAGE}",
                named=f"({wrong}).join(', ')",
            ),
            *refusals,
        ),
        variables=[
            (
                "job",
                "has(object.spec.jobTemplate) && has(object.spec.jobTemplate.metadata) ? "
                "object.spec.jobTemplate.metadata : {}",
            ),
        ],
        conditions=[("the-spec-changes", "request.operation != 'UPDATE' || object.spec != oldObject.spec")],
    )


def _connections() -> Policy:
    """Connections through the API server into a Pod, which no NetworkPolicy sees; others than these are no tenant's."""
    into = "request.subResource in ['exec', 'attach']"
    return policy(
        CONNECTIONS,
        [
            rule("", "pods/exec", "pods/attach", "pods/portforward", operations=("CONNECT",)),
        ],
        (
            Refusal(
                expression=f"!({into}) || (has(object.container) && object.container != '')",
                message="name the container that you enter: kubectl exec -c CONTAINER",
            ),
            Refusal(
                expression=f"!({into}) || !has(object.container) || !object.container.startsWith('{PREFIX}')",
                message="nobody enters a sidecar: it holds the workload's identity",
            ),
            Refusal(
                expression="request.subResource != 'portforward'",
                message=(
                    "no port-forward into a tenant's Pod: the API server does not see to which port, and one is the "
                    "sidecar's administration. Use kubectl exec, or a Service"
                ),
            ),
        ),
        conditions=[("not-by-the-platform", f"!{OF_THE_PLATFORM}")],
    )


def _kinds() -> Policy:
    """What a tenant may write at all: kinds that nobody has decided about are the platform's, CRDs too."""
    return policy(
        KINDS,
        [rule("*", "*/*", operations=(*WRITES, "CONNECT"))],
        (
            Refusal(
                expression=(
                    "(request.resource.group + '/' + request.resource.resource + "
                    "(has(request.subResource) && request.subResource != '' ? '/' + request.subResource : '')) "
                    f"in {quoted(tenants_resources())}"
                ),
                message="tenants do not write objects of this kind: ask the platform's team",
                named=(
                    "request.operation + ' ' + request.resource.resource + "
                    "(has(request.subResource) && request.subResource != '' ? '/' + request.subResource : '')"
                ),
            ),
        ),
        conditions=[BY_A_TENANT, ("not-by-the-platform", f"!{OF_THE_PLATFORM}")],
    )


def _mesh_objects() -> Policy:
    """Routing and policy objects in a tenant's namespace: only from who may also write the gateway's.

    A VirtualService of one's own beats the platform's, a DestinationRule replaces it, a Gateway displaces its
    server; a NetworkPolicy more lets more through. This holds for service accounts of the system too.
    """
    groups = (
        "networking.istio.io",
        "security.istio.io",
        "telemetry.istio.io",
        "extensions.istio.io",
        "gateway.networking.k8s.io",
    )
    return policy(
        MESH_OBJECTS,
        [
            *(rule(group, "*", operations=WRITES) for group in groups),
            rule("networking.k8s.io", "networkpolicies", "ingresses", operations=WRITES),
            # Others of these groups are the data plane's own bookkeeping.
            rule("cilium.io", "ciliumnetworkpolicies", "ciliumlocalredirectpolicies", operations=WRITES),
            rule("crd.projectcalico.org", "networkpolicies", operations=WRITES),
            rule("networking.gke.io", "fqdnnetworkpolicies", operations=WRITES),
            rule("rbac.authorization.k8s.io", "*", operations=WRITES),
        ],
        (
            Refusal(
                expression=OF_THE_PLATFORM,
                message=(
                    "routing and policy objects of a tenant's namespace are the platform's: "
                    "add a destination or a grant to the configuration instead"
                ),
            ),
        ),
    )


def _namespaces() -> Policy:
    """A tenant's namespace itself: its labels decide about sidecars, Pod Security and these policies."""
    return policy(
        NAMESPACES,
        [
            rule(
                "",
                "namespaces",
                "namespaces/status",
                "namespaces/finalize",
                operations=("UPDATE", "DELETE"),
                scope="Cluster",
            )
        ],
        (
            Refusal(
                expression=OF_THE_PLATFORM,
                message="a tenant's namespace and its labels are the platform's: change the team's file instead",
            ),
        ),
        conditions=[
            (
                "a-tenants-namespace",
                f"has(oldObject.metadata.labels) && '{TENANT_LABEL}' in oldObject.metadata.labels",
            ),
            BY_A_TENANT,
        ],
    )
