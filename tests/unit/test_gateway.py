"""The gateway's facts agree with what the charts and GKE make of them."""

from egress.derived import gateway


def test_the_service_host_is_the_releases_in_its_namespace() -> None:
    assert gateway.service_host() == "istio-egressgateway.istio-egress.svc.cluster.local"


def test_the_selector_is_what_the_chart_makes_of_the_release_name() -> None:
    label = gateway.RELEASE.removeprefix("istio-")

    assert gateway.SELECTOR["istio"] == label
    assert len(gateway.SELECTOR) == 1


def test_the_proxy_listens_above_the_privileged_ports() -> None:
    # Istio leaves out listeners below 1024 on Pods that it takes for unprivileged (pilot's gateway.go).
    for port in (gateway.HTTP, gateway.TLS, gateway.STATUS):
        assert port.target >= 1024


def test_the_ports_are_the_tutorials() -> None:
    assert (gateway.HTTP.service, gateway.HTTP.target) == (80, 8080)
    assert (gateway.TLS.service, gateway.TLS.target) == (443, 8443)
