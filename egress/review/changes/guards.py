"""The guards: fields that hold something back, each with the direction in which it is safe.

A guard decides on no request, so that no cell of the matrix shows when it goes. A new resource type or field that
holds something back belongs here; what is not here and differs is listed as not judged.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from egress.review.changes.directions import (
    Direction,
    fewer,
    fewer_or_none,
    higher,
    lower,
    more,
    narrower,
    off,
    on,
    ranked,
    stated,
)
from egress.review.changes.resources import Path, Resource, Values

CLUSTER, POOL = "google_container_cluster", "google_container_node_pool"
FIREWALL, SUBNET, NAT = "google_compute_firewall", "google_compute_subnetwork", "google_compute_router_nat"
POLICY_RULE = "google_compute_network_firewall_policy_rule"
BUCKET, KEY = "google_storage_bucket", "google_kms_crypto_key"
IMAGES = "google_binary_authorization_policy"
ALERT, METRIC = "google_monitoring_alert_policy", "google_logging_metric"
ADMISSION, BINDING = "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding"
POD_SECURITY = "pod-security.kubernetes.io/enforce"
PODS = ("Deployment", "StatefulSet", "DaemonSet")


@dataclass(frozen=True, kw_only=True)
class Guard:
    """A field of a kind of resource."""

    kind: str
    path: Path
    """As the provider or Kubernetes spells it; a typed Kubernetes resource's spelling is found as well."""
    safe: Direction
    what: str
    """What it guards, in words."""
    read: Callable[[Resource], Values] | None = None
    """How the values are read where the field alone does not say."""
    of_new: bool = True
    """Whether a new resource is held against the guard's best value."""

    holds: Callable[[Resource], bool] | None = None
    """Of which resources the direction is right, where it is not of all."""

    def safer(self, before: Resource, after: Resource) -> bool:
        """True where the guard is known to hold back more, in place, and to stop nothing that should run."""
        then, now = self.values(before), self.values(after)
        return (
            then != now
            and (self.kind, self.path) not in ASKS_EITHER_WAY
            and not (self.path[0] == "node_config" and self.path[1] not in _NODES_IN_PLACE)
            and self.fits(before, after)
            and self.safe.comparable(then, now)
            and not self.safe.weaker(then, now)
        )

    def fits(self, *sides: Resource) -> bool:
        """True where the direction is right for each of the resources."""
        return self.holds is None or all(map(self.holds, sides))

    def values(self, resource: Resource) -> Values:
        """The guard's values in a resource."""
        if self.read is not None:
            return self.read(resource)
        return resource.at(self.path) or resource.at(_typed(self.path))


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A kind of resource that guards by being there: its removal is weaker."""

    kind: str
    what: str


@dataclass(frozen=True, kw_only=True)
class Added:
    """A kind of resource that gives rights by being there: a new one is weaker."""

    kind: str
    what: str


def _typed(path: Path) -> Path:
    """Kubernetes' spelling as Terraform's typed resources have it: `containers.securityContext`."""
    return tuple(_SINGULAR.get(part, _snake(part)) for part in path)


_SINGULAR = {
    "containers": "container",
    "initContainers": "init_container",
    "rules": "rule",
    "subjects": "subject",
}


def _snake(part: str) -> str:
    if "/" in part or "-" in part:
        return part
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in part)


def control_plane_ranges(cluster: Resource) -> Values:
    """Who may call the API server by address: nobody without an endpoint by address, everybody without a list."""
    by_address = cluster.at(("control_plane_endpoints_config", "ip_endpoints_config", "enabled"))
    if by_address == ("false",):
        return ()
    if not cluster.body.get("master_authorized_networks_config"):
        return ("0.0.0.0/0",)
    return cluster.at(("master_authorized_networks_config", "cidr_blocks", "cidr_block"))


def _field(
    kind: str,
    path: str,
    safe: Direction,
    what: str,
    *,
    of_new: bool = True,
    holds: Callable[[Resource], bool] | None = None,
) -> Guard:
    return Guard(kind=kind, path=tuple(path.split(".")), safe=safe, what=what, of_new=of_new, holds=holds)


def _when_above(alert: Resource) -> bool:
    """True for an alert that is given above its threshold; another one is never given with a low one."""
    return alert.at(("conditions", "condition_threshold", "comparison")) == ("COMPARISON_GT",)


CONTROL_PLANE = Guard(
    kind=CLUSTER,
    path=("master_authorized_networks_config", "cidr_blocks", "cidr_block"),
    safe=narrower(),
    what="who may call the API server by address",
    read=control_plane_ranges,
)

OF_CLUSTERS = (
    CONTROL_PLANE,
    _field(
        CLUSTER,
        "control_plane_endpoints_config.ip_endpoints_config.enabled",
        off(absent=True),
        "the API server has no endpoint by address",
        of_new=False,
    ),
    _field(
        CLUSTER,
        "control_plane_endpoints_config.dns_endpoint_config.allow_external_traffic",
        off(absent=False),
        "the API server's DNS endpoint takes no caller from outside Google Cloud",
        of_new=False,
    ),
    _field(
        CLUSTER,
        "master_authorized_networks_config.gcp_public_cidrs_access_enabled",
        off(absent=False),
        "Google Cloud's public addresses may not call the API server",
    ),
    _field(
        CLUSTER,
        "private_cluster_config.enable_private_endpoint",
        on(absent=False),
        "the API server has no public address",
        of_new=False,
    ),
    _field(
        CLUSTER,
        "private_cluster_config.enable_private_nodes",
        on(absent=False),
        "nodes have no public address",
    ),
    _field(CLUSTER, "deletion_protection", on(absent=True), "Terraform refuses to destroy the cluster"),
    _field(
        CLUSTER,
        "binary_authorization.evaluation_mode",
        ranked("PROJECT_SINGLETON_POLICY_ENFORCE", "DISABLED", absent="DISABLED"),
        "Binary Authorization decides which images run",
    ),
    _field(CLUSTER, "enable_shielded_nodes", on(absent=True), "nodes are shielded VMs"),
    _field(
        CLUSTER,
        "enable_intranode_visibility",
        on(absent=False),
        "flow logs see the traffic between Pods of one node",
    ),
    _field(CLUSTER, "enable_legacy_abac", off(absent=False), "RBAC alone says who may do what"),
    _field(
        CLUSTER,
        "enable_kubernetes_alpha",
        off(absent=False),
        "no alpha features, and the cluster is upgraded",
    ),
    _field(
        CLUSTER,
        "database_encryption.state",
        ranked("ENCRYPTED", "DECRYPTED", absent="DECRYPTED"),
        "Kubernetes Secrets are stored under a key of one's own",
    ),
    _field(
        CLUSTER,
        "security_posture_config.mode",
        ranked("ENTERPRISE", "BASIC", "DISABLED", absent="DISABLED"),
        "GKE audits workloads for known weaknesses",
    ),
    _field(
        CLUSTER,
        "security_posture_config.vulnerability_mode",
        ranked(
            "VULNERABILITY_ENTERPRISE",
            "VULNERABILITY_BASIC",
            "VULNERABILITY_DISABLED",
            absent="VULNERABILITY_DISABLED",
        ),
        "GKE looks for known vulnerabilities",
        of_new=False,
    ),
    _field(
        CLUSTER,
        "workload_identity_config.workload_pool",
        stated(),
        "Pods act as Google accounts of their own",
    ),
    _field(
        CLUSTER, "network_policy.enabled", on(absent=False), "Calico enforces NetworkPolicies", of_new=False
    ),
    _field(CLUSTER, "logging_config.enable_components", more(), "what the cluster logs"),
    _field(CLUSTER, "monitoring_config.enable_components", more(), "what the cluster measures"),
    _field(
        CLUSTER,
        "logging_service",
        ranked("logging.googleapis.com/kubernetes", "none", absent="logging.googleapis.com/kubernetes"),
        "the cluster writes logs",
    ),
    _field(
        CLUSTER,
        "release_channel.channel",
        ranked("STABLE", "REGULAR", "RAPID", "EXTENDED", "UNSPECIFIED", absent="REGULAR"),
        "how tested a version is before the cluster gets it",
    ),
    _field(
        CLUSTER,
        "master_auth.client_certificate_config.issue_client_certificate",
        off(absent=False),
        "nobody holds a client certificate of the cluster",
    ),
    _field(
        CLUSTER,
        "node_pool_defaults.node_config_defaults.insecure_kubelet_readonly_port_enabled",
        ranked("FALSE", "TRUE", absent="TRUE"),
        "kubelets do not serve their unauthenticated port",
    ),
)

_OF_EACH_NODE = (
    ("shielded_instance_config.enable_secure_boot", on(absent=False), "nodes boot signed software alone"),
    ("shielded_instance_config.enable_integrity_monitoring", on(absent=True), "nodes watch their boot"),
    (
        "workload_metadata_config.mode",
        ranked("GKE_METADATA", "GCE_METADATA", absent="GCE_METADATA"),
        "Pods do not read the node's own credentials",
    ),
    ("metadata.disable-legacy-endpoints", on(absent=False), "the metadata server answers no old requests"),
    (
        "kubelet_config.insecure_kubelet_readonly_port_enabled",
        ranked("FALSE", "TRUE", absent="TRUE"),
        "kubelets do not serve their unauthenticated port",
    ),
    ("oauth_scopes", fewer(), "what the node's token may be used for"),
)

OF_NODES = (
    *(
        _field(kind, f"node_config.{path}", safe, what)
        for kind in (POOL, CLUSTER)
        for path, safe, what in _OF_EACH_NODE
    ),
    _field(POOL, "node_config.sandbox_config.sandbox_type", stated(), "Pods run in a sandbox", of_new=False),
    _field(
        POOL,
        "node_config.confidential_nodes.enabled",
        on(absent=False),
        "the nodes' memory is encrypted",
        of_new=False,
    ),
    _field(POOL, "management.auto_upgrade", on(absent=True), "nodes get security updates by themselves"),
    _field(POOL, "management.auto_repair", on(absent=True), "broken nodes are replaced by themselves"),
    _field(POOL, "network_config.enable_private_nodes", on(absent=True), "nodes have no public address"),
)

OF_THE_NETWORK = (
    _field(FIREWALL, "log_config.metadata", stated(), "connections that the rule matches are logged"),
    _field(
        POLICY_RULE,
        "enable_logging",
        on(absent=False),
        "connections that the rule matches are logged",
        of_new=False,
    ),
    _field(SUBNET, "log_config.metadata", stated(), "flow logs"),
    _field(SUBNET, "log_config.flow_sampling", higher(), "the share of flows that is logged"),
    _field(NAT, "log_config.enable", on(absent=False), "Cloud NAT logs"),
    _field(
        NAT,
        "log_config.filter",
        ranked("ALL", "ERRORS_ONLY", "TRANSLATIONS_ONLY", absent="TRANSLATIONS_ONLY"),
        "what Cloud NAT logs",
    ),
)

OF_THE_PROJECT = (
    _field(
        IMAGES,
        "default_admission_rule.evaluation_mode",
        ranked("ALWAYS_DENY", "REQUIRE_ATTESTATION", "ALWAYS_ALLOW", absent="ALWAYS_ALLOW"),
        "an image that no pattern names is refused",
    ),
    _field(
        IMAGES,
        "default_admission_rule.enforcement_mode",
        ranked("ENFORCED_BLOCK_AND_AUDIT_LOG", "DRYRUN_AUDIT_LOG_ONLY", absent="DRYRUN_AUDIT_LOG_ONLY"),
        "refused images do not run",
    ),
    _field(IMAGES, "admission_whitelist_patterns.name_pattern", fewer(none=True), "which images may run"),
    _field(
        IMAGES,
        "global_policy_evaluation_mode",
        ranked("ENABLE", "DISABLE", absent="DISABLE"),
        "Google's own policy for system images",
    ),
    _field(KEY, "rotation_period", lower(), "how often the key is rotated"),
    _field(
        KEY,
        "lifecycle.prevent_destroy",
        on(absent=False),
        "Terraform refuses to destroy the key",
        of_new=False,
    ),
    _field(
        BUCKET,
        "uniform_bucket_level_access",
        on(absent=False),
        "IAM alone says who reads the bucket's objects",
    ),
    _field(
        BUCKET,
        "public_access_prevention",
        ranked("enforced", "inherited", absent="inherited"),
        "the bucket cannot be made public",
    ),
    _field(
        BUCKET, "force_destroy", off(absent=False), "a bucket with objects is not destroyed", of_new=False
    ),
    _field(
        BUCKET, "versioning.enabled", on(absent=False), "overwritten objects can be restored", of_new=False
    ),
    _field(ALERT, "enabled", on(absent=True), "the alert is given"),
    _field(ALERT, "notification_channels", more(none=True), "who is told of the alert"),
    _field(
        ALERT,
        "conditions.condition_threshold.threshold_value",
        lower(),
        "when the alert is given",
        holds=_when_above,
    ),
    _field(METRIC, "disabled", off(absent=False), "refusals are counted"),
)

OF_THE_CLUSTERS_OBJECTS = (
    _field(
        ADMISSION, "spec.failurePolicy", ranked("Fail", "Ignore", absent="Fail"), "admission refuses in doubt"
    ),
    _field(ADMISSION, "spec.validations.expression", more(), "what admission refuses"),
    _field(ADMISSION, "spec.matchConditions.expression", fewer(none=True), "whom admission does not ask"),
    _field(ADMISSION, "spec.matchConstraints.resourceRules.resources", more(), "what admission looks at"),
    _field(ADMISSION, "spec.matchConstraints.resourceRules.operations", more(), "what admission looks at"),
    _field(ADMISSION, "spec.matchConstraints.resourceRules.apiGroups", more(), "what admission looks at"),
    _field(BINDING, "spec.validationActions", more(), "admission refuses, and does not only warn"),
    _field(
        BINDING,
        "spec.matchResources.namespaceSelector",
        fewer_or_none(),
        "in which namespaces admission asks",
    ),
    _field(
        "PeerAuthentication",
        "spec.mtls.mode",
        ranked("STRICT", "UNSET", "PERMISSIVE", "DISABLE", absent="UNSET", good=2),
        "Pods take mesh mTLS alone",
    ),
    _field("Role", "rules.verbs", fewer(), "what a team may do"),
    _field("Role", "rules.resources", fewer(), "what a team may do"),
    _field("Role", "rules.apiGroups", fewer(), "what a team may do"),
    _field("ClusterRole", "rules.verbs", fewer(), "what the role may do in every namespace"),
    _field("ClusterRole", "rules.resources", fewer(), "what the role may do in every namespace"),
    _field("ClusterRole", "rules.apiGroups", fewer(), "what the role may do in every namespace"),
    _field("RoleBinding", "subjects.name", fewer(), "who has the role"),
    _field("RoleBinding", "roleRef.name", fewer(), "which role they have"),
    _field("ClusterRoleBinding", "subjects.name", fewer(), "who has the role in every namespace"),
    _field("ClusterRoleBinding", "roleRef.name", fewer(), "which role they have in every namespace"),
    Guard(
        kind="Namespace",
        path=("metadata", "labels", POD_SECURITY),
        safe=ranked("restricted", "baseline", "privileged", absent="privileged"),
        what="Kubernetes refuses Pods that ask for too much",
        of_new=False,
    ),
    *(
        _field(kind, f"spec.template.spec.{path}", safe, what, of_new=False)
        for kind in PODS
        for path, safe, what in (
            ("hostNetwork", off(absent=False), "Pods do not use the node's network"),
            ("hostPID", off(absent=False), "Pods do not see the node's processes"),
            ("hostIPC", off(absent=False), "Pods do not share the node's memory"),
            ("containers.securityContext.privileged", off(absent=False), "containers are not privileged"),
            (
                "containers.securityContext.allowPrivilegeEscalation",
                off(absent=True),
                "containers gain no privileges",
            ),
            ("containers.securityContext.runAsNonRoot", on(absent=False), "containers do not run as root"),
            (
                "containers.securityContext.readOnlyRootFilesystem",
                on(absent=False),
                "containers do not change their own files",
            ),
            (
                "containers.securityContext.capabilities.add",
                fewer(none=True),
                "the capabilities of containers",
            ),
            ("securityContext.runAsNonRoot", on(absent=False), "containers do not run as root"),
        )
    ),
)

GUARDS: tuple[Guard, ...] = (
    *OF_CLUSTERS,
    *OF_NODES,
    *OF_THE_NETWORK,
    *OF_THE_PROJECT,
    *OF_THE_CLUSTERS_OBJECTS,
)

KEPT: tuple[Kept, ...] = (
    Kept(kind=IMAGES, what="Binary Authorization's policy says which images run"),
    Kept(kind=KEY, what="a key of one's own"),
    Kept(kind=ALERT, what="the alert is given"),
    Kept(kind=METRIC, what="refusals are counted"),
    Kept(kind=ADMISSION, what="admission refuses the ways around"),
    Kept(kind=BINDING, what="admission refuses the ways around"),
    Kept(kind="PeerAuthentication", what="Pods take mesh mTLS alone"),
    Kept(kind="Telemetry", what="proxies write access logs"),
    Kept(kind="ResourceQuota", what="a namespace takes no more than its share"),
    Kept(kind="PodDisruptionBudget", what="upgrades leave the gateway's Pods running"),
    Kept(kind="google_dns_policy", what="queries for names are logged"),
)

ADDED: tuple[Added, ...] = (
    Added(kind="google_project_iam_member", what="a role in the whole project"),
    Added(kind="google_project_iam_binding", what="a role in the whole project"),
    Added(kind="google_project_iam_policy", what="every role in the whole project"),
    Added(kind="google_folder_iam_member", what="a role in a whole folder"),
    Added(kind="google_organization_iam_member", what="a role in the whole organization"),
    Added(kind="google_service_account_key", what="a key that works from anywhere and does not end"),
    Added(kind="ClusterRole", what="a role for every namespace"),
    Added(kind="ClusterRoleBinding", what="a role in every namespace"),
)

FEWER: Mapping[str, tuple[Path, ...]] = {
    "Role": (("rules",),),
    "ClusterRole": (("rules",),),
    "RoleBinding": (("subjects",),),
    "ClusterRoleBinding": (("subjects",),),
    "AuthorizationPolicy": (("spec", "rules"),),
    "DestinationRule": (("spec", "subsets"),),
    "NetworkPolicy": (("spec", "ingress"), ("spec", "egress")),
}
"""Lists of blocks that let something through: whole blocks that go are safe, any other change is not known to be."""

_NODES_IN_PLACE = frozenset({"kubelet_config", "workload_metadata_config"})
"""Of node_config: for any other of its fields the provider may make the pool, or the cluster, anew."""

ASKS_EITHER_WAY: frozenset[tuple[str, Path]] = frozenset(
    (kind, ("metadata", "labels", POD_SECURITY) if POD_SECURITY in path else tuple(path.split(".")))
    for kind, paths in {
        # The provider makes the cluster anew.
        CLUSTER: (
            "enable_kubernetes_alpha",
            "private_cluster_config.enable_private_endpoint",
            "private_cluster_config.enable_private_nodes",
            "master_auth.client_certificate_config.issue_client_certificate",
        ),
        # What refuses more may stop the gateway, or every Pod.
        ADMISSION: (
            "spec.failurePolicy",
            "spec.validations.expression",
            "spec.matchConditions.expression",
            "spec.matchConstraints.resourceRules.resources",
            "spec.matchConstraints.resourceRules.operations",
            "spec.matchConstraints.resourceRules.apiGroups",
        ),
        BINDING: ("spec.validationActions", "spec.matchResources.namespaceSelector"),
        IMAGES: (
            "default_admission_rule.evaluation_mode",
            "default_admission_rule.enforcement_mode",
            "admission_whitelist_patterns.name_pattern",
        ),
        "Namespace": (POD_SECURITY,),
        "PeerAuthentication": ("spec.mtls.mode",),
        **{
            kind: tuple(
                f"spec.template.spec.{path}"
                for path in (
                    "hostNetwork",
                    "containers.securityContext.readOnlyRootFilesystem",
                    "containers.securityContext.runAsNonRoot",
                    "containers.securityContext.capabilities.add",
                    "securityContext.runAsNonRoot",
                )
            )
            for kind in PODS
        },
    }.items()
    for path in paths
)
"""Guards that are not quiet when they hold back more."""
