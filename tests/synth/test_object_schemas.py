"""Every object of every stack is one that Istio and Kubernetes know, field by field.

Terraform drops a misspelled field inside a manifest's list without a word; `rules[0].form` for `from` becomes
an AuthorizationPolicy that allows everybody.
"""

import copy
import json
from collections.abc import Iterator
from typing import Any

import pytest

from egress.derived.istio.istio_object import NETWORKING, SECURITY
from tests.istio.schemas import NEW, kinds
from tests.synth.conftest import Synthesis, Synthesized
from tests.synth.object_schemas import problems
from tests.synth.synthesized_stack import Block, SynthesizedStack


def test_every_object_is_sound(every: Synthesis) -> None:
    objects = {key: body for stack in every.stacks.values() for key, body in stack.objects.items()}

    found = {" ".join(key): problems(body) for key, body in objects.items()}

    assert len(objects) >= 7  # as many as the tutorial's first stage has, before any route
    assert {key: problem for key, problem in found.items() if problem} == {}


def test_the_istio_schemas_are_those_of_the_version_we_write() -> None:
    assert kinds()["networking.istio.io", "VirtualService"][0] == NETWORKING
    assert kinds()["security.istio.io", "AuthorizationPolicy"][0] == SECURITY


def test_no_object_has_a_field_that_the_minor_before_does_not_know(every: Synthesis) -> None:
    """So that the older control plane reads all of it while an upgrade lasts."""
    new = {
        (key.split("/")[2], path)
        for key, path in (entry.split(": ") for entry in json.loads(NEW.read_text(encoding="utf-8"))["kinds"])
    }
    found = {
        (kind, path)
        for stack in every.stacks.values()
        for (kind, _, _), body in stack.objects.items()
        for path in _paths(body.get("spec"), "spec")
    }

    assert ("Sidecar", "spec.egress.hosts") in found or "Sidecar" not in {kind for kind, _ in found}
    assert found & new == set()


ISTIO_MISTAKES = [
    ("AuthorizationPolicy", "egress-team-x-to-example-com", "spec.rules.0.from", "form"),
    (
        "AuthorizationPolicy",
        "egress-team-x-to-example-com",
        "spec.rules.0.from.0.source.namespaces",
        "namespace",
    ),
    ("AuthorizationPolicy", "egress-team-x-to-example-com", "spec.rules.0.to.0.operation.hosts", "host"),
    ("AuthorizationPolicy", "egress-team-y-to-httpbin-teapot", "spec.rules.0.to.0.operation.paths", "path"),
    ("AuthorizationPolicy", "egress-all-443", "spec.rules.0.when.0.values", "value"),
    ("DestinationRule", "target-egress-gateway", "spec.exportTo", "exportto"),
    ("DestinationRule", "target-egress-gateway", "spec.subsets.0.trafficPolicy", "traficPolicy"),
    (
        "DestinationRule",
        "example-com-originate-tls",
        "spec.subsets.0.trafficPolicy.portLevelSettings",
        "portLevel",
    ),
    (
        "DestinationRule",
        "example-com-originate-tls",
        "spec.subsets.0.trafficPolicy.portLevelSettings.0.tls.sni",
        "SNI",
    ),
    ("Gateway", "egress-gateway", "spec.selector", "selectors"),
    ("Gateway", "egress-gateway", "spec.servers.0.tls", "TLS"),
    ("Gateway", "egress-gateway", "spec.servers.1.port.protocol", "protocl"),
    ("ServiceEntry", "example-com-ext", "spec.ports.0.protocol", "proto"),
    ("ServiceEntry", "example-com-ext", "spec.exportTo", "export_to"),
    ("VirtualService", "example-com-through-egress-gateway", "spec.http.0.match.0.gateways", "gateway"),
    ("VirtualService", "example-com-through-egress-gateway", "spec.tls.0.match.0.sniHosts", "sni_hosts"),
    (
        "VirtualService",
        "example-com-through-egress-gateway",
        "spec.http.1.route.0.destination.subset",
        "subsets",
    ),
]

KUBERNETES_MISTAKES = [
    ("NetworkPolicy", "allow-egress-to-control-plane", "spec.egress.0.to", "too"),
    ("NetworkPolicy", "allow-egress-to-control-plane", "spec.egress.0.to.0.podSelector", "podselector"),
    ("NetworkPolicy", "allow-egress-to-dns", "spec.egress.0.to.0.namespaceSelector.matchLabels", "labels"),
    ("NetworkPolicy", "allow-egress-to-dns", "spec.egress.0.ports.0.port", "number"),
    ("NetworkPolicy", "allow-egress-to-google-apis", "spec.egress.0.to.1.ipBlock.cidr", "range"),
    ("NetworkPolicy", "allow-egress-to-same-namespace", "spec.ingress.0.from", "form"),
    ("Deployment", "test", "spec.template.spec.containers.0.imagePullPolicy", "pullPolicy"),
    ("Deployment", "test", "spec.template.spec.serviceAccountName", "serviceAccountname"),
    ("Service", "test", "spec.ports.0.port", "prt"),
    ("ServiceAccount", "test", "metadata.annotations", "annotation"),
]

PRODUCTION_MISTAKES = [
    ("AuthorizationPolicy", "egress-team-x", "spec.selector.matchLabels", "labels"),
    ("AuthorizationPolicy", "egress-team-x", "spec.rules.0.from.0.source.principals", "principal"),
    ("AuthorizationPolicy", "egress-team-x", "spec.rules.0.to.0.operation.methods", "method"),
    ("DestinationRule", "example-com-outside", "spec.trafficPolicy.connectionPool.tcp", "tpc"),
    (
        "DestinationRule",
        "example-com-outside",
        "spec.subsets.0.trafficPolicy.portLevelSettings.0.tls.subjectAltNames",
        "subjectAltName",
    ),
    ("Gateway", "identity-httpbin-org", "spec.servers.0.tls.subjectAltNames", "subjectAlternativeNames"),
    ("NetworkPolicy", "allow-ingress-from-team-x", "spec.ingress.0.ports.0.port", "number"),
    ("NetworkPolicy", "default-deny", "spec.policyTypes", "policytypes"),
    ("Role", "run-workloads", "rules.0.apiGroups", "apiGroup"),
    ("RoleBinding", "run-workloads", "roleRef", "role"),
    ("RoleBinding", "run-workloads", "subjects.0.apiGroup", "group"),
    ("ServiceAccount", "nightly", "metadata.name", "called"),
    ("Telemetry", "egress-access-log", "spec.accessLogging", "accessLog"),
    ("Telemetry", "egress-access-log", "spec.accessLogging.0.providers.0.name", "provider"),
    ("ValidatingAdmissionPolicy", "egress-tenant-pods", "spec.failurePolicy", "failPolicy"),
    ("ValidatingAdmissionPolicy", "egress-tenant-pods", "spec.matchConstraints.resourceRules", "rules"),
    ("ValidatingAdmissionPolicy", "egress-tenant-pods", "spec.validations.0.expression", "expr"),
    ("ValidatingAdmissionPolicy", "egress-tenant-pods", "spec.variables.0.expression", "value"),
    ("ValidatingAdmissionPolicyBinding", "egress-tenant-pods", "spec.validationActions", "actions"),
    (
        "ValidatingAdmissionPolicyBinding",
        "egress-tenant-pods",
        "spec.matchResources.namespaceSelector",
        "namespaces",
    ),
    ("VirtualService", "httpbin-org-through-egress-gateway", "spec.tcp.0.match.0.port", "prt"),
    ("VirtualService", "httpbin-org-through-egress-gateway", "spec.http.1.retries.retryOn", "retryon"),
]
"""Fields that only config/production has."""

WRONG_VALUES: list[tuple[str, str, str, object]] = [
    ("Sidecar", "default", "spec.outboundTrafficPolicy.mode", "REGISTRY"),
    ("Gateway", "egress-gateway", "spec.servers.0.tls.mode", "MUTUAL_ISTIO"),
    ("ServiceEntry", "example-com-ext", "spec.resolution", "dns"),
    ("DestinationRule", "target-egress-gateway", "spec.subsets.0.trafficPolicy.loadBalancer.simple", "ROBIN"),
    ("AuthorizationPolicy", "egress-all-443", "spec.rules.0.when.0.values", "8443"),
    ("NetworkPolicy", "allow-egress-to-dns", "spec.policyTypes", "Egress"),
    ("Deployment", "test", "spec.replicas", "1"),
]


@pytest.mark.parametrize(("kind", "name", "path", "misspelled"), ISTIO_MISTAKES + KUBERNETES_MISTAKES)
def test_a_misspelled_field_is_found(
    kind: str, name: str, path: str, misspelled: str, egress: SynthesizedStack
) -> None:
    body = _copy(egress, kind, name)
    block, key = _place(body, path)
    block[misspelled] = block.pop(key)

    assert problems(body), f"{misspelled} for {key} in {path} of {kind} {name} went unnoticed"


@pytest.mark.parametrize(("kind", "name", "path", "misspelled"), PRODUCTION_MISTAKES)
def test_a_misspelled_field_of_production_is_found(
    kind: str, name: str, path: str, misspelled: str, synthesized: Synthesized
) -> None:
    body = _copy(synthesized("production").stacks["egress"], kind, name)
    block, key = _place(body, path)
    block[misspelled] = block.pop(key)

    assert problems(body), f"{misspelled} for {key} in {path} of {kind} {name} went unnoticed"


PRODUCTION_WRONG_VALUES: list[tuple[str, str, str, object]] = [
    ("ValidatingAdmissionPolicy", "egress-tenant-pods", "spec.failurePolicy", ["Fail"]),
    ("ValidatingAdmissionPolicyBinding", "egress-tenant-pods", "spec.validationActions", "Deny"),
    ("Gateway", "identity-httpbin-org", "spec.servers.0.tls.subjectAltNames", "spiffe://cluster.local"),
    ("Role", "run-workloads", "rules.0.verbs", "get"),
]


@pytest.mark.parametrize(("kind", "name", "path", "wrong"), PRODUCTION_WRONG_VALUES)
def test_a_wrong_value_of_production_is_found(
    kind: str, name: str, path: str, wrong: object, synthesized: Synthesized
) -> None:
    body = _copy(synthesized("production").stacks["egress"], kind, name)
    block, key = _place(body, path)
    block[key] = wrong

    assert problems(body), f"{wrong!r} as {path} of {kind} {name} went unnoticed"


@pytest.mark.parametrize(("kind", "name", "path", "wrong"), WRONG_VALUES)
def test_a_wrong_value_is_found(
    kind: str, name: str, path: str, wrong: object, egress: SynthesizedStack
) -> None:
    body = _copy(egress, kind, name)
    block, key = _place(body, path)
    block[key] = wrong

    assert problems(body), f"{wrong!r} as {path} of {kind} {name} went unnoticed"


def _paths(value: Any, path: str) -> Iterator[str]:
    """Dotted paths of what is set; lists are looked through."""
    yield path
    if isinstance(value, list):
        for entry in value:
            yield from _paths(entry, path)
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _paths(inner, f"{path}.{key}")


def _copy(stack: SynthesizedStack, kind: str, name: str) -> Block:
    namespaces = [each for own_kind, each, own_name in stack.objects if (own_kind, own_name) == (kind, name)]
    return copy.deepcopy(stack.object(kind, name, min(namespaces)))


def _place(body: Any, path: str) -> tuple[dict[str, Any], str]:
    *way, last = path.split(".")
    for step in way:
        body = body[int(step)] if step.isdigit() else body[step]
    assert last in body, f"{path}: there is no {last}; the mistake would be planted nowhere"
    return body, last
