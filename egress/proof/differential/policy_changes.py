"""Changes of who may do what: AuthorizationPolicies at the gateway, allowing and denying."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, ROOT_NAMESPACE, TRUST_DOMAIN


def authorization(choose: Choice) -> Sequence[StateOperation]:
    """One more policy, for all Pods of its namespace or for those of a selector."""
    spec: Document = {
        "action": choose.one("ALLOW", "DENY"),
        "rules": [_rule(choose) for _ in range(choose.one(1, 1, 2))],
    }
    labels = choose.one(None, None, {"istio": "egressgateway"}, {"istio": "ingressgateway"})
    if labels:
        spec["selector"] = {"matchLabels": labels}
    namespace = choose.one(GATEWAY_NAMESPACE, ROOT_NAMESPACE)
    return [StateOperation("security.istio.io/v1", "AuthorizationPolicy", namespace, "generated", spec)]


def authorized_otherwise(choose: Choice) -> Sequence[StateOperation]:
    """A policy of the base that says less, more, the opposite, or is gone."""
    key = choose.key("AuthorizationPolicy")
    spec = choose.spec(key)
    rules = spec.get("rules") or []
    if not rules:
        return [choose.edit(key, choose.one(None, {**spec, "action": "DENY", "rules": [{}]}))]
    rule = choose.one(*rules)
    match choose.one("part", "part", "rule", "action", "more", "gone"):
        case "part":
            rule.pop(choose.one(*sorted(rule)))
        case "rule":
            rule.clear()
            rule.update(_rule(choose))
        case "action":
            spec["action"] = "DENY"
        case "more":
            rules.append(_rule(choose))
        case "gone":
            return [choose.edit(key, None)]
    return [choose.edit(key, spec)]


def _rule(choose: Choice) -> Document:
    """From, to and when, each there or not."""
    rule: Document = {}
    if choose.one(True, True, False):
        rule["from"] = [{"source": source} for source in _sources(choose)]
    if choose.one(True, True, False):
        rule["to"] = [{"operation": operation} for operation in _operations(choose)]
    if not rule or choose.one(True, False):
        rule["when"] = [_condition(choose) for _ in range(choose.one(1, 1, 2))]
    return rule


def _sources(choose: Choice) -> list[Document]:
    vocabulary = choose.vocabulary
    first, last = vocabulary.accounts[0], vocabulary.accounts[-1]
    some_namespaces = choose.some(vocabulary.namespaces)
    forms: list[Document] = [
        {"namespaces": some_namespaces},
        {"namespaces": [choose.one("*", "team-*", "t*x", "team", "*-y")]},
        {"notNamespaces": some_namespaces},
        {"notNamespaces": ["team-*"]},
        {"principals": choose.some(vocabulary.principals)},
        {"principals": [choose.one("*", f"*/sa/{first[1]}", f"{TRUST_DOMAIN}/ns/{last[0]}/*")]},
        {"principals": [f"{TRUST_DOMAIN}/ns/*/sa/{first[1]}"]},
        {"principals": [f"spiffe://{vocabulary.principals[0]}"]},
        {"notPrincipals": choose.some(vocabulary.principals)},
        {"notPrincipals": ["*"]},
        {"principals": ["*"], "notNamespaces": [vocabulary.namespaces[0]]},
        {"serviceAccounts": [f"{namespace}/{name}" for namespace, name in choose.some(vocabulary.accounts)]},
        {"notServiceAccounts": [f"{first[0]}/{first[1]}"]},
    ]
    return choose.random.sample(forms, choose.one(1, 1, 2))


def _operations(choose: Choice) -> list[Document]:
    vocabulary = choose.vocabulary
    host = choose.one(*vocabulary.hosts)
    suffix = host.rpartition(".")[2]
    port = choose.one(*vocabulary.target_ports)
    forms: list[Document] = [
        {
            "hosts": [
                choose.one(
                    host,
                    host.upper(),
                    f"*.{suffix}",
                    f"{host.partition('.')[0]}.*",
                    f"{host}:80",
                    f"{host}:*",
                    f"*{host}",
                    "*",
                )
            ]
        },
        {"hosts": choose.some(vocabulary.hosts)},
        {"notHosts": [host]},
        {"paths": [choose.one("/", "/a*", "/status/*", "/{*}", "/{**}", "*/418", "/a/{*}", "/status/{*}")]},
        {"notPaths": [choose.one("/", "/a*", "/status/418")]},
        {"methods": [choose.one("GET", "get", "POST", "P*", "*")]},
        {"notMethods": ["POST"]},
        {"ports": [choose.one(port, port, "80", "443")]},
        {"notPorts": [port]},
        {"hosts": [host], "ports": [port]},
        {"hosts": [host], "methods": ["GET"], "notPaths": ["/status/*"]},
        {"paths": ["/"], "notPorts": [port]},
    ]
    return choose.random.sample(forms, choose.one(1, 1, 2))


def _condition(choose: Choice) -> Document:
    vocabulary = choose.vocabulary
    host = choose.one(*vocabulary.hosts)
    principal = vocabulary.principals[0]
    conditions: list[Document] = [
        {"key": "destination.port", "values": [choose.one(*vocabulary.target_ports, "443")]},
        {"key": "destination.port", "notValues": [choose.one(*vocabulary.target_ports)]},
        {"key": "connection.sni", "values": [choose.one(host, host.upper(), "*.org", "*.com", "*")]},
        {"key": "connection.sni", "notValues": [host]},
        {"key": "source.namespace", "values": [vocabulary.namespaces[0]]},
        {"key": "source.namespace", "notValues": [vocabulary.namespaces[-1]]},
        {"key": "source.principal", "values": [principal]},
        {"key": "source.principal", "notValues": [principal]},
        {"key": "request.headers[x-team]", "notValues": ["y"]},
        {"key": "request.headers[:authority]", "values": [host]},
        {"key": "request.headers[x-team]", "values": ["*"]},
    ]
    found: Document = choose.one(*conditions)
    return found
