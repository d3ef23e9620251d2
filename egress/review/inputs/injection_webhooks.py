"""The injection webhooks that a release of the istiod chart makes, for its revision and for each tag.

Source: manifests/charts/istio-control/istio-discovery, mutatingwebhook.yaml and revision-tags-mwc.yaml.
"""

from collections.abc import Mapping
from typing import Any

DEFAULT = "default"


def injection_webhooks(values: Mapping[str, Any]) -> dict[str, Any]:
    """One MutatingWebhookConfiguration with the webhooks of a release's values."""
    revision = str(values.get("revision") or DEFAULT)
    served = dict.fromkeys([revision, *map(str, values.get("revisionTags") or ())])
    return {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": f"istio-sidecar-injector-{revision}", "labels": {"istio.io/rev": revision}},
        "webhooks": [hook for name in served for hook in _of(name)],
    }


def _of(revision: str) -> list[dict[str, Any]]:
    """The webhooks of one revision or tag: the namespace asks, or the Pod does where the namespace is silent."""
    found = [
        _hook(
            "rev.namespace",
            [_expression("istio.io/rev", "In", revision), _expression("istio-injection", "DoesNotExist")],
            [_expression("sidecar.istio.io/inject", "NotIn", "false")],
        ),
        _hook(
            "rev.object",
            [_expression("istio.io/rev", "DoesNotExist"), _expression("istio-injection", "DoesNotExist")],
            [
                _expression("sidecar.istio.io/inject", "NotIn", "false"),
                _expression("istio.io/rev", "In", revision),
            ],
        ),
    ]
    if revision == DEFAULT:
        found += [
            _hook(
                "namespace",
                [_expression("istio-injection", "In", "enabled")],
                [_expression("sidecar.istio.io/inject", "NotIn", "false")],
            ),
            _hook(
                "object",
                [_expression("istio-injection", "DoesNotExist"), _expression("istio.io/rev", "DoesNotExist")],
                [
                    _expression("sidecar.istio.io/inject", "In", "true"),
                    _expression("istio.io/rev", "DoesNotExist"),
                ],
            ),
        ]
    return found


def _hook(prefix: str, spaces: list[dict[str, Any]], pods: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "name": f"{prefix}.sidecar-injector.istio.io",
        "namespaceSelector": {"matchExpressions": spaces},
        "objectSelector": {"matchExpressions": pods},
    }


def _expression(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"key": key, "operator": operator, **({"values": list(values)} if values else {})}
