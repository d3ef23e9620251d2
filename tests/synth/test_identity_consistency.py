"""Who may reach a host over the identity port: servers, subsets, and the service accounts that both name."""

from collections.abc import Iterator

from egress.derived.tenant_label import TENANT_LABEL
from tests.synth.conftest import Synthesis
from tests.synth.gateway_objects import IDENTITY_PORT, gateway_host, name
from tests.synth.synthesized_stack import Block


def test_every_namespace_knows_one_rule_towards_the_gateway(every: Synthesis) -> None:
    # Of two rules for one host a proxy takes one, or merges them: who is granted what would hang on chance.
    seen = [namespace for body in _rules(every) for namespace in body["spec"]["exportTo"]]
    teams = {
        namespace
        for body in every.stacks["egress"].of_kind("VirtualService")
        for namespace in body["spec"]["exportTo"]
    }

    assert len(seen) == len(set(seen))
    assert teams - {"istio-egress"} <= set(seen)


def test_a_rule_towards_the_gateway_that_names_hosts_is_one_teams_alone(every: Synthesis) -> None:
    owners = {
        body["metadata"]["name"]: body["metadata"]["labels"][TENANT_LABEL]
        for body in every.stacks["egress"].of_kind("Namespace")
        if TENANT_LABEL in body["metadata"]["labels"]
    }

    for body in _rules(every):
        if list(_outer_names(body)):
            teams = {owners.get(namespace) for namespace in body["spec"]["exportTo"]}
            assert len(teams) == 1, f"{name(body)} is exported to {body['spec']['exportTo']}"
            assert None not in teams


def test_an_outer_server_name_is_that_of_a_server_of_the_gateway(every: Synthesis) -> None:
    served = {
        host
        for server in _identity_servers(every)
        if server["tls"]["mode"] == "ISTIO_MUTUAL"
        for host in server["hosts"]
    }

    named = {sni for body in _rules(every) for sni in _outer_names(body)}
    assert named == served


def test_an_identity_server_accepts_named_service_accounts_that_have_the_way_to_it(every: Synthesis) -> None:
    reachable = {
        (namespace, sni)
        for body in _rules(every)
        for sni in _outer_names(body)
        for namespace in body["spec"]["exportTo"]
    }

    for server in _identity_servers(every):
        (host,) = server["hosts"]
        assert server["tls"]["subjectAltNames"], f"the server of {host} accepts everybody"
        for spiffe_id in server["tls"]["subjectAltNames"]:
            _, _, domain, _, namespace, _, account = spiffe_id.split("/")
            assert domain == "cluster.local"
            assert (namespace, account) in _service_accounts(every), f"{host} is granted to {spiffe_id}"
            assert (namespace, host) in reachable, f"{spiffe_id} has no subset for {host}"


def test_a_principal_is_a_service_account_that_a_stack_creates(every: Synthesis) -> None:
    for body in every.stacks["egress"].of_kind("AuthorizationPolicy"):
        for rule in body["spec"].get("rules", []):
            for source in rule.get("from", []):
                for principal in source["source"].get("principals", []):
                    if principal == "*":
                        # Any identity of the mesh, on the port whose servers name theirs one by one.
                        assert rule["when"] == [{"key": "destination.port", "values": [str(IDENTITY_PORT)]}]
                        continue
                    domain, _, namespace, _, account = principal.split("/")
                    assert domain == "cluster.local"
                    assert (namespace, account) in _service_accounts(every), f"{name(body)} names {principal}"


def _rules(every: Synthesis) -> list[Block]:
    """The DestinationRules towards the gateway."""
    return [
        body
        for body in every.stacks["egress"].of_kind("DestinationRule")
        if body["spec"]["host"] == gateway_host(every)
    ]


def _outer_names(rule: Block) -> Iterator[str]:
    """The server names that a rule's subsets state towards the gateway."""
    for subset in rule["spec"].get("subsets", []):
        for settings in subset.get("trafficPolicy", {}).get("portLevelSettings", []):
            if "sni" in settings["tls"]:
                assert settings["port"]["number"] == IDENTITY_PORT
                yield settings["tls"]["sni"]


def _identity_servers(every: Synthesis) -> list[Block]:
    return [
        server
        for body in every.stacks["egress"].of_kind("Gateway")
        for server in body["spec"]["servers"]
        if server["port"]["number"] == IDENTITY_PORT
    ]


def _service_accounts(every: Synthesis) -> set[tuple[str, str]]:
    return {
        (namespace, name)
        for kind, namespace, name in every.stacks["egress"].objects
        if kind == "ServiceAccount"
    }
