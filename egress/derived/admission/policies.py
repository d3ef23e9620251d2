"""ValidatingAdmissionPolicies: what the API server refuses in a tenant's namespace, whoever asks.

Each is an allow-list. `egress-tenant-kinds` says which kinds a tenant may write at all; the others say what of these.
"""

from egress.config.platform import Platform
from egress.derived import gateway
from egress.derived.admission.injected import PREFIX, VOLUMES, injection_refusals
from egress.derived.admission.istio_keys import key_refusals, no_istio_keys
from egress.derived.admission.known_fields import contents_known, only_known, quoted, unknown
from egress.derived.admission.metadata_keys import domain_refusal, domain_variables, plain_key
from egress.derived.admission.pod_rules import STRICT, value_refusals
from egress.derived.admission.policy_objects import Binding, Operation, Policy, binding, policy, rule
from egress.derived.admission.refusal import Refusal
from egress.derived.admission.tenant_access import tenants_resources
from egress.derived.tenant_label import TENANT_LABEL

PODS = "egress-tenant-pods"
TEMPLATES = "egress-tenant-templates"
SERVICES = "egress-tenant-services"
STORAGE = "egress-tenant-storage"
DATA = "egress-tenant-data"
CONNECTIONS = "egress-tenant-connections"
METADATA = "egress-tenant-metadata"
KINDS = "egress-tenant-kinds"
MESH_OBJECTS = "egress-tenant-mesh-objects"
NAMESPACES = "egress-tenant-namespaces"

WRITES: tuple[Operation, ...] = ("CREATE", "UPDATE", "DELETE")

_VERB = (
    "(request.operation == 'CREATE' ? 'create' : request.operation == 'DELETE' ? 'delete' : "
    "request.operation == 'CONNECT' ? 'create' : 'update')"
)
OF_THE_PLATFORM = (
    f"authorizer.group('networking.istio.io').resource('gateways').namespace('{gateway.NAMESPACE}')"
    f".check({_VERB}).allowed()"
)
"""Whoever may do the same with the gateway's own objects; Kubernetes' namespace controller may delete them."""

SYSTEM_ACCOUNTS = ("kube-", "gke-", "gmp-", "istio-")
"""What the namespaces of Kubernetes', GKE's and Istio's own service accounts begin with."""

BY_A_TENANT = (
    "by-a-tenant",
    "!request.userInfo.username.startsWith('system:') || "
    "(request.userInfo.username.startsWith('system:serviceaccount:') && "
    f"!{quoted(SYSTEM_ACCOUNTS)}.exists(p, request.userInfo.username.startsWith('system:serviceaccount:' + p)))",
)
"""People, and service accounts that are neither Kubernetes', GKE's nor Istio's. Names with `system:` are reserved."""

SECRET_TYPES = (
    "Opaque",
    "helm.sh/release.v1",
    "kubernetes.io/basic-auth",
    "kubernetes.io/dockercfg",
    "kubernetes.io/dockerconfigjson",
    "kubernetes.io/ssh-auth",
    "kubernetes.io/tls",
)
TRUST_ROOTS = ("istio-ca-crl", "istio-ca-root-cert", "kube-root-ca.crt")
"""ConfigMaps by which a Pod's sidecar and its API clients know whom to trust."""

_KEYS = " || ".join(
    f"(has(object.metadata.{words}) ? object.metadata.{words} : {{}}) != "
    f"(has(oldObject.metadata.{words}) ? oldObject.metadata.{words} : {{}})"
    for words in ("labels", "annotations")
)
SOMETHING_CHANGES = (
    "something-judged-changes",
    f"request.operation != 'UPDATE' || object.spec != oldObject.spec || {_KEYS}",
)
"""What nobody changes stays: controllers must be able to take finalizers off older objects."""

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

_OWN_KEYS = domain_variables("object.metadata", "oldObject.metadata")
_OWN_POLICY = ("persistentvolumeclaims", "pods", "services")
"""Kinds whose labels and annotations are judged whoever writes them: controllers do it in a tenant's name."""


def admission_objects(platform: Platform) -> tuple[Policy | Binding, ...]:
    """Every policy, each with the binding that makes it hold."""
    everywhere = {NAMESPACES}
    policies = (
        _pods(platform),
        _templates(platform),
        _services(platform),
        _storage(platform),
        _metadata(platform),
        _data(),
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
            _domains(platform, "Pod"),
            *value_refusals(),
            *injection_refusals(platform),
        ),
        variables=[("metadata", "object.metadata"), ("spec", "object.spec"), *_METADATA, *_OWN_KEYS],
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
            _domains(platform, "Pod"),
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


def _services(platform: Platform) -> Policy:
    return policy(
        SERVICES,
        [rule("", "services")],
        (
            Refusal(
                expression="!has(object.spec.externalIPs)",
                message=(
                    "a tenant's Service must not take external addresses: the cluster would send theirs to its Pods"
                ),
            ),
            Refusal(
                expression="!has(object.spec.type) || object.spec.type == 'ClusterIP'",
                message="a tenant's Service must be of type ClusterIP: add a destination for a name of the outside",
            ),
            *no_istio_keys("Service"),
            _domains(platform, "Service"),
            Refusal(
                expression=only_known("ServiceSpec", "object.spec"),
                message="a tenant's Service must not state this field",
                named=unknown("ServiceSpec", "object.spec"),
            ),
            Refusal(
                expression=" && ".join(contents_known("ServiceSpec", "object.spec")),
                message="a tenant's Service states a field, in one of its parts, that docs/hardening.md does not allow",
            ),
        ),
        variables=_OWN_KEYS,
        conditions=[SOMETHING_CHANGES],
    )


def _storage(platform: Platform) -> Policy:
    spec = "object.spec"
    return policy(
        STORAGE,
        [rule("", "persistentvolumeclaims")],
        (
            Refusal(
                expression=(
                    "!has(object.spec.volumeName) || (request.operation == 'UPDATE' && "
                    f"((has(oldObject.spec.volumeName) && oldObject.spec.volumeName == object.spec.volumeName) || "
                    f"!({BY_A_TENANT[1]})))"
                ),
                message="a tenant's claim must not name its volume: the cluster provisions one",
            ),
            *no_istio_keys("claim"),
            _domains(platform, "claim"),
            Refusal(
                expression=f"!has({spec}.storageClassName) || {spec}.storageClassName != ''",
                message="a tenant's claim must have a storage class: without one it takes a volume of any kind",
            ),
            Refusal(
                expression=f"!has({spec}.volumeMode) || {spec}.volumeMode == 'Filesystem'",
                message="a tenant's claim must be a file system: raw devices are the platform's",
            ),
            Refusal(
                expression=only_known("PersistentVolumeClaimSpec", spec),
                message="a tenant's claim must not state this field",
                named=unknown("PersistentVolumeClaimSpec", spec),
            ),
            Refusal(
                expression=" && ".join(contents_known("PersistentVolumeClaimSpec", spec)),
                message="a tenant's claim states a field, in one of its parts, that docs/hardening.md does not allow",
            ),
        ),
        variables=_OWN_KEYS,
        conditions=[SOMETHING_CHANGES],
    )


def _metadata(platform: Platform) -> Policy:
    """Labels and annotations of whatever else a tenant writes; those of a Pod's Istio keys its own policy compares."""
    return policy(
        METADATA,
        [rule("*", "*")],
        (
            *no_istio_keys("object"),
            _domains(platform, "object"),
        ),
        variables=_OWN_KEYS,
        conditions=[
            BY_A_TENANT,
            ("not-by-the-platform", f"!{OF_THE_PLATFORM}"),
            (
                "judged-nowhere-else",
                f"!(request.resource.group == '' && request.resource.resource in {quoted(_OWN_POLICY)})",
            ),
        ],
    )


def _domains(platform: Platform, what: str) -> Refusal:
    return domain_refusal(platform.tenants.metadata_domains, BY_A_TENANT[1], what)


def _data() -> Policy:
    """Secrets and ConfigMaps that decide more than what an application reads."""
    return policy(
        DATA,
        [rule("", "secrets", "configmaps", operations=WRITES)],
        (
            Refusal(
                expression=(
                    "request.resource.resource != 'secrets' || request.operation == 'DELETE' || "
                    f"!has(object.type) || object.type in {quoted(SECRET_TYPES)}"
                ),
                message="a tenant's Secret must be of a type that holds no token of a service account",
            ),
            Refusal(
                # Of a collection that is deleted, the request has no name.
                expression=(
                    "request.resource.resource != 'configmaps' || !((request.operation == 'DELETE' ? oldObject "
                    f": object).metadata.name in {quoted(TRUST_ROOTS)})"
                ),
                message="the ConfigMaps that say whom Pods trust are the platform's",
            ),
        ),
        conditions=[BY_A_TENANT, ("not-by-the-platform", f"!{OF_THE_PLATFORM}")],
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
