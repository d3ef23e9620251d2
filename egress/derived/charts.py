"""Istio's Helm charts and the values each is installed with.

Sources: istio/istio manifests/charts/{base,istio-control/istio-discovery,gateway} at 1.31.
"""

from typing import Any

from egress.config.mesh import Mesh, Replicas
from egress.derived import gateway
from egress.derived.access_log import FIELDS
from egress.derived.istio.sent_on import proxy_config_annotation

CNI_NAMESPACE = "kube-system"
"""Where Pods of the class system-node-critical may run; on GKE others need a ResourceQuota."""

CNI_RELEASE = "istio-cni"

REPOSITORY = "https://blob.istio.io/istio-release/charts"
"""Where Istio publishes charts since 1.31 (istio.io, "Retirement of GCP hosting")."""

DEFAULT_REVISION = "default"
"""The revision that charts write as an empty string."""

GATEWAY_RESOURCES = {
    "requests": {"cpu": "500m", "memory": "512Mi"},
    "limits": {"cpu": "2000m", "memory": "1024Mi"},
}
"""What a replica reserves and may use: 226 MiB were seen with 1,000 teams, 458 MiB with 2,000 and identity
HTTPS."""

RUNTIME_DEFAULT = {"type": "RuntimeDefault"}
"""The seccomp profile that Pod Security `restricted` asks for. Every port of the gateway is above 1024."""

Values = dict[str, Any]


def istiod_release(revision: str) -> str:
    """The Helm release of a control plane, `istiod` where it is unrevisioned."""
    return "istiod" if revision == DEFAULT_REVISION else f"istiod-{revision}"


def base_values(mesh: Mesh) -> Values:
    """CRDs and the validating webhook, which calls the given revision."""
    return {"defaultRevision": mesh.revision}


def istiod_values(mesh: Mesh, revision: str, hub: str) -> Values:
    """A control plane, its images from a registry behind the firewall, access logs on.

    Docker Hub, the charts' default, is not reachable from the nodes.
    """
    values: Values = {
        "revision": _chart_revision(revision),
        "global": {"hub": hub, "tag": _version(mesh, revision)},
        "meshConfig": _mesh_config(mesh),
    }
    if mesh.capture == "cni":
        values["cni"] = {"enabled": True}
        values["seccompProfile"] = dict(RUNTIME_DEFAULT)
        values["global"]["proxy"] = {"seccompProfile": dict(RUNTIME_DEFAULT)}
    if mesh.tag and revision == mesh.revision:
        values["revisionTags"] = [mesh.tag]
    if mesh.istiod_replicas:
        # The chart adds a PodDisruptionBudget by itself where the least number is above one.
        values["autoscaleMin"] = mesh.istiod_replicas.min
        values["autoscaleMax"] = mesh.istiod_replicas.max
    return values


def cni_values(mesh: Mesh, hub: str) -> Values:
    """istio-cni, which redirects each Pod's connections from the node. It finds GKE's own plugin folder itself."""
    return {
        "global": {"platform": "gke", "hub": hub, "tag": mesh.istio_version},
        "excludeNamespaces": [CNI_NAMESPACE, gateway.CONTROL_PLANE_NAMESPACE],
    }


def gateway_values(mesh: Mesh, pool: str) -> Values:
    """The egress gateway on its own pool's nodes.

    The chart's Service is a LoadBalancer that targets 80 and 443; here it is internal with the tutorial's
    target ports, which the AuthorizationPolicies name.
    """
    identity = (gateway.IDENTITY,) if mesh.gateway.identity_https else ()
    return {
        "revision": _gateway_revision(mesh),
        "service": {
            "type": "ClusterIP",
            "ports": [
                {"name": port.name, "port": port.service, "protocol": "TCP", "targetPort": port.target}
                for port in (gateway.STATUS, gateway.HTTP, gateway.TLS, *identity)
            ],
        },
        "nodeSelector": {gateway.POOL_LABEL: pool},
        "tolerations": [
            {
                "key": gateway.TAINT_KEY,
                "operator": "Equal",
                "value": gateway.TAINT_VALUE,
                "effect": "NoSchedule",
            }
        ],
        **({"securityContext": {"seccompProfile": dict(RUNTIME_DEFAULT)}} if mesh.capture == "cni" else {}),
        **({"podAnnotations": proxy_config_annotation()} if mesh.gateway.headers == "as-sent" else {}),
        **(_kept_up(mesh.gateway.replicas) if mesh.gateway.replicas else {}),
    }


def _kept_up(replicas: Replicas) -> Values:
    """Several replicas, apart from each other, of which a drain takes one at a time."""
    return {
        "autoscaling": {
            "enabled": True,
            "minReplicas": replicas.min,
            "maxReplicas": replicas.max,
            "targetCPUUtilizationPercentage": 60,
        },
        "podDisruptionBudget": {"maxUnavailable": 1},
        "strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
        "topologySpreadConstraints": [
            _spread("topology.kubernetes.io/zone", "ScheduleAnyway"),
            _spread("kubernetes.io/hostname", "DoNotSchedule"),
        ],
        "resources": GATEWAY_RESOURCES,
    }


def _spread(topology: str, otherwise: str) -> Values:
    """Over zones where possible; over nodes always, or one node's end would take every replica along."""
    return {
        "maxSkew": 1,
        "topologyKey": topology,
        "whenUnsatisfiable": otherwise,
        "labelSelector": {"matchLabels": gateway.SELECTOR},
        "matchLabelKeys": ["pod-template-hash"],
    }


def _mesh_config(mesh: Mesh) -> Values:
    config: Values = {}
    if mesh.access_log == "text":
        config["accessLogFile"] = "/dev/stdout"
    else:
        config["extensionProviders"] = [
            {
                "name": gateway.ACCESS_LOG_PROVIDER,
                "envoyFileAccessLog": {"path": "/dev/stdout", "logFormat": {"labels": dict(FIELDS)}},
            }
        ]
    if mesh.outbound == "registry-only":
        config["outboundTrafficPolicy"] = {"mode": "REGISTRY_ONLY"}
    return config


def _gateway_revision(mesh: Mesh) -> str:
    """What the gateway's Pods follow; the managed control plane injects by the namespace's label alone."""
    return "" if mesh.control_plane == "managed" else mesh.tag or _chart_revision(mesh.revision)


def _version(mesh: Mesh, revision: str) -> str:
    """The version of a control plane's images, which admission compares."""
    canary = mesh.canary
    return canary.istio_version if canary and revision == canary.revision else mesh.istio_version


def _chart_revision(revision: str) -> str:
    return "" if revision == DEFAULT_REVISION else revision
