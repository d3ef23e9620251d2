"""Labels and annotations of Istio's domains: what a tenant may write, and what injection writes.

Istio pastes values of annotations into the text that it makes containers of, so that each value is compared and not
its name alone. Source: istio.io, "Resource Annotations" and "Resource Labels"; the injection template.
"""

from collections.abc import Mapping

from egress.derived.admission.known_fields import quoted
from egress.derived.admission.metadata_keys import ISTIO
from egress.derived.admission.refusal import Refusal

_QUANTITY = r"matches('^[0-9]+([.][0-9]+)?(m|Ki|Mi|Gi)?$')"
_NAME = r"matches('^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$')"
_TRUE = "== 'true'"

TENANT_ANNOTATIONS: Mapping[str, str] = {
    "sidecar.istio.io/inject": _TRUE,
    "sidecar.istio.io/proxyCPU": f".{_QUANTITY}",
    "sidecar.istio.io/proxyCPULimit": f".{_QUANTITY}",
    "sidecar.istio.io/proxyMemory": f".{_QUANTITY}",
    "sidecar.istio.io/proxyMemoryLimit": f".{_QUANTITY}",
}
"""What a tenant may write on a Pod: that it wants a sidecar, and of what size."""

INJECTED_ANNOTATIONS: Mapping[str, str] = {
    "istio.io/rev": f".{_NAME}",
    "sidecar.istio.io/interceptionMode": "== 'REDIRECT'",
    "sidecar.istio.io/status": ".startsWith('{')",
    "traffic.sidecar.istio.io/excludeInboundPorts": "in ['15020', '15090,15021,15020']",
    "traffic.sidecar.istio.io/includeInboundPorts": "== '*'",
    "traffic.sidecar.istio.io/includeOutboundIPRanges": "== '*'",
}
"""What injection writes besides. None of these values changes what the sidecar sees."""

TENANT_LABELS: Mapping[str, str] = {
    "sidecar.istio.io/inject": _TRUE,
    "service.istio.io/canonical-name": f".{_NAME}",
    "service.istio.io/canonical-revision": f".{_NAME}",
}
"""The two names stand in metrics and logs alone."""

INJECTED_LABELS: Mapping[str, str] = {"security.istio.io/tlsMode": "== 'istio'"}


def key_refusals(*, injected: bool) -> tuple[Refusal, ...]:
    """Conditions on `variables.labels` and `variables.annotations`; with `injected` what injection adds may stand."""
    labels = {**TENANT_LABELS, **(INJECTED_LABELS if injected else {})}
    annotations = {**TENANT_ANNOTATIONS, **(INJECTED_ANNOTATIONS if injected else {})}
    return (
        _only("label", "variables.labels", labels),
        _only("annotation", "variables.annotations", annotations),
        *(_kept(words) for words in (("labels", "annotations") if injected else ())),
    )


def no_istio_keys(what: str) -> tuple[Refusal, ...]:
    """Conditions on an object for which Istio's labels and annotations are the platform's altogether."""
    return tuple(
        Refusal(
            expression=f"!has(object.metadata.{words}) || object.metadata.{words}.all(k, !{ISTIO})",
            message=f"a tenant's {what} must not carry {words} of istio.io",
        )
        for words in ("labels", "annotations")
    )


def _kept(words: str) -> Refusal:
    """What injection wrote stays on the Pod: istio-cni, istiod and people go by it."""
    own = TENANT_LABELS if words == "labels" else TENANT_ANNOTATIONS
    old = f"oldObject.metadata.{words}"
    return Refusal(
        expression=(
            f"request.operation != 'UPDATE' || !has({old}) || {old}.all(k, !{ISTIO} || k in {quoted(sorted(own))} || "
            f"k in variables.{words})"
        ),
        message=f"{words} that injection wrote must stay on a tenant's Pod",
    )


def _only(word: str, place: str, values: Mapping[str, str]) -> Refusal:
    conditions = " || ".join(f"(k == '{key}' && {place}[k] {test})" for key, test in sorted(values.items()))
    condition = f"!{ISTIO} || {conditions}".replace("] .", "].")
    return Refusal(
        expression=f"{place}.all(k, {condition})",
        message=f"a tenant's Pod must not carry a {word} of istio.io other than those that docs/hardening.md lists",
        named=f"{place}.filter(k, !({condition})).join(', ')",
    )
