"""What by-identity routing emits, and what it must not."""

from collections.abc import Callable
from typing import Any

from egress.config.configuration import Configuration
from egress.derived.istio.routing import shared_objects, team_objects

Changed = Callable[..., Configuration]


def objects(configuration: Configuration) -> dict[tuple[str, str], dict[str, Any]]:
    """Every Istio object of a configuration by kind and name (Sidecars by namespace)."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    manifests = [
        *shared_objects(configuration),
        *(each for team in configuration.teams for each in team_objects(configuration, team)),
    ]
    for manifest in manifests:
        item: dict[str, Any] = dict(manifest)
        name = item["metadata"]["name"]
        key = (item["kind"], item["metadata"]["namespace"] if item["kind"] == "Sidecar" else name)
        assert key not in found
        found[key] = item
    return found


def spec(configuration: Configuration, kind: str, name: str) -> dict[str, Any]:
    result: dict[str, Any] = objects(configuration)[kind, name]["spec"]
    return result


def test_a_teams_policy_names_principals_methods_and_every_spelling_of_the_host(
    production: Configuration,
) -> None:
    rules = spec(production, "AuthorizationPolicy", "egress-team-x")["rules"]
    assert rules == [
        {
            "from": [{"source": {"principals": ["cluster.local/ns/team-x/sa/test"]}}],
            "to": [{"operation": {"hosts": ["example.com", "example.com:80"], "methods": ["GET", "HEAD"]}}],
            "when": [{"key": "destination.port", "values": ["8080"]}],
        }
    ]


def test_no_policy_lets_a_whole_namespace_through(production: Configuration) -> None:
    for (kind, name), item in objects(production).items():
        if kind == "AuthorizationPolicy":
            for rule in item["spec"].get("rules", []):
                sources = [each["source"] for each in rule.get("from", [])]
                assert all("namespaces" not in source for source in sources), name


def test_every_rule_has_a_source_but_the_pass_through_ports_which_names_its_hosts(
    production: Configuration,
) -> None:
    without = {
        name: rule
        for (kind, name), item in objects(production).items()
        if kind == "AuthorizationPolicy"
        for rule in item["spec"].get("rules", [])
        if not rule.get("from")
    }
    assert list(without) == ["egress-all-443"]
    assert without["egress-all-443"]["when"] == [
        {"key": "destination.port", "values": ["8443"]},
        {"key": "connection.sni", "values": ["www.iana.org"]},
    ]


def test_an_identity_server_accepts_exactly_the_granted_service_accounts(production: Configuration) -> None:
    (server,) = spec(production, "Gateway", "identity-api-github-com")["servers"]
    assert server["hosts"] == ["api.github.com"]
    assert server["port"]["number"] == 9443
    assert server["tls"] == {
        "mode": "ISTIO_MUTUAL",
        "subjectAltNames": [
            "spiffe://cluster.local/ns/team-x/sa/batch",
            "spiffe://cluster.local/ns/team-x/sa/test",
        ],
    }


def test_no_identity_server_accepts_everybody(production: Configuration) -> None:
    for (kind, name), item in objects(production).items():
        if kind == "Gateway" and name.startswith("identity-"):
            assert item["spec"]["servers"][0]["tls"]["subjectAltNames"], name


def test_a_further_host_has_objects_of_its_own(production: Configuration) -> None:
    found = objects(production)
    assert ("ServiceEntry", "github-com-ext") in found
    assert ("Gateway", "identity-github-com") in found
    route = found["VirtualService", "github-com-through-egress-gateway"]["spec"]
    assert route["tcp"][0]["route"][0]["destination"] == {"host": "github.com", "port": {"number": 443}}


def test_a_teams_rule_towards_the_gateway_is_its_own_and_names_the_host_as_outer_sni(
    production: Configuration,
) -> None:
    rule = spec(production, "DestinationRule", "target-egress-gateway-team-y")
    assert rule["exportTo"] == ["team-y", "team-y-jobs"]
    settings = {each["name"]: each.get("trafficPolicy") for each in rule["subsets"]}
    assert settings["httpbin-org-identity"] == {
        "portLevelSettings": [
            {"port": {"number": 9443}, "tls": {"mode": "ISTIO_MUTUAL", "sni": "httpbin.org"}}
        ]
    }
    assert set(settings) == {"target-egress-gateway-mTLS", "httpbin-org-identity"}


def test_upgraded_tls_checks_the_hosts_name(production: Configuration) -> None:
    (subset,) = spec(production, "DestinationRule", "example-com-outside")["subsets"]
    assert subset["trafficPolicy"]["portLevelSettings"][0]["tls"] == {
        "mode": "SIMPLE",
        "sni": "example.com",
        "subjectAltNames": ["example.com"],
    }


def test_a_host_without_grant_has_no_object(changed: Changed) -> None:
    configuration = changed(
        {"teams/team-x.yaml": lambda team: team["grants"].pop(0)}  # the one for example.com
    )
    assert not [name for _, name in objects(configuration) if name.startswith("example-com")]


def test_a_way_nobody_is_granted_has_no_port_no_route_and_no_server(changed: Changed) -> None:
    configuration = changed({"teams/team-y.yaml": lambda team: team["grants"].pop(1)})  # HTTPS to httpbin
    found = objects(configuration)
    assert ("Gateway", "identity-httpbin-org") not in found
    assert [port["number"] for port in found["ServiceEntry", "httpbin-org-ext"]["spec"]["ports"]] == [80]
    assert not found["VirtualService", "httpbin-org-through-egress-gateway"]["spec"].get("tls")


def test_every_port_a_sidecar_knows_has_a_route_to_the_gateway(production: Configuration) -> None:
    found = objects(production)
    for (kind, name), item in found.items():
        if kind != "ServiceEntry" or not name.endswith("-ext"):
            continue
        route = found["VirtualService", name.removesuffix("-ext") + "-through-egress-gateway"]["spec"]
        routed = {
            match["port"]
            for way in (*route.get("http", []), *route.get("tls", []))
            for match in way["match"]
            if match["gateways"] == ["mesh"]
        }
        assert routed == {port["number"] for port in item["spec"]["ports"]}, name


def test_the_gateway_stays_closed_when_the_last_grant_goes(production: Configuration) -> None:
    assert spec(production, "AuthorizationPolicy", "egress-nothing") == {
        "selector": {"matchLabels": {"istio": "egressgateway"}},
        "action": "ALLOW",
        "rules": [],
    }


def test_nothing_is_exported_to_everybody(production: Configuration) -> None:
    for (kind, name), item in objects(production).items():
        if kind in {"ServiceEntry", "VirtualService", "DestinationRule"}:
            assert item["spec"]["exportTo"], name
            assert "*" not in item["spec"]["exportTo"], name


def test_adding_a_team_changes_no_object_of_another(changed: Changed, production: Configuration) -> None:
    configuration = changed({"teams/team-x.yaml": lambda team: team.update(labels={"team": "renamed"})})
    before, after = objects(production), objects(configuration)
    assert before == after


def test_a_client_certificate_is_read_from_its_secret(changed: Changed) -> None:
    def with_credential(file: dict[str, Any]) -> None:
        file["destinations"]["example.com"]["tls"] = {"credential": "partner"}

    configuration = changed({"destinations.yaml": with_credential})
    (subset,) = spec(configuration, "DestinationRule", "example-com-outside")["subsets"]
    tls = subset["trafficPolicy"]["portLevelSettings"][0]["tls"]
    assert (tls["mode"], tls["credentialName"]) == ("MUTUAL", "partner")


def test_another_port_is_registered_routed_and_authorized(changed: Changed) -> None:
    def on_8080(file: dict[str, Any]) -> None:
        file["destinations"]["httpbin.org"]["http_port"] = 8080

    def open_8080(file: dict[str, Any]) -> None:
        file["network"].setdefault("firewall", {})["egress_ports"] = [80, 443, 8080]

    configuration = changed({"destinations.yaml": on_8080, "platform.yaml": open_8080})
    entry = spec(configuration, "ServiceEntry", "httpbin-org-ext")
    assert entry["ports"][0] == {"number": 8080, "name": "http", "protocol": "HTTP"}
    to_gateway, outside = spec(configuration, "VirtualService", "httpbin-org-through-egress-gateway")["http"]
    assert to_gateway["match"][0]["port"] == 8080
    assert outside["route"][0]["destination"]["port"]["number"] == 8080
    (rule,) = spec(configuration, "AuthorizationPolicy", "egress-team-y")["rules"]
    assert rule["to"][0]["operation"]["hosts"] == ["httpbin.org", "httpbin.org:8080"]
