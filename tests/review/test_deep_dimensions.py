"""What prove-deep generates: every dimension of the table is there within some seeds, and every form of a request."""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

from egress.proof.asking.requests import parse
from egress.proof.differential.case import ObjectCase
from egress.proof.differential.families import FAMILIES, Base, Objects, base_of
from egress.proof.differential.service_changes import APP_PROTOCOLS, NAMES
from egress.proof.differential.sorts import OF_OBJECTS
from egress.proof.differential.vocabulary import ADDRESSES, PROTOCOLS, TUTORIAL

SEEDS = range(500)
ABSENT = None
"""The field is left out."""

DIMENSIONS: tuple[tuple[str, str, str, frozenset[Any]], ...] = (
    # family, kind, place in the object, what must be among its values
    ("entries", "ServiceEntry", "ports.protocol", frozenset(PROTOCOLS)),
    ("entries", "ServiceEntry", "ports.number", frozenset({80, 443, 8080, 8443, 9000, 9443, 3306, 27017})),
    ("entries", "ServiceEntry", "ports.targetPort", frozenset({ABSENT, 443, 8080})),
    (
        "entries",
        "ServiceEntry",
        "resolution",
        frozenset({ABSENT, "NONE", "STATIC", "DNS", "DNS_ROUND_ROBIN", "DYNAMIC_DNS"}),
    ),
    (
        "entries",
        "ServiceEntry",
        "addresses",
        frozenset({ABSENT, ADDRESSES[0], f"{ADDRESSES[0]}/32", "198.18.0.48/28", "198.18.0.0/24"}),
    ),
    ("entries", "ServiceEntry", "exportTo", frozenset({ABSENT, "*", ".", "istio-egress", "team-x"})),
    ("entries", "ServiceEntry", "@namespace", frozenset({"istio-egress", "team-x", "team-y"})),
    ("entries", "ServiceEntry", "@rank", frozenset({0, 1, 2})),
    ("entries", "Sidecar", "egress.hosts", frozenset({"*/*", "./*", "istio-egress/*"})),
    (
        "entries",
        "Sidecar",
        "outboundTrafficPolicy.mode",
        frozenset({ABSENT, "REGISTRY_ONLY", "ALLOW_ANY"}),
    ),
    ("tutorial", "Sidecar", "egress.hosts", frozenset({"~/*", "*/example.com", "istio-egress/*.com"})),
    (
        "tls",
        "DestinationRule",
        "trafficPolicy.tls.mode",
        frozenset({ABSENT, "SIMPLE", "MUTUAL", "ISTIO_MUTUAL", "DISABLE"}),
    ),
    (
        "tls",
        "DestinationRule",
        "trafficPolicy.portLevelSettings.tls.mode",
        frozenset({"SIMPLE", "MUTUAL", "ISTIO_MUTUAL", "DISABLE"}),
    ),
    ("tls", "DestinationRule", "trafficPolicy.tls.sni", frozenset({ABSENT, "example.com", "other.example"})),
    ("tls", "DestinationRule", "subsets.name", frozenset({ABSENT, "own"})),
    ("tls", "VirtualService", "http.route.destination.subset", frozenset({"own", "missing"})),
    (
        "http",
        "AuthorizationPolicy",
        "rules.when.key",
        frozenset(
            f"request.headers[{name}]"
            for name in (
                *("x-team", ":authority", ":method", ":path", "Host"),
                *("x-request-id", "x-forwarded-for", "x-forwarded-client-cert", "x-envoy-attempt-count"),
            )
        ),
    ),
    (
        "http",
        "AuthorizationPolicy",
        "rules.to.operation.paths",
        frozenset({"/", "/a*", "*/418", "/{*}", "/{**}", "/a/{*}", "//a", "/a%2Fb", "/%73tatus/418"}),
    ),
    (
        "http",
        "AuthorizationPolicy",
        "rules.to.operation.methods",
        frozenset({"GET", "get", "P*", "PROPFIND"}),
    ),
    ("http", "AuthorizationPolicy", "action", frozenset({"ALLOW", "DENY"})),
    ("http", "VirtualService", "http.match.uri.regex", frozenset({"/[[:alpha:]]+", "/a{,3}", "(?i)/A"})),
    ("http", "VirtualService", "http.match.uri.prefix", frozenset({"/", "/a", "//"})),
    ("http", "VirtualService", "http.match.uri.exact", frozenset({"/", "/a%2Fb"})),
    ("http", "VirtualService", "http.match.headers", frozenset({"x-team", ":method", "x-forwarded-for"})),
    ("http", "VirtualService", "http.match.method.exact", frozenset({"GET"})),
    ("answers", "VirtualService", "http.rewrite", frozenset({"uri", "authority", "uriRegexRewrite"})),
    ("answers", "VirtualService", "http.redirect", frozenset({"uri", "authority", "scheme"})),
    ("answers", "VirtualService", "http.directResponse.status", frozenset({200, 403, 503})),
    ("answers", "VirtualService", "http.fault", frozenset({"abort", "delay"})),
    ("answers", "VirtualService", "http.mirror", frozenset({"host"})),
    ("answers", "VirtualService", "http.delegate.name", frozenset({"generated-delegate"})),
    ("answers", "VirtualService", "http.headers", frozenset({"request", "response"})),
    ("injection", "Namespace", "@labels.istio.io/rev", frozenset({ABSENT, "default", "stabel"})),
    ("injection", "Namespace", "@labels.istio-injection", frozenset({ABSENT, "enabled", "disabled"})),
    (
        "injection",
        "Deployment",
        "template.metadata.labels",
        frozenset({"sidecar.istio.io/inject", "istio.io/rev"}),
    ),
    (
        "injection",
        "Deployment",
        "template.metadata.annotations",
        frozenset(
            {
                *("sidecar.istio.io/inject", "sidecar.istio.io/interceptionMode", "proxy.istio.io/overrides"),
                *("sidecar.istio.io/agentLogLevel", "sidecar.istio.io/proxyImage"),
                *(
                    f"traffic.sidecar.istio.io/{name}"
                    for name in (
                        *("excludeOutboundPorts", "includeOutboundPorts", "excludeOutboundIPRanges"),
                        "includeOutboundIPRanges",
                    )
                ),
            }
        ),
    ),
    ("injection", "Deployment", "template.spec.containers.name", frozenset({"istio-proxy"})),
    ("injection", "Deployment", "template.spec.containers.securityContext.runAsUser", frozenset({1337})),
    ("services", "Service", "ports.appProtocol", frozenset(APP_PROTOCOLS)),
    ("services", "Service", "ports.targetPort", frozenset({80, 8080, 9000})),
    ("services", "Service", "clusterIP", frozenset({ABSENT, "None"})),
    (
        "services",
        "PeerAuthentication",
        "mtls.mode",
        frozenset({"STRICT", "PERMISSIVE", "DISABLE", "UNSET"}),
    ),
    ("services", "DestinationRule", "trafficPolicy.tls.mode", frozenset({ABSENT, "ISTIO_MUTUAL", "DISABLE"})),
    ("services", "AuthorizationPolicy", "action", frozenset({"ALLOW", "DENY"})),
    ("network", "NetworkPolicy", "egress.ports.endPort", frozenset({ABSENT, 8100, 9000})),
    ("network", "NetworkPolicy", "egress.ports.protocol", frozenset({"TCP", "UDP"})),
    (
        "network",
        "NetworkPolicy",
        "egress.to.ipBlock.except",
        frozenset({ABSENT, "198.18.0.0/15", "10.0.0.0/8"}),
    ),
    ("network", "google_compute_firewall", "priority", frozenset({0, 999, 1000, 1001, 65535})),
    ("network", "google_compute_firewall", "direction", frozenset({"EGRESS", "INGRESS"})),
    ("network", "google_compute_firewall", "disabled", frozenset({ABSENT, True})),
    ("network", "google_compute_firewall", "target_service_accounts", frozenset({ABSENT})),
    (
        "network",
        "google_compute_network_firewall_policy_rule",
        "action",
        frozenset({"allow", "deny", "goto_next"}),
    ),
    (
        "network",
        "google_compute_network_firewall_policy_rule",
        "match.dest_fqdns",
        frozenset({ABSENT, "example.com", "other.example"}),
    ),
    (
        "network",
        "google_compute_network",
        "network_firewall_policy_enforcement_order",
        frozenset({"BEFORE_CLASSIC_FIREWALL"}),
    ),
    ("network", "google_dns_response_policy_rule", "dns_name", frozenset({"*.", "*.com.", "example.com."})),
    ("network", "google_dns_response_policy_rule", "behavior", frozenset({ABSENT, "bypassResponsePolicy"})),
    ("network", "google_compute_router_nat", "@gone", frozenset({True})),
    ("network", "google_dns_managed_zone", "@gone", frozenset({True})),
    ("network", "google_compute_subnetwork", "private_ip_google_access", frozenset({False})),
)

REQUESTS = (
    # family, what must fit one of its rows
    ("entries", r"GET http://example\.com/"),
    ("entries", r"GET http://example\.com:443/"),
    ("entries", r"GET https://example\.com:80/"),
    ("entries", r"GET https://198\.18\.0\.50/"),
    ("entries", r"GET http://198\.18\.0\.57/"),
    ("entries", r"GET https://a\.wild\.example/"),
    ("entries", r"GET https?://\S+:(8080|8443|9000|9443)/"),
    ("entries", r"GET tcp://\S+:(80|443|3306|5432|9000|27017)/"),
    ("entries", r"GET http://example\.com/ Host: httpbin\.org"),
    ("entries", r"GET https://example\.com/ sni httpbin\.org"),
    ("tls", r"GET https://example\.com/ sni other\.example"),
    ("tls", r"GET https://198\.18\.0\.50/"),
    ("tls", r"GET https://example\.com/ past the sidecar to gateway-pod:8443 sni example\.com"),
    ("http", r"GET http://\S+/a%2Fb.*"),
    ("http", r"GET http://\S+/a%2fb.*"),
    ("http", r"GET http://\S+/a%00.*"),
    ("http", r"GET http://\S+\\.*"),
    ("http", r"GET http://\S+/\.\./.*"),
    ("http", r"GET http://[^/]+//a.*"),
    ("http", r"GET http://\S+%2e%2e.*"),
    ("http", r"GET http://\S+\?c=d.*"),
    ("http", r"(PROPFIND|PURGE|LINK) .*"),
    ("http", r"(get|FOO|QUERY) .*"),
    ("http", r".* header x-team=y"),
    ("http", r".* header x-forwarded-for=\S+"),
    ("http", r".* header x-envoy-\S+=\S+"),
    ("http", r".* Host: example\.com\."),
    ("services", r"GET (http|https|tcp)://generated-service\.team-y\.svc\.cluster\.local:9000/"),
    ("services", r"GET tcp://generated-headless\.team-x\.svc\.cluster\.local:80/"),
    ("network", r"GET https://storage\.googleapis\.com/"),
    ("network", r"GET http://169\.254\.169\.254/.*"),
    ("network", r".* past the sidecar"),
    ("injection", r"GET https?://\S+:(8080|8443|9000)/.*"),
)


@pytest.fixture(scope="module")
def cases(synthesized: Path, without_admission: Path) -> dict[str, list[ObjectCase]]:
    made: dict[str, list[ObjectCase]] = {}
    bases: dict[str, Base] = {}
    for sort in OF_OBJECTS:
        out = without_admission if sort.base == "production" else synthesized
        base = bases.setdefault(sort.base, Base(sort.base, out))
        made[sort.name] = [Objects(sort, base).case(seed) for seed in SEEDS]
    return made


@pytest.mark.parametrize(
    ("family", "kind", "place", "wanted"),
    DIMENSIONS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_every_dimension_is_generated(
    cases: dict[str, list[ObjectCase]], family: str, kind: str, place: str, wanted: frozenset[Any]
) -> None:
    found = set(_values(cases[family], kind, place))
    assert wanted - found == set(), f"{len(SEEDS)} seeds of {family} make {kind} {place} without these"


def test_every_sort_of_name_of_a_services_port_is_generated(cases: dict[str, list[ObjectCase]]) -> None:
    found = {str(name).rpartition("-")[0] for name in _values(cases["services"], "Service", "ports.name")}
    assert found == set(NAMES)


@pytest.mark.parametrize(("family", "form"), REQUESTS)
def test_every_form_of_a_request_is_asked(family: str, form: str) -> None:
    (sort,) = [sort for sort in OF_OBJECTS if sort.name == family]
    assert sort.lines is not None
    lines = list(sort.lines(TUTORIAL))
    assert any(re.fullmatch(form, line) for line in lines)
    assert [str(parse(line)) for line in lines] == lines


def test_every_family_over_a_base_has_its_dimensions() -> None:
    # `tutorial` and `production` make the same changes; tests/review/test_deep_cases.py makes each of those.
    told = {family for family, *_ in DIMENSIONS}
    assert {sort.name.removesuffix("-production") for sort in OF_OBJECTS} - told <= {"production"}
    assert {base_of(family) for family in FAMILIES} == {"tutorial", "open", "production", "configurations"}


def test_a_seed_makes_the_same_case_again(cases: dict[str, list[ObjectCase]], synthesized: Path) -> None:
    for sort in OF_OBJECTS:
        if sort.base != "production":
            again = Objects(sort, Base(sort.base, synthesized))
            assert [again.case(seed) for seed in SEEDS[:20]] == cases[sort.name][:20]
            assert len({str(case) for case in cases[sort.name]}) > len(SEEDS) / 4


def _values(cases: Iterable[ObjectCase], kind: str, place: str) -> Iterator[Any]:
    for case in cases:
        for operation in case.operations:
            if operation.kind != kind:
                continue
            if place.startswith("@labels."):
                yield (operation.labels or {}).get(place.removeprefix("@labels."))
            elif place.startswith("@"):
                yield getattr(operation, place[1:])
            elif operation.spec is not None:
                yield from _at(operation.spec, place.split("."))
        for resource in case.resources:
            if resource.type == kind and place == "@gone":
                yield resource.body is None
            elif resource.type == kind and resource.body is not None:
                yield from _at(resource.body, place.split("."))


def _at(value: Any, steps: list[str]) -> Iterator[Any]:
    """The values at a place; of a mapping its keys; None where a step is not there."""
    if isinstance(value, list | tuple):
        for item in value:
            yield from _at(item, steps)
    elif steps:
        yield from _at(value.get(steps[0]) if isinstance(value, dict) else None, steps[1:])
    elif isinstance(value, dict):
        yield from value
    else:
        yield value
