"""What is counted and what raises an incident."""

from egress.derived.alerting import REFUSALS, alerts, refusal_metric
from tests.unit.platform.production import production

EXISTING = {
    "host_project": "network-host",
    "network": "shared",
    "subnet": "nodes",
    "pods_range": "pods",
    "services_range": "services",
}


def test_refusals_are_counted_from_the_gateways_own_log() -> None:
    metric = refusal_metric(production())

    assert 'resource.labels.cluster_name="production"' in metric.filter
    assert 'resource.labels.namespace_name="istio-egress"' in metric.filter
    assert '"rbac_access_denied"' in metric.filter
    assert metric.labels == {"source": "EXTRACT(jsonPayload.source_principal)"}


def test_a_handshake_refused_on_the_identity_port_is_counted_too() -> None:
    refused = refusal_metric(production()).filter
    without_the_port = refusal_metric(production(mesh={"gateway": {"identity_https": False}})).filter
    as_text = refusal_metric(production(mesh={"access_log": "text"})).filter

    assert 'jsonPayload.gateway_address=~":9443$"' in refused
    assert 'jsonPayload.downstream_transport_failure_reason=~"[^-]"' in refused
    assert without_the_port.endswith('AND "rbac_access_denied"')
    assert as_text.endswith('AND "rbac_access_denied"')


def test_a_log_of_text_has_no_field_to_take_the_caller_from() -> None:
    assert refusal_metric(production(mesh={"access_log": "text"})).labels == {}
    assert refusal_metric(production(mesh={"control_plane": "managed"})).labels == {}


def test_refusals_saturation_and_nat_ports_raise_incidents() -> None:
    found = {alert.id: alert for alert in alerts(production())}

    assert set(found) == {
        "refusals",
        "cpu-saturation",
        "memory-saturation",
        "nat-allocation-failed",
        "nat-ports-exhausted",
    }
    assert f"user/{REFUSALS}" in found["refusals"].filter
    assert found["refusals"].above == 50
    assert 'gateway_name="nat-config"' in found["nat-allocation-failed"].filter


def test_the_ports_of_anothers_nat_are_anothers_to_watch() -> None:
    ids = {alert.id for alert in alerts(production(network={"existing": EXISTING}))}

    assert ids == {"refusals", "cpu-saturation", "memory-saturation"}


def test_without_the_section_there_are_no_alerts() -> None:
    platform = production()

    assert alerts(platform.model_copy(update={"alerts": None})) == ()
