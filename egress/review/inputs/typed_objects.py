"""Kubernetes objects from the provider's typed resources, in Kubernetes' own spelling."""

from collections.abc import Callable, Mapping
from typing import Any

from egress.review.errors import ReviewError
from egress.review.inputs.terraform_shapes import many, one, stated
from egress.review.objects.kubernetes_object import KubernetesObject, kubernetes_object

Body = Mapping[str, Any]

KINDS = {
    "namespace": ("v1", "Namespace"),
    "service": ("v1", "Service"),
    "service_account": ("v1", "ServiceAccount"),
    "network_policy": ("networking.k8s.io/v1", "NetworkPolicy"),
    "deployment": ("apps/v1", "Deployment"),
    "daemonset": ("apps/v1", "DaemonSet"),
    "stateful_set": ("apps/v1", "StatefulSet"),
    "pod": ("v1", "Pod"),
}

WITHOUT_EFFECT = frozenset(
    {
        "config_map",
        "secret",
        "role",
        "role_binding",
        "cluster_role",
        "cluster_role_binding",
        "horizontal_pod_autoscaler",
        "pod_disruption_budget",
        "resource_quota",
        "limit_range",
        "priority_class",
        "persistent_volume",
        "persistent_volume_claim",
        "storage_class",
        "labels",
        "annotations",
        "env",
        "validating_admission_policy",
    }
)
"""Resources that decide on no request; labels and annotations set from outside are refused below."""


def typed_object(type_: str, body: Body, address: str) -> KubernetesObject | None:
    """The object of a `kubernetes_*` resource, None for one that decides on no request.

    Raises ReviewError for a resource that is not modelled.
    """
    noun = _noun(type_)
    if noun in ("labels", "annotations"):
        raise ReviewError(f"{address}: {type_} changes another object's metadata, which is not modelled")
    if noun in KINDS:
        version, kind = KINDS[noun]
        metadata = stated(one(body.get("metadata")))
        spec = _SPECS[noun](one(body.get("spec")))
        return kubernetes_object(
            {"apiVersion": version, "kind": kind, "metadata": metadata, "spec": spec}, address
        )
    if any(noun.startswith(known) for known in WITHOUT_EFFECT):
        return None
    raise ReviewError(f"{address}: {type_} is not modelled")


def _noun(type_: str) -> str:
    """`kubernetes_network_policy_v1` is `network_policy`."""
    noun = type_.removeprefix("kubernetes_")
    for version in ("_v1beta1", "_v2beta2", "_v1", "_v2"):
        noun = noun.removesuffix(version)
    return noun


def _nothing(_: Body) -> dict[str, Any]:
    return {}


def _service(spec: Body) -> dict[str, Any]:
    return stated(
        {
            "selector": spec.get("selector") or None,
            "type": spec.get("type"),
            "externalName": spec.get("external_name"),
            "externalIPs": spec.get("external_ips"),
            "internalTrafficPolicy": _unless("Cluster", spec.get("internal_traffic_policy")),
            # An address of the Service's own is the cluster's to give; a plan of a first apply has none.
            "clusterIP": "None" if spec.get("cluster_ip") == "None" else None,
            "ports": [
                stated(
                    {
                        "name": port.get("name"),
                        "port": port.get("port"),
                        "protocol": port.get("protocol"),
                        "appProtocol": port.get("app_protocol"),
                        "targetPort": _number(port.get("target_port") or port.get("port")),
                    }
                )
                for port in many(spec.get("port"))
            ],
        }
    )


def _unless(default: str, value: Any) -> Any:
    """A value; None where it is what Kubernetes stores where nothing is stated."""
    return None if value == default else value


def _network_policy(spec: Body) -> dict[str, Any]:
    found: dict[str, Any] = {
        "podSelector": _selector(one(spec.get("pod_selector"))),
        "policyTypes": list(spec.get("policy_types") or ()),
    }
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        if direction in spec:
            found[direction] = [_rule(rule, peers) for rule in many(spec[direction])]
    return stated(found)


def _rule(rule: Body, peers: str) -> dict[str, Any]:
    return stated(
        {
            peers: [_peer(peer) for peer in many(rule.get(peers))],
            "ports": [
                stated(
                    {
                        "port": _number(port.get("port")),
                        "endPort": port.get("end_port") or None,
                        "protocol": port.get("protocol"),
                    }
                )
                for port in many(rule.get("ports"))
            ],
        }
    )


def _peer(peer: Body) -> dict[str, Any]:
    """A peer; a selector that is there but empty takes everything, so it must not get lost."""
    found: dict[str, Any] = {}
    if _present(peer, "ip_block"):
        block = one(peer["ip_block"])
        found["ipBlock"] = stated({"cidr": block.get("cidr"), "except": block.get("except")})
    if _present(peer, "namespace_selector"):
        found["namespaceSelector"] = _selector(one(peer["namespace_selector"]))
    if _present(peer, "pod_selector"):
        found["podSelector"] = _selector(one(peer["pod_selector"]))
    return found


def _present(peer: Body, key: str) -> bool:
    return peer.get(key) is not None and peer[key] != []


def _selector(selector: Body) -> dict[str, Any]:
    return stated(
        {
            "matchLabels": selector.get("match_labels") or None,
            "matchExpressions": [
                stated({"key": e.get("key"), "operator": e.get("operator"), "values": e.get("values")})
                for e in many(selector.get("match_expressions"))
            ],
        }
    )


def _templated(spec: Body) -> dict[str, Any]:
    template = one(spec.get("template"))
    metadata = one(template.get("metadata"))
    return {
        "template": {
            "metadata": {key: metadata[key] for key in ("labels", "annotations") if metadata.get(key)},
            "spec": _pod(one(template.get("spec"))),
        }
    }


def _pod(spec: Body) -> dict[str, Any]:
    affinity = one(one(spec.get("affinity")).get("node_affinity"))
    required = one(affinity.get("required_during_scheduling_ignored_during_execution"))
    return stated(
        {
            "serviceAccountName": spec.get("service_account_name"),
            "hostNetwork": spec.get("host_network") or None,
            "hostAliases": [stated(item) for item in many(spec.get("host_aliases"))],
            "dnsPolicy": _unless("ClusterFirst", spec.get("dns_policy")),
            "dnsConfig": stated(one(spec.get("dns_config"))),
            "nodeName": spec.get("node_name"),
            "securityContext": _users(one(spec.get("security_context"))),
            "nodeSelector": spec.get("node_selector") or None,
            "tolerations": [stated(item) for item in many(spec.get("toleration"))],
            "containers": [_container(item) for item in many(spec.get("container"))],
            "initContainers": [_container(item) for item in many(spec.get("init_container"))],
            "affinity": {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": _terms(required)}}
            if required
            else None,
        }
    )


def _terms(required: Body) -> dict[str, Any]:
    return {
        "nodeSelectorTerms": [
            {"matchExpressions": [stated(e) for e in many(term.get("match_expressions"))]}
            for term in many(required.get("node_selector_term"))
        ]
    }


def _users(context: Body) -> dict[str, Any]:
    return stated(
        {
            "runAsUser": _number(context.get("run_as_user")),
            "runAsGroup": _number(context.get("run_as_group")),
        }
    )


def _container(container: Body) -> dict[str, Any]:
    return stated(
        {
            "name": container.get("name"),
            "args": list(container.get("args") or ()),
            "securityContext": _users(one(container.get("security_context"))),
            "env": [stated(item) for item in many(container.get("env"))],
            "ports": [
                stated({"name": item.get("name"), "containerPort": item.get("container_port")})
                for item in many(container.get("port"))
            ],
        }
    )


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) and value.isdigit() else value


_SPECS: Mapping[str, Callable[[Body], dict[str, Any]]] = {
    "namespace": _nothing,
    "service": _service,
    "service_account": _nothing,
    "network_policy": _network_policy,
    "deployment": _templated,
    "daemonset": _templated,
    "stateful_set": _templated,
    "pod": _pod,
}
