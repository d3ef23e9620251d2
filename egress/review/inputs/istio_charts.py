"""Istio's Helm charts: the objects a release makes that decide on requests.

Source: manifests/charts/gateway (values.yaml, templates/deployment.yaml, service.yaml) and istio-control/
istio-discovery, Istio 1.20 to 1.30.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from egress.review.errors import ReviewError
from egress.review.inputs.injection_webhooks import injection_webhooks
from egress.review.inputs.mesh_config import Tell, check_values, mesh_settings_of, refusing
from egress.review.inventory import MeshSettings
from egress.review.objects.kubernetes_object import ROOT_NAMESPACE, KubernetesObject, kubernetes_object
from egress.terraform import json_text
from egress.terraform.blocks import many

DEFAULT_PORTS = (
    {"name": "status-port", "port": 15021, "targetPort": 15021},
    {"name": "http2", "port": 80, "targetPort": 80},
    {"name": "https", "port": 443, "targetPort": 443},
)
"""The gateway chart's own: what AuthorizationPolicies for 8080 and 8443 would never match."""


def chart_name(body: Mapping[str, Any]) -> str:
    """`gateway` for `gateway`, `istio/gateway` or a path that ends in it."""
    return str(body.get("chart", "")).rstrip("/").rpartition("/")[2]


def values_of(body: Mapping[str, Any], address: str) -> dict[str, Any]:
    """A release's values, later ones over earlier ones, then its `set` blocks."""
    merged: dict[str, Any] = {}
    for text in body.get("values") or ():
        try:
            parsed = json_text.parsed(text) if str(text).lstrip().startswith("{") else yaml.safe_load(text)
        except (ValueError, yaml.YAMLError) as error:
            raise ReviewError(f"{address}: its values are no YAML: {error}") from error
        merged = _merged(merged, parsed or {})
    if any(many(body.get(block)) for block in ("set", "set_list", "set_sensitive", "set_wo")):
        raise ReviewError(f"{address}: values in `set` blocks are not modelled; use `values`")
    return merged


def gateway_objects(body: Mapping[str, Any], address: str) -> list[KubernetesObject]:
    """The gateway chart's Service, ServiceAccount and Deployment."""
    values = values_of(body, address)
    name = str(values.get("name") or body["name"])
    namespace = str(body.get("namespace") or "default")
    labels = {"app": name, "istio": name.removeprefix("istio-"), **(values.get("labels") or {})}
    account = str((values.get("serviceAccount") or {}).get("name") or name)
    service = values.get("service") or {}
    ports = [
        {**port, "targetPort": port.get("targetPort", port.get("port"))}
        for port in service.get("ports") or DEFAULT_PORTS
    ]
    pod = {
        "serviceAccountName": account,
        "nodeSelector": values.get("nodeSelector") or {},
        "tolerations": values.get("tolerations") or [],
        "affinity": values.get("affinity") or {},
        "containers": [
            {
                "name": "istio-proxy",
                "env": [{"name": k, "value": v} for k, v in (values.get("env") or {}).items()],
            }
        ],
    }
    annotations = {"inject.istio.io/templates": "gateway", **(values.get("podAnnotations") or {})}
    metadata = {"name": name, "namespace": namespace}
    template = {"metadata": {"labels": labels, "annotations": annotations}, "spec": pod}
    documents = [
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": account, "namespace": namespace}},
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": {"template": template}},
    ]
    if service.get("type") != "None":
        selector = {"app": labels["app"], "istio": labels["istio"]}
        documents.append(
            {
                "apiVersion": "v1",
                "kind": "Service",
                "metadata": metadata,
                "spec": {"selector": selector, "ports": ports},
            }
        )
    if ((values.get("global") or {}).get("networkPolicy") or {}).get("enabled"):
        raise ReviewError(f"{address}: global.networkPolicy.enabled of the gateway chart is not modelled")
    return [kubernetes_object(document, address) for document in documents]


def mesh_settings(body: Mapping[str, Any], address: str, tell: Tell = refusing) -> MeshSettings:
    """MeshConfig of the istiod chart; a setting that is not modelled is told."""
    values = values_of(body, address)
    check_values(values, address, tell)
    return mesh_settings_of(values.get("meshConfig") or {}, str(body.get("namespace") or ""), address, tell)


def istiod_objects(body: Mapping[str, Any], address: str) -> list[KubernetesObject]:
    """Istiod's Deployment, so that NetworkPolicies towards it can be judged, and its injection webhooks."""
    values = values_of(body, address)
    revision = str(values.get("revision") or "")
    labels = {"app": "istiod", "istio": "istiod" if revision else "pilot"}
    name = f"istiod-{revision}" if revision else "istiod"
    document = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name, "namespace": body.get("namespace") or ROOT_NAMESPACE},
        "spec": {"template": {"metadata": {"labels": labels}, "spec": {"serviceAccountName": name}}},
    }
    return [kubernetes_object(one, address) for one in (document, injection_webhooks(values))]


def _merged(under: dict[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    found = dict(under)
    for key, value in over.items():
        old = found.get(key)
        found[key] = _merged(old, value) if isinstance(old, dict) and isinstance(value, dict) else value
    return found
