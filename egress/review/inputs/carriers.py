"""Resource types that can carry objects of Kubernetes without being one of the provider's typed resources.

What is readable in them is read like any other object. What is not is named, and may be anything.
"""

from collections.abc import Mapping
from typing import Any

import yaml

from egress.review.doubts.touch import NOTHING, PROXIES, WORKLOAD, Point, Touch, Whose, everything
from egress.review.inputs.assembling import Doubtful
from egress.review.inputs.documents import LOADER, flat, within_budget
from egress.review.inputs.taken import taken
from egress.review.inputs.typed_objects import typed_object
from egress.review.istio.hostnames import service_aliases, service_host
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.terraform import json_text
from egress.terraform.blocks import one as block
from egress.terraform.kubernetes import object_of, why_no_object

TEXTS: Mapping[str, str] = {
    "kubectl_manifest": "yaml_body",
    "kubectl_server_version": "",
    "kustomization_resource": "manifest",
    "k8s_manifest": "content",
}
"""Types whose argument holds the object as it is written."""

HARMLESS = (
    *("random_", "time_", "tls_", "archive_", "local_", "http", "external", "template_", "cloudinit_"),
    *("aws_route53_record", "cloudflare_record", "cloudflare_dns_record", "github_", "gitlab_", "datadog_"),
    *("pagerduty_", "sentry_", "vault_", "acme_", "postgresql_", "mysql_", "grafana_", "opsgenie_"),
)
"""How the types begin that make no object in a cluster: values, files, other services."""


RUNS_PROVISIONERS = frozenset({"null_resource", "terraform_data"})
"""Types that do nothing but run their provisioners."""


def carried(
    type_: str, body: Mapping[str, Any], address: str, doubtful: Doubtful, *, provisioned: bool = True
) -> list[KubernetesObject]:
    """The objects that a resource of any other provider carries; one that cannot be read is a doubt."""
    if type_ in TEXTS:
        text = body.get(TEXTS[type_]) if TEXTS[type_] else ""
        if isinstance(text, str):
            return _read(text, address, doubtful, str(body.get("override_namespace") or ""))
    elif type_.startswith(HARMLESS) or (type_ in RUNS_PROVISIONERS and not provisioned):
        return []
    told = f"{type_} is not modelled, and may make any object of Kubernetes"
    doubtful.add(address, told, everything())
    return []


def carried_or_typed(
    type_: str, body: Mapping[str, Any], address: str, doubtful: Doubtful
) -> list[KubernetesObject]:
    """The object of a typed resource of the Kubernetes provider; one that is not modelled is a doubt."""
    touch = _touch_of_typed(type_, body)
    if touch is None:
        found = typed_object(type_, body, address)
        return [found] if found else []
    why = why_no_object(type_)
    doubtful.add(address, f"{type_} is not modelled" + (f": {why}" if why else ""), touch)
    return []


def _read(text: str, address: str, doubtful: Doubtful, namespace: str) -> list[KubernetesObject]:
    within_budget(text, address)
    try:
        documents = (
            [json_text.parsed(text)] if text.startswith("{") else list(yaml.load_all(text, Loader=LOADER))
        )
    except (yaml.YAMLError, ValueError, RecursionError):
        doubtful.add(address, "its text is no YAML that is known before the apply", everything())
        return []
    found: list[KubernetesObject] = []
    for document in documents:
        if document is not None and not isinstance(document, Mapping):
            doubtful.add(address, "its text holds what is no object of Kubernetes", everything())
        for item in flat(document):
            metadata = item.get("metadata")
            if not isinstance(metadata, Mapping) or "kind" not in item:
                doubtful.add(address, "its text holds what is no object of Kubernetes", everything())
                continue
            placed = {**item, "metadata": {**metadata, "namespace": namespace}} if namespace else item
            one = taken(placed, address, doubtful)
            if one is not None:
                found.append(one)
    return found


def _touch_of_typed(type_: str, body: Mapping[str, Any]) -> Touch | None:
    """What a typed resource can touch that the review does not model; None for one that it does."""
    from egress.review.inputs.typed_objects import READ, WITHOUT_EFFECT

    named = object_of(type_)
    if named is not None and named[1] in READ | WITHOUT_EFFECT:
        return None
    metadata = block(body.get("metadata"))
    name, namespace = str(metadata.get("name") or ""), str(metadata.get("namespace") or "default")
    noun = type_.removeprefix("kubernetes_").removesuffix("_v1")
    match noun:
        case "default_service_account" | "token_request" | "certificate_signing_request" | "secret_v1_data":
            return NOTHING
        case "runtime_class" | "pod_security_policy" | "pod_security_policy_v1beta1" | "ingress":
            return NOTHING
        case "config_map_v1_data":
            return Touch(points=PROXIES) if name.startswith("istio") else NOTHING
        case "endpoints" | "endpoint_slice":
            hosts = service_aliases(service_host(name, namespace))
            return Touch(points=frozenset({Point.ROUTE}), hosts=hosts if noun == "endpoints" else None)
        case "env":
            whose = Whose(namespaces=frozenset({namespace}), name=name)
            return Touch(points=PROXIES if name.startswith("istiod") else WORKLOAD, whose=whose)
        case "labels" | "annotations":
            return _of_metadata(str(body.get("kind") or ""), name, namespace)
        case "node_taint":
            return Touch(points=frozenset({Point.VPC}))
    return everything()


def _of_metadata(kind: str, name: str, namespace: str) -> Touch:
    """Labels and annotations of an object that something else made."""
    if kind == "Namespace":
        return everything(whose=Whose(namespaces=frozenset({name})))
    if kind in ("Deployment", "StatefulSet", "DaemonSet", "Pod", "ReplicaSet", "Job", "CronJob"):
        return everything(whose=Whose(namespaces=frozenset({namespace}), name=name))
    return NOTHING if kind in ("ServiceAccount", "Secret", "Ingress", "StorageClass") else everything()
