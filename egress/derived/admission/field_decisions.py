"""What a tenant may state of each field of Pods, workloads, Services and claims: allowed, refused, or by value.

An allow-list: `known_fields` makes an admission rule of it, so that a field which a later Kubernetes adds is refused
until somebody decides about it here. Types that only a refused field leads to need no decision.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Decisions:
    """The decision about each field of one type."""

    allowed: str = ""
    """Field names: any value, as far as the field's own type allows."""
    by_value: Mapping[str, str] = field(default_factory=dict)
    """Some values alone, with the rule that says which."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """No value, with the reason."""

    @property
    def known(self) -> tuple[str, ...]:
        """The fields that may be stated."""
        return tuple(sorted({*self.allowed.split(), *self.by_value}))


_OWN_ADDRESS = "the kubelet would ask another address for the Pod, from the node's network"
_NODE = "it reaches the node"
_KUBELET_CONNECTS = "the kubelet connects for it, past the sidecar, NetworkPolicies and the gateway"
_NAMES = "the sidecar's agent goes by these names too: localhost, and its control plane's"
_DEVICES = "devices may carry a network of their own"
_WINDOWS = "no Windows nodes: Pod Security does not judge most fields of a Windows Pod"
_PLATFORM = "the platform's choice"
_LOADBALANCER = "it belongs to Services that are reached from outside the cluster"

DECISIONS: Mapping[str, Decisions] = {
    "Pod": Decisions(allowed="apiVersion kind metadata spec status"),
    "Service": Decisions(allowed="apiVersion kind metadata spec status"),
    "PersistentVolumeClaim": Decisions(allowed="apiVersion kind metadata spec status"),
    "ObjectMeta": Decisions(
        allowed=(
            "creationTimestamp deletionGracePeriodSeconds deletionTimestamp finalizers generateName generation "
            "managedFields name namespace ownerReferences resourceVersion selfLink uid"
        ),
        by_value={
            "annotations": "those of stated domains; those of istio.io as injection writes them",
            "labels": "those of stated domains; those of istio.io as injection writes them",
        },
    ),
    "PodSpec": Decisions(
        allowed=(
            "activeDeadlineSeconds affinity automountServiceAccountToken containers enableServiceLinks "
            "ephemeralContainers hostname imagePullSecrets initContainers "
            "preemptionPolicy readinessGates restartPolicy schedulingGates serviceAccount "
            "serviceAccountName setHostnameAsFQDN subdomain terminationGracePeriodSeconds topologySpreadConstraints "
            "volumes"
        ),
        by_value={
            "dnsConfig": "no name servers of its own",
            "dnsPolicy": "ClusterFirst: the cluster's DNS, which the network's rules hold for",
            "hostUsers": "true: the sidecar's redirect goes by user ids, which a user namespace maps",
            "nodeName": "none at creation; the scheduler writes it",
            "nodeSelector": "no node pool",
            "os": "linux",
            "priority": "0, or below",
            "resources": "cpu, memory and ephemeral-storage",
            "schedulerName": "default-scheduler",
            "securityContext": "a stated user and group that are neither root's nor the sidecar's",
            "shareProcessNamespace": "false: its processes would see the sidecar's",
            "tolerations": "those that Kubernetes adds by itself",
        },
        refused={
            "hostAliases": _NAMES,
            "hostIPC": _NODE,
            "hostNetwork": "neither sidecar nor NetworkPolicies hold in the node's network",
            "hostPID": _NODE,
            "hostnameOverride": _NAMES,
            "overhead": "RuntimeClasses alone set it",
            "priorityClassName": "a higher class drives the mesh's own Pods off their nodes",
            "resourceClaims": _DEVICES,
            "runtimeClassName": _PLATFORM,
        },
    ),
    "Container": Decisions(
        allowed=(
            "args command env envFrom image imagePullPolicy lifecycle livenessProbe readinessProbe resizePolicy "
            "restartPolicy restartPolicyRules startupProbe stdin stdinOnce terminationMessagePath "
            "terminationMessagePolicy tty workingDir"
        ),
        by_value={
            "name": "one that begins with istio- only with what injection writes",
            "ports": "no port of the node",
            "resources": "cpu, memory and ephemeral-storage",
            "securityContext": "no rights, and a user that is neither root nor the sidecar's",
            "volumeMounts": "none of the sidecar's volumes",
        },
        refused={"volumeDevices": "a raw device is beyond the file system's checks"},
    ),
    "EphemeralContainer": Decisions(
        allowed=(
            "args command env envFrom image imagePullPolicy lifecycle livenessProbe readinessProbe resizePolicy "
            "restartPolicy restartPolicyRules startupProbe stdin stdinOnce terminationMessagePath "
            "terminationMessagePolicy tty workingDir"
        ),
        by_value={
            "name": "none that begins with istio-",
            "ports": "no port of the node",
            "resources": "cpu, memory and ephemeral-storage",
            "securityContext": "no rights, and a user that is neither root nor the sidecar's",
            "targetContainerName": "none of the sidecar's: it would see its processes",
            "volumeMounts": "none of the sidecar's volumes",
        },
        refused={"volumeDevices": "a raw device is beyond the file system's checks"},
    ),
    "SecurityContext": Decisions(
        allowed="readOnlyRootFilesystem runAsNonRoot",
        by_value={
            "allowPrivilegeEscalation": "false: with set-user-id files a process becomes the sidecar's user",
            "appArmorProfile": "RuntimeDefault",
            "capabilities": "NET_BIND_SERVICE added at most, everything else dropped",
            "privileged": "false",
            "procMount": "Default",
            "runAsGroup": "neither root's nor the sidecar's 1337",
            "runAsUser": "neither root nor the sidecar's 1337",
            "seccompProfile": "RuntimeDefault",
        },
        refused={"seLinuxOptions": _PLATFORM, "windowsOptions": _WINDOWS},
    ),
    "PodSecurityContext": Decisions(
        allowed="fsGroupChangePolicy runAsNonRoot seLinuxChangePolicy supplementalGroupsPolicy",
        by_value={
            "appArmorProfile": "RuntimeDefault",
            "fsGroup": "not the sidecar's 1337",
            "runAsGroup": "neither root's nor the sidecar's 1337",
            "runAsUser": "neither root nor the sidecar's 1337",
            "seccompProfile": "RuntimeDefault",
            "supplementalGroups": "not the sidecar's 1337",
        },
        refused={
            "seLinuxOptions": _PLATFORM,
            "sysctls": "a Pod's kernel settings are the platform's",
            "windowsOptions": _WINDOWS,
        },
    ),
    "AppArmorProfile": Decisions(
        by_value={"type": "RuntimeDefault"}, refused={"localhostProfile": _PLATFORM}
    ),
    "SeccompProfile": Decisions(by_value={"type": "RuntimeDefault"}, refused={"localhostProfile": _PLATFORM}),
    "Capabilities": Decisions(allowed="drop", by_value={"add": "NET_BIND_SERVICE at most"}),
    "ContainerPort": Decisions(
        allowed="containerPort name protocol",
        refused={
            "hostIP": "it goes with a port of the node",
            "hostPort": "a port of the node is reached past NetworkPolicies",
        },
    ),
    "ContainerResizePolicy": Decisions(allowed="resourceName restartPolicy"),
    "ContainerRestartRule": Decisions(allowed="action exitCodes"),
    "ContainerRestartRuleOnExitCodes": Decisions(allowed="operator values"),
    "ResourceRequirements": Decisions(
        by_value={
            "limits": "cpu, memory and ephemeral-storage",
            "requests": "cpu, memory and ephemeral-storage",
        },
        refused={"claims": _DEVICES},
    ),
    "EnvVar": Decisions(allowed="name value valueFrom"),
    "EnvVarSource": Decisions(allowed="configMapKeyRef fieldRef fileKeyRef resourceFieldRef secretKeyRef"),
    "EnvFromSource": Decisions(allowed="configMapRef prefix secretRef"),
    "ConfigMapEnvSource": Decisions(allowed="name optional"),
    "ConfigMapKeySelector": Decisions(allowed="key name optional"),
    "SecretEnvSource": Decisions(allowed="name optional"),
    "SecretKeySelector": Decisions(allowed="key name optional"),
    "FileKeySelector": Decisions(allowed="key optional path volumeName"),
    "ObjectFieldSelector": Decisions(allowed="apiVersion fieldPath"),
    "ResourceFieldSelector": Decisions(allowed="containerName divisor resource"),
    "Lifecycle": Decisions(allowed="postStart preStop stopSignal"),
    "LifecycleHandler": Decisions(
        allowed="exec httpGet sleep",
        refused={"tcpSocket": "the kubelet ignores it; it is deprecated"},
    ),
    "Probe": Decisions(
        allowed=(
            "exec failureThreshold grpc httpGet initialDelaySeconds periodSeconds successThreshold tcpSocket "
            "terminationGracePeriodSeconds timeoutSeconds"
        )
    ),
    "ExecAction": Decisions(allowed="command"),
    "GRPCAction": Decisions(allowed="port service"),
    "HTTPGetAction": Decisions(allowed="httpHeaders path port scheme", refused={"host": _OWN_ADDRESS}),
    "HTTPHeader": Decisions(allowed="name value"),
    "SleepAction": Decisions(allowed="seconds"),
    "TCPSocketAction": Decisions(allowed="port", refused={"host": _OWN_ADDRESS}),
    "VolumeMount": Decisions(
        allowed="mountPath readOnly recursiveReadOnly subPath subPathExpr",
        by_value={"mountPropagation": "None", "name": "none of the sidecar's volumes"},
    ),
    "Volume": Decisions(
        allowed="configMap downwardAPI emptyDir persistentVolumeClaim secret",
        by_value={
            "name": "one of the sidecar's only with what injection writes",
            "projected": "no token for another audience",
        },
        refused={
            "awsElasticBlockStore": _KUBELET_CONNECTS,
            "azureDisk": _KUBELET_CONNECTS,
            "azureFile": _KUBELET_CONNECTS,
            "cephfs": _KUBELET_CONNECTS,
            "cinder": _KUBELET_CONNECTS,
            "csi": "its driver runs on the node and connects for it",
            "ephemeral": "a claim of its own is judged by itself: state a PersistentVolumeClaim",
            "fc": _KUBELET_CONNECTS,
            "flexVolume": _KUBELET_CONNECTS,
            "flocker": _KUBELET_CONNECTS,
            "gcePersistentDisk": "any disk of the project by its name: state a PersistentVolumeClaim",
            "gitRepo": _KUBELET_CONNECTS,
            "glusterfs": _KUBELET_CONNECTS,
            "hostPath": "the node's files, and with them the node",
            "image": "the node pulls what Binary Authorization does not judge",
            "iscsi": _KUBELET_CONNECTS,
            "nfs": _KUBELET_CONNECTS,
            "photonPersistentDisk": _KUBELET_CONNECTS,
            "portworxVolume": _KUBELET_CONNECTS,
            "quobyte": _KUBELET_CONNECTS,
            "rbd": _KUBELET_CONNECTS,
            "scaleIO": _KUBELET_CONNECTS,
            "storageos": _KUBELET_CONNECTS,
            "vsphereVolume": _KUBELET_CONNECTS,
        },
    ),
    "ConfigMapVolumeSource": Decisions(allowed="defaultMode items name optional"),
    "SecretVolumeSource": Decisions(allowed="defaultMode items optional secretName"),
    "KeyToPath": Decisions(allowed="key mode path"),
    "DownwardAPIVolumeSource": Decisions(allowed="defaultMode items"),
    "DownwardAPIVolumeFile": Decisions(allowed="fieldRef mode path resourceFieldRef"),
    "EmptyDirVolumeSource": Decisions(allowed="medium sizeLimit"),
    "PersistentVolumeClaimVolumeSource": Decisions(allowed="claimName readOnly"),
    "ProjectedVolumeSource": Decisions(allowed="defaultMode sources"),
    "VolumeProjection": Decisions(
        allowed="configMap downwardAPI secret",
        by_value={"serviceAccountToken": "the API server's audience alone"},
        refused={
            "clusterTrustBundle": "the platform says whom Pods trust",
            "podCertificate": "a certificate of another signer is another identity",
        },
    ),
    "ConfigMapProjection": Decisions(allowed="items name optional"),
    "SecretProjection": Decisions(allowed="items name optional"),
    "DownwardAPIProjection": Decisions(allowed="items"),
    "ServiceAccountTokenProjection": Decisions(
        allowed="expirationSeconds path",
        by_value={"audience": "none, which is the API server's; the sidecar's in its own volume"},
    ),
    "Affinity": Decisions(allowed="nodeAffinity podAffinity podAntiAffinity"),
    "NodeAffinity": Decisions(
        allowed="preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution"
    ),
    "NodeSelector": Decisions(allowed="nodeSelectorTerms"),
    "NodeSelectorTerm": Decisions(allowed="matchExpressions matchFields"),
    "NodeSelectorRequirement": Decisions(allowed="key operator values"),
    "PreferredSchedulingTerm": Decisions(allowed="preference weight"),
    "PodAffinity": Decisions(
        allowed="preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution"
    ),
    "PodAntiAffinity": Decisions(
        allowed="preferredDuringSchedulingIgnoredDuringExecution requiredDuringSchedulingIgnoredDuringExecution"
    ),
    "PodAffinityTerm": Decisions(
        allowed="labelSelector matchLabelKeys mismatchLabelKeys namespaceSelector namespaces topologyKey"
    ),
    "WeightedPodAffinityTerm": Decisions(allowed="podAffinityTerm weight"),
    "LabelSelector": Decisions(allowed="matchExpressions matchLabels"),
    "LabelSelectorRequirement": Decisions(allowed="key operator values"),
    "TopologySpreadConstraint": Decisions(
        allowed=(
            "labelSelector matchLabelKeys maxSkew minDomains nodeAffinityPolicy nodeTaintsPolicy topologyKey "
            "whenUnsatisfiable"
        )
    ),
    "Toleration": Decisions(
        allowed="effect operator tolerationSeconds value", by_value={"key": "of Kubernetes"}
    ),
    "LocalObjectReference": Decisions(allowed="name"),
    "PodDNSConfig": Decisions(
        allowed="options searches", refused={"nameservers": "another name server is a way out of its own"}
    ),
    "PodDNSConfigOption": Decisions(allowed="name value"),
    "PodOS": Decisions(by_value={"name": "linux"}),
    "PodReadinessGate": Decisions(allowed="conditionType"),
    "PodSchedulingGate": Decisions(allowed="name"),
    "ServiceSpec": Decisions(
        allowed=(
            "clusterIP clusterIPs internalTrafficPolicy ipFamilies ipFamilyPolicy publishNotReadyAddresses "
            "selector sessionAffinity sessionAffinityConfig trafficDistribution"
        ),
        by_value={
            "ports": "of a headless Service none that may be HTTP: a sidecar dials whatever address it is asked for",
            "type": "ClusterIP",
        },
        refused={
            "allocateLoadBalancerNodePorts": _LOADBALANCER,
            "externalIPs": "the cluster would send that address's connections to the Service's Pods",
            "externalName": "a name of the outside under a name of the mesh",
            "externalTrafficPolicy": _LOADBALANCER,
            "healthCheckNodePort": _LOADBALANCER,
            "loadBalancerClass": _LOADBALANCER,
            "loadBalancerIP": _LOADBALANCER,
            "loadBalancerSourceRanges": _LOADBALANCER,
        },
    ),
    "ServicePort": Decisions(
        allowed="appProtocol name port protocol targetPort", refused={"nodePort": _LOADBALANCER}
    ),
    "SessionAffinityConfig": Decisions(allowed="clientIP"),
    "ClientIPConfig": Decisions(allowed="timeoutSeconds"),
    "PersistentVolumeClaimSpec": Decisions(
        allowed="accessModes resources",
        by_value={
            "storageClassName": "the default class, or a class by name",
            "volumeMode": "Filesystem",
            "volumeName": "none at creation; the volume controller writes it",
        },
        refused={
            "dataSource": "another object's data",
            "dataSourceRef": "another object's data, of another namespace too",
            "selector": "it picks among volumes that somebody else made, of any kind",
            "volumeAttributesClassName": _PLATFORM,
        },
    ),
    "VolumeResourceRequirements": Decisions(allowed="limits requests"),
    **{
        kind: Decisions(allowed="apiVersion kind metadata spec status")
        for kind in (
            *("CronJob", "DaemonSet", "Deployment", "Job"),
            *("ReplicaSet", "ReplicationController", "StatefulSet"),
        )
    },
    "PodTemplateSpec": Decisions(
        allowed="spec", by_value={"metadata": "labels and annotations as those of a Pod"}
    ),
    "DeploymentSpec": Decisions(
        allowed=(
            "minReadySeconds paused progressDeadlineSeconds replicas revisionHistoryLimit selector strategy template"
        )
    ),
    "DeploymentStrategy": Decisions(allowed="rollingUpdate type"),
    "RollingUpdateDeployment": Decisions(allowed="maxSurge maxUnavailable"),
    "DaemonSetSpec": Decisions(
        allowed="minReadySeconds revisionHistoryLimit selector template updateStrategy"
    ),
    "DaemonSetUpdateStrategy": Decisions(allowed="rollingUpdate type"),
    "RollingUpdateDaemonSet": Decisions(allowed="maxSurge maxUnavailable"),
    "ReplicaSetSpec": Decisions(allowed="minReadySeconds replicas selector template"),
    "ReplicationControllerSpec": Decisions(allowed="minReadySeconds replicas selector template"),
    "StatefulSetSpec": Decisions(
        allowed=(
            "minReadySeconds ordinals persistentVolumeClaimRetentionPolicy podManagementPolicy replicas "
            "revisionHistoryLimit selector serviceName template updateStrategy"
        ),
        by_value={"volumeClaimTemplates": "claims that the tenant could make itself"},
    ),
    "StatefulSetOrdinals": Decisions(allowed="start"),
    "StatefulSetPersistentVolumeClaimRetentionPolicy": Decisions(allowed="whenDeleted whenScaled"),
    "StatefulSetUpdateStrategy": Decisions(allowed="rollingUpdate type"),
    "RollingUpdateStatefulSetStrategy": Decisions(allowed="maxUnavailable partition"),
    "CronJobSpec": Decisions(
        allowed=(
            "concurrencyPolicy failedJobsHistoryLimit jobTemplate schedule startingDeadlineSeconds "
            "successfulJobsHistoryLimit suspend timeZone"
        )
    ),
    "JobTemplateSpec": Decisions(
        allowed="spec", by_value={"metadata": "labels and annotations as those of a Job"}
    ),
    "JobSpec": Decisions(
        allowed=(
            "activeDeadlineSeconds backoffLimit backoffLimitPerIndex completionMode completions manualSelector "
            "maxFailedIndexes parallelism podFailurePolicy podReplacementPolicy selector successPolicy suspend "
            "template ttlSecondsAfterFinished"
        ),
        refused={"managedBy": "another controller, with rights of its own, would run it"},
    ),
    "PodFailurePolicy": Decisions(allowed="rules"),
    "PodFailurePolicyRule": Decisions(allowed="action onExitCodes onPodConditions"),
    "PodFailurePolicyOnExitCodesRequirement": Decisions(allowed="containerName operator values"),
    "PodFailurePolicyOnPodConditionsPattern": Decisions(allowed="status type"),
    "SuccessPolicy": Decisions(allowed="rules"),
    "SuccessPolicyRule": Decisions(allowed="succeededCount succeededIndexes"),
}

JUDGED_ELSEWHERE: Mapping[tuple[str, str], str] = {
    ("JobTemplateSpec", "metadata"): "its keys have a condition of their own",
    ("PodTemplateSpec", "metadata"): "egress-tenant-templates judges its keys",
    ("PodTemplateSpec", "spec"): "egress-tenant-templates judges it as a Pod's",
    ("StatefulSetSpec", "volumeClaimTemplates"): "egress-tenant-templates judges them",
}
"""Allowed fields whose contents a condition of another policy compares."""

SERVERS_OWN: Mapping[tuple[str, str], str] = {
    **{
        (kind, "status"): "the API server drops it; it is written through a resource of its own"
        for kind in (
            *("CronJob", "DaemonSet", "Deployment", "Job"),
            *("ReplicaSet", "ReplicationController", "StatefulSet"),
        )
    },
    ("Pod", "status"): "the API server drops it; it is written through a resource of its own",
    ("Service", "status"): "the API server drops it; it is written through a resource of its own",
    (
        "PersistentVolumeClaim",
        "status",
    ): "the API server drops it; it is written through a resource of its own",
    ("ObjectMeta", "managedFields"): "the API server writes it",
    ("ObjectMeta", "ownerReferences"): "it decides what is deleted along with what, in one namespace",
}
"""Allowed fields whose contents need no decision."""
