"""Policies on what a tenant writes beside Pods: Services, claims, Secrets, ConfigMaps, and everybody's metadata."""

from egress.config.platform import Platform
from egress.derived.admission.istio_keys import no_istio_keys
from egress.derived.admission.known_fields import contents_known, only_known, quoted, unknown
from egress.derived.admission.metadata_keys import domain_refusal, domain_variables
from egress.derived.admission.policy_objects import Policy, policy, rule
from egress.derived.admission.refusal import Refusal
from egress.derived.admission.requesters import BY_A_TENANT, OF_THE_PLATFORM, SOMETHING_CHANGES, WRITES

SERVICES = "egress-tenant-services"
STORAGE = "egress-tenant-storage"
DATA = "egress-tenant-data"
METADATA = "egress-tenant-metadata"

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

HEADLESS_PROTOCOLS = ("https", "mongo", "mysql", "redis", "tcp", "tls")
"""What a port of a headless Service may say of itself: for these a sidecar knows the addresses of Pods alone.

On a port that is HTTP, or may be, a request with the Service's name in its Host header goes to whatever address its
client dialled, past `REGISTRY_ONLY`. Source: istio.io, "Protocol Selection"; istio/istio pkg/config/kube/conversion.go.
"""
_VARIABLES_OF_THE_AGENT = ("envoy-", "istio", "pilot-")
"""What a Service's name must not begin with: each Service stands in the variables of every container, the sidecar's
too (NAME_PORT), and its agent reads ENVOY_STATUS_PORT and each ISTIO_META_ variable."""

OWN_KEYS = domain_variables("object.metadata", "oldObject.metadata")
_OWN_POLICY = ("persistentvolumeclaims", "pods", "services")
"""Kinds whose labels and annotations are judged whoever writes them: controllers do it in a tenant's name."""


def services(platform: Platform) -> Policy:
    """Services: inside the cluster alone, and no key that a load balancer's or a proxy's controller reads."""
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
            Refusal(
                expression=(
                    "!has(object.spec.clusterIP) || object.spec.clusterIP != 'None' || !has(object.spec.ports) || "
                    "object.spec.ports.all(p, (has(p.protocol) && p.protocol == 'UDP') || "
                    "(has(p.appProtocol) ? p.appProtocol : has(p.name) ? p.name : '').lowerAscii().split('-')[0] in "
                    f"{quoted(HEADLESS_PROTOCOLS)})"
                ),
                message=(
                    "a port of a tenant's headless Service must not be HTTP: a sidecar sends such requests to any "
                    "address. Call it tcp-NAME, or leave out clusterIP: None"
                ),
            ),
            Refusal(
                expression=(
                    "request.operation != 'CREATE' || (object.metadata.name != 'kubernetes' && "
                    f"!{quoted(_VARIABLES_OF_THE_AGENT)}.exists(p, object.metadata.name.startsWith(p)))"
                ),
                message=(
                    "a tenant's Service must not be called kubernetes, or begin with envoy-, istio or pilot-: "
                    "its name stands in the variables that the sidecar's agent reads"
                ),
            ),
            *no_istio_keys("Service"),
            domains(platform, "Service"),
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
        variables=OWN_KEYS,
        conditions=[SOMETHING_CHANGES],
    )


def storage(platform: Platform) -> Policy:
    """Claims: a new volume of the cluster's own making, also for one that waits for its volume."""
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
            domains(platform, "claim"),
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
        variables=OWN_KEYS,
        conditions=[SOMETHING_CHANGES],
    )


def metadata(platform: Platform) -> Policy:
    """Labels and annotations of whatever else a tenant writes; those of a Pod's Istio keys its own policy compares."""
    return policy(
        METADATA,
        [rule("*", "*")],
        (
            *no_istio_keys("object"),
            domains(platform, "object"),
        ),
        variables=OWN_KEYS,
        conditions=[
            BY_A_TENANT,
            ("not-by-the-platform", f"!{OF_THE_PLATFORM}"),
            (
                "judged-nowhere-else",
                f"!(request.resource.group == '' && request.resource.resource in {quoted(_OWN_POLICY)})",
            ),
        ],
    )


def domains(platform: Platform, what: str) -> Refusal:
    """The condition on the domains of an object's labels and annotations."""
    return domain_refusal(platform.tenants.metadata_domains, BY_A_TENANT[1], what)


def data() -> Policy:
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
