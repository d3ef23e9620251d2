"""What policies and routes ask of a request: headers, paths in every form, methods, regular expressions."""

from collections.abc import Sequence

from egress.proof.differential.choice import Choice
from egress.proof.differential.operations import Document, StateOperation
from egress.proof.differential.vocabulary import GATEWAY_NAMESPACE, ROOT_NAMESPACE

SECURITY = "security.istio.io/v1"

POLICY_PATHS = (
    *(
        "/",
        "/a",
        "/a*",
        "*/418",
        "*b",
        "*",
        "/status/*",
        "//a",
        "/a//b",
        "/A",
        "/a/b/",
        "/a/../b",
        "/status%2F418",
    ),
    *("/a%20b", "/%73tatus/418", "/{*}", "/{**}", "/a/{*}", "/a/{**}", "/{*}/418", "/{**}/418", "/a/{*}/c"),
    *("/a%2Fb", "/a%2fb", "/a%5Cb", "/a;b", "/a%3Fb"),
)
METHODS = ("GET", "get", "POST", "P*", "*T", "*", "PROPFIND", "PURGE", "HEAD", "OPTIONS", "DELETE", "FOO")
REGEXES = (
    *(".*", "/", "/a", "/a.*", "/[a-z]+", "/[[:alpha:]]+", "/a{1,2}", "/a{,3}", "(?i)/A", "/status/[0-9]+"),
    *(
        "/status/\\d{3}",
        "/(a|b)/.*",
        "/a/.+",
        "[^/]*/a",
        "/a\\b.*",
        "/.*%2F.*",
        "^/a$",
        "/\\pL+",
        "/a?",
        "/\\Qa\\E",
    ),
)
HEADERS = ("x-team", "X-Team", ":authority", ":method", ":path", ":scheme", "Host")
OF_PROXIES = (
    *(
        "x-request-id",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-client-cert",
        "x-envoy-attempt-count",
    ),
    *("x-envoy-external-address", "x-envoy-decorator-operation", "x-forwarded-host", "user-agent"),
)
"""Headers that the proxies, or the client's own library, set."""


def headers_authorized(choose: Choice) -> Sequence[StateOperation]:
    """A policy at the gateway with a condition on a header."""
    name = choose.one(*HEADERS, *HEADERS, *OF_PROXIES)
    host = choose.one(*choose.vocabulary.hosts)
    values = {
        ":authority": [host, f"{host}*", "*.org", host.upper(), f"{host}:80", "*"],
        "Host": [host, "*.com", "*"],
        ":method": ["GET", "get", "P*", "*"],
        ":path": ["/", "/a", "/a*", "*418", "*", "/a?c=d", "*c=d", "/%61"],
        ":scheme": ["http", "https", "*"],
    }.get(name, ["y", "x", "y*", "*y", "*", "Y", "http", "1"])
    condition: Document = {
        "key": f"request.headers[{name}]",
        choose.one("values", "values", "notValues"): [choose.one(*values)],
    }
    rule: Document = {"when": [condition]}
    if choose.often(0.5):
        rule["to"] = [{"operation": {"hosts": [host]}}]
    return [_policy(choose, choose.one("ALLOW", "ALLOW", "DENY"), [rule])]


def paths_authorized(choose: Choice) -> Sequence[StateOperation]:
    """A policy at the gateway on paths and methods, or all but some."""
    operation: Document = {}
    if choose.often(0.8):
        name = choose.one("paths", "paths", "notPaths")
        operation[name] = choose.random.sample(POLICY_PATHS, choose.one(1, 1, 2))
    if not operation or choose.often(0.4):
        operation[choose.one("methods", "methods", "notMethods")] = [choose.one(*METHODS)]
    if choose.often(0.3):
        operation["hosts"] = [choose.one(*choose.vocabulary.hosts)]
    return [_policy(choose, choose.one("ALLOW", "ALLOW", "DENY"), [{"to": [{"operation": operation}]}])]


def open_to_all(choose: Choice) -> Sequence[StateOperation]:
    """Every request allowed at the gateway, so that routes and denials decide."""
    del choose
    spec: Document = {"action": "ALLOW", "rules": [{}]}
    return [StateOperation(SECURITY, "AuthorizationPolicy", GATEWAY_NAMESPACE, "generated-open", spec)]


def requests_routed(choose: Choice) -> Sequence[StateOperation]:
    """A VirtualService of the base whose HTTP routes, at the sidecar or at the gateway, ask more of a request."""
    key = choose.http_routed()
    spec = choose.spec(key)
    for route in choose.some(spec["http"]):
        for match in route.get("match") or ():
            match.update(request_match(choose))
    if choose.often(0.3):
        further = {"match": [request_match(choose)], "directResponse": {"status": choose.one(204, 503)}}
        spec["http"].insert(0, further)
    return [choose.edit(key, spec)]


def request_match(choose: Choice) -> Document:
    """One or two criteria of a route."""
    forms: list[Document] = [
        {"uri": {"exact": choose.one("/", "/a", "/a/b", "/status/418", "/%61", "/a%2Fb", "/b")}},
        {"uri": {"prefix": choose.one("/", "/a", "/a/", "/status", "//", "/a%2F", "/A")}},
        {"uri": {"prefix": choose.one("/A", "/STATUS")}, "ignoreUriCase": True},
        {"uri": {"regex": choose.one(*REGEXES)}},
        {"uri": {"regex": choose.one(*REGEXES)}},
        {"method": {choose.one("exact", "prefix"): choose.one("GET", "P", "get", "PROPFIND")}},
        {"method": {"regex": choose.one("G.*", "[A-Z]+", "(GET|POST)", "P[OU]")}},
        {
            "headers": {
                choose.one("x-team", "X-Team"): choose.one(
                    {"exact": "y"}, {"prefix": "y"}, {"regex": "y|z"}, {}
                )
            }
        },
        {
            "headers": {
                choose.one(*OF_PROXIES): choose.one({}, {"exact": "http"}, {"prefix": "1"}, {"regex": ".+"})
            }
        },
        {"headers": {":method": {"exact": "POST"}}},
        {"withoutHeaders": {choose.one("x-team", *OF_PROXIES): choose.one({}, {"exact": "y"})}},
        {"authority": {"regex": choose.one("ex.*", "[a-z.]+", ".*:80", "httpbin\\.org")}},
        {"scheme": {"exact": choose.one("http", "https")}},
        {"queryParams": {"c": choose.one({"exact": "d"}, {"prefix": "d"}, {"regex": "[a-d]"}, {})}},
    ]
    found: Document = {}
    for form in choose.random.sample(forms, choose.one(1, 1, 2)):
        found.update(form)
    return found


def _policy(choose: Choice, action: str, rules: list[Document]) -> StateOperation:
    namespace = choose.one(GATEWAY_NAMESPACE, GATEWAY_NAMESPACE, ROOT_NAMESPACE)
    spec: Document = {"action": action, "rules": rules}
    if namespace == GATEWAY_NAMESPACE and choose.often(0.5):
        spec["selector"] = {"matchLabels": {"istio": "egressgateway"}}
    name = f"generated-{action.lower()}"
    return StateOperation(SECURITY, "AuthorizationPolicy", namespace, name, spec)
