"""A value that a tenant must not state for each field that the platform refuses, or holds to values.

Values are such that the API server itself would take them: what refuses them then is admission.
"""

from collections.abc import Mapping, Sequence
from typing import Any

PLACES: Mapping[str, str] = {
    "AppArmorProfile": "containers.0.securityContext.appArmorProfile",
    "Capabilities": "containers.0.securityContext.capabilities",
    "Container": "containers.0",
    "ContainerPort": "containers.0.ports.0",
    "HTTPGetAction": "containers.0.livenessProbe.httpGet",
    "JobSpec": "",
    "LifecycleHandler": "containers.0.lifecycle.postStart",
    "PersistentVolumeClaimSpec": "",
    "PodDNSConfig": "dnsConfig",
    "PodOS": "os",
    "PodSecurityContext": "securityContext",
    "PodSpec": "",
    "ResourceRequirements": "containers.0.resources",
    "SeccompProfile": "containers.0.securityContext.seccompProfile",
    "SecurityContext": "containers.0.securityContext",
    "ServiceAccountTokenProjection": "volumes.0.projected.sources.0.serviceAccountToken",
    "ServicePort": "ports.0",
    "ServiceSpec": "",
    "TCPSocketAction": "containers.0.livenessProbe.tcpSocket",
    "Toleration": "tolerations.0",
    "Volume": "volumes.0",
    "VolumeMount": "containers.0.volumeMounts.0",
    "VolumeProjection": "volumes.0.projected.sources.0",
}
"""Where a type stands in the spec of a Pod, a Service or a claim."""

BESIDE: Mapping[str, Mapping[str, Any]] = {
    "AppArmorProfile": {"type": "Localhost"},
    "ContainerPort": {"containerPort": 80},
    "HTTPGetAction": {"port": 80},
    "SeccompProfile": {"type": "Localhost"},
    "ServiceAccountTokenProjection": {"path": "token"},
    "TCPSocketAction": {"port": 80},
    "Toleration": {"operator": "Exists"},
    "Volume": {"name": "v"},
    "VolumeMount": {"name": "tmp", "mountPath": "/elsewhere"},
}
"""What the API server asks for beside the field."""

_DISK = {"fsType": "ext4"}
REFUSED: Mapping[str, Any] = {
    "AppArmorProfile.localhostProfile": "mine",
    "Container.volumeDevices": [{"name": "data", "devicePath": "/dev/sda"}],
    "ContainerPort.hostIP": "10.0.0.2",
    "ContainerPort.hostPort": 30080,
    "HTTPGetAction.host": "199.36.153.4",
    "JobSpec.managedBy": "example.com/mine",
    "LifecycleHandler.tcpSocket": {"host": "199.36.153.4", "port": 443},
    "PersistentVolumeClaimSpec.dataSource": {"kind": "PersistentVolumeClaim", "name": "other"},
    "PersistentVolumeClaimSpec.dataSourceRef": {"kind": "PersistentVolumeClaim", "name": "other"},
    "PersistentVolumeClaimSpec.selector": {"matchLabels": {"type": "local"}},
    "PersistentVolumeClaimSpec.volumeAttributesClassName": "fast",
    "PodDNSConfig.nameservers": ["8.8.8.8"],
    "PodSecurityContext.seLinuxOptions": {"type": "spc_t"},
    "PodSecurityContext.sysctls": [{"name": "net.ipv4.ip_unprivileged_port_start", "value": "0"}],
    "PodSecurityContext.windowsOptions": {"runAsUserName": "ContainerAdministrator"},
    "PodSpec.hostAliases": [{"ip": "203.0.113.9", "hostnames": ["localhost"]}],
    "PodSpec.hostIPC": True,
    "PodSpec.hostNetwork": True,
    "PodSpec.hostPID": True,
    "PodSpec.hostnameOverride": "localhost",
    "PodSpec.overhead": {"cpu": "1"},
    "PodSpec.priorityClassName": "system-cluster-critical",
    "PodSpec.resourceClaims": [{"name": "device", "resourceClaimName": "mine"}],
    "PodSpec.runtimeClassName": "mine",
    "ResourceRequirements.claims": [{"name": "device"}],
    "SeccompProfile.localhostProfile": "mine.json",
    "SecurityContext.seLinuxOptions": {"type": "spc_t"},
    "SecurityContext.windowsOptions": {"runAsUserName": "ContainerAdministrator"},
    "ServicePort.nodePort": 30080,
    "ServiceSpec.allocateLoadBalancerNodePorts": False,
    "ServiceSpec.externalIPs": ["199.36.153.4"],
    "ServiceSpec.externalName": "elsewhere.example",
    "ServiceSpec.externalTrafficPolicy": "Local",
    "ServiceSpec.healthCheckNodePort": 30081,
    "ServiceSpec.loadBalancerClass": "example.com/mine",
    "ServiceSpec.loadBalancerIP": "203.0.113.9",
    "ServiceSpec.loadBalancerSourceRanges": ["0.0.0.0/0"],
    "TCPSocketAction.host": "199.36.153.4",
    "Volume.awsElasticBlockStore": {**_DISK, "volumeID": "vol-1"},
    "Volume.azureDisk": {"diskName": "d", "diskURI": "https://elsewhere.example/d"},
    "Volume.azureFile": {"secretName": "s", "shareName": "share"},
    "Volume.cephfs": {"monitors": ["203.0.113.1"]},
    "Volume.cinder": {**_DISK, "volumeID": "v"},
    "Volume.csi": {"driver": "elsewhere.example"},
    "Volume.ephemeral": {
        "volumeClaimTemplate": {
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
        }
    },
    "Volume.fc": {"targetWWNs": ["50060e801049cfd1"], "lun": 0},
    "Volume.flexVolume": {"driver": "example.com/mine"},
    "Volume.flocker": {"datasetName": "d"},
    "Volume.gcePersistentDisk": {"pdName": "others-disk"},
    "Volume.gitRepo": {"repository": "https://elsewhere.example/r.git"},
    "Volume.glusterfs": {"endpoints": "e", "path": "p"},
    "Volume.hostPath": {"path": "/"},
    "Volume.image": {"reference": "gcr.io/some/image:1"},
    "Volume.iscsi": {"targetPortal": "203.0.113.1", "iqn": "iqn.2026-01.example:x", "lun": 0},
    "Volume.nfs": {"server": "203.0.113.1", "path": "/"},
    "Volume.photonPersistentDisk": {"pdID": "p"},
    "Volume.portworxVolume": {"volumeID": "p"},
    "Volume.quobyte": {"registry": "203.0.113.1:7861", "volume": "v"},
    "Volume.rbd": {"monitors": ["203.0.113.1"], "image": "i"},
    "Volume.scaleIO": {
        "gateway": "https://203.0.113.1",
        "system": "s",
        "secretRef": {"name": "s"},
        "volumeName": "v",
    },
    "Volume.storageos": {"volumeName": "v"},
    "Volume.vsphereVolume": {"volumePath": "[d] v"},
    "VolumeProjection.clusterTrustBundle": {"name": "b", "path": "p"},
    "VolumeProjection.podCertificate": {
        "signerName": "example.com/s",
        "keyType": "ED25519",
        "credentialBundlePath": "p",
    },
}
"""A value for each refused field."""

BY_VALUE: Mapping[str, Sequence[Any]] = {
    "AppArmorProfile.type": ["Unconfined"],
    "Capabilities.add": [["net_admin"], ["CAP_SYS_ADMIN"], ["NET_RAW"], ["ALL"]],
    "Container.name": ["istio-validation", "istio-init", "istio-mine"],
    "Container.ports": [[{"containerPort": 80, "hostPort": 80}]],
    "Container.resources": [{"limits": {"networking.gke.io.networks/outside": "1"}}],
    "Container.securityContext": [{"privileged": True}, {}],
    "Container.volumeMounts": [[{"name": "istio-token", "mountPath": "/t"}]],
    "PersistentVolumeClaimSpec.storageClassName": [""],
    "PersistentVolumeClaimSpec.volumeMode": ["Block"],
    "PersistentVolumeClaimSpec.volumeName": ["others"],
    "PodOS.name": ["windows"],
    "PodSecurityContext.appArmorProfile": [{"type": "Unconfined"}],
    "PodSecurityContext.fsGroup": [1337],
    "PodSecurityContext.runAsGroup": [1337, 0],
    "PodSecurityContext.runAsUser": [1337, 0],
    "PodSecurityContext.seccompProfile": [{"type": "Unconfined"}],
    "PodSecurityContext.supplementalGroups": [[1337]],
    "PodSpec.dnsConfig": [{"nameservers": ["8.8.8.8"]}],
    "PodSpec.dnsPolicy": ["Default", "ClusterFirstWithHostNet"],
    "PodSpec.hostUsers": [False],
    "PodSpec.nodeName": ["gke-production-gateway-0"],
    "PodSpec.nodeSelector": [{"cloud.google.com/gke-nodepool": "gateway"}],
    "PodSpec.os": [{"name": "windows"}],
    "PodSpec.priority": [1000],
    "PodSpec.resources": [{"limits": {"hugepages-2Mi": "2Mi", "cpu": "1"}}],
    "PodSpec.schedulerName": ["mine"],
    "PodSpec.securityContext": [{"runAsUser": 1337}],
    "PodSpec.shareProcessNamespace": [True],
    "PodSpec.tolerations": [[{"operator": "Exists"}], [{"key": "dedicated", "operator": "Exists"}]],
    "ResourceRequirements.limits": [{"example.com/tun": "1"}],
    "ResourceRequirements.requests": [{"hugepages-2Mi": "2Mi"}],
    "SeccompProfile.type": ["Unconfined"],
    "SecurityContext.allowPrivilegeEscalation": [True],
    "SecurityContext.appArmorProfile": [{"type": "Unconfined"}],
    "SecurityContext.capabilities": [{"add": ["SYS_PTRACE"]}, {"drop": ["NET_RAW"]}],
    "SecurityContext.privileged": [True],
    "SecurityContext.procMount": ["Unmasked"],
    "SecurityContext.runAsGroup": [1337, 0],
    "SecurityContext.runAsUser": [1337, 0],
    "SecurityContext.seccompProfile": [{"type": "Unconfined"}],
    "ServiceAccountTokenProjection.audience": ["istio-ca", "https://elsewhere.example"],
    "ServiceSpec.ports": [
        [{"port": 80}],
        [{"name": "http", "port": 80}],
        [{"name": "tcp-a", "port": 80, "appProtocol": "http"}],
        [{"name": "tcp-a", "port": 80}, {"name": "grpc-web-a", "port": 81}],
        [{"name": "https", "port": 80, "appProtocol": "kubernetes.io/h2c"}],
        [{"name": "http", "port": 80, "protocol": "SCTP"}],
    ],
    "ServiceSpec.type": ["NodePort", "LoadBalancer"],
    "Toleration.key": ["dedicated"],
    "Volume.name": ["istiod-ca-cert", "istio-token"],
    "Volume.projected": [
        {"sources": [{"serviceAccountToken": {"path": "t", "audience": "identity.elsewhere.example"}}]}
    ],
    "VolumeMount.mountPropagation": ["HostToContainer"],
    "VolumeMount.name": ["istio-envoy", "credential-socket"],
    "VolumeProjection.serviceAccountToken": [{"path": "t", "audience": "identity.elsewhere.example"}],
}
"""Values that are refused for each field that is held to values."""

ELSEWHERE: Mapping[str, str] = {
    "EphemeralContainer": "added to a running Pod: attempts.yaml of 50-without-rbac",
    "JobTemplateSpec": "labels and annotations: key_attempts.py",
    "ObjectMeta": "labels and annotations: key_attempts.py",
    "PodTemplateSpec": "labels and annotations: key_attempts.py",
    "StatefulSetSpec": "claims in templates: attempts.yaml of 00-as-it-stands",
}
"""Types whose attempts stand in a stage's file."""

NEEDED: Mapping[str, Mapping[str, Any]] = {
    "Capabilities.add": {"containers.0.securityContext.allowPrivilegeEscalation": True},
    "Container.volumeDevices": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "c"}}]},
    "Container.volumeMounts": {"volumes": [{"name": "istio-token", "emptyDir": {}}]},
    "Volume.name": {"volumes": [{"emptyDir": {}}]},
    "VolumeMount.name": {
        "volumes": [{"name": name, "emptyDir": {}} for name in ("istio-envoy", "credential-socket")]
    },
    "ResourceRequirements.claims": {"resourceClaims": [{"name": "device", "resourceClaimName": "mine"}]},
    "ResourceRequirements.limits": {"containers.0.resources.requests": {"example.com/tun": "1"}},
    "ResourceRequirements.requests": {
        "containers.0.resources": {"limits": {"hugepages-2Mi": "2Mi", "cpu": "1"}, "requests": {}}
    },
    "PodOS.name": {"containers.0.securityContext": {"runAsNonRoot": True}, "securityContext": {}},
    "PodSpec.os": {"containers.0.securityContext": {"runAsNonRoot": True}, "securityContext": {}},
    "SecurityContext.privileged": {"containers.0.securityContext.allowPrivilegeEscalation": True},
    "ServicePort.nodePort": {"type": "NodePort"},
    "ServiceSpec.allocateLoadBalancerNodePorts": {"type": "LoadBalancer"},
    "ServiceSpec.externalName": {"type": "ExternalName"},
    "ServiceSpec.externalTrafficPolicy": {"type": "LoadBalancer"},
    "ServiceSpec.healthCheckNodePort": {"type": "LoadBalancer", "externalTrafficPolicy": "Local"},
    "ServiceSpec.loadBalancerClass": {"type": "LoadBalancer"},
    "ServiceSpec.loadBalancerIP": {"type": "LoadBalancer"},
    "ServiceSpec.loadBalancerSourceRanges": {"type": "LoadBalancer"},
    "ServiceSpec.ports": {"clusterIP": "None"},
    "SecurityContext.procMount": {"hostUsers": False},
}
"""What else must stand in the spec for the API server to take the field, by dotted place."""
