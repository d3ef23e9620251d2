"""The requests of the families, as lines: what each asks of every workload, some of them in each case."""

from collections.abc import Iterable, Iterator

from egress.proof.differential.service_changes import HEADLESS, SERVICE, SERVICE_PORTS, TARGETS
from egress.proof.differential.vocabulary import (
    ADDRESSES,
    GOOGLE,
    IN_A_RANGE,
    STRANGERS,
    UNDER_STAR,
    Vocabulary,
)

USUAL_PORTS = (("http", 80), ("https", 443))
ODD_PORTS = (
    *(
        ("http", 443),
        ("https", 80),
        ("tcp", 80),
        ("tcp", 443),
        ("http", 8080),
        ("https", 8080),
        ("tcp", 8080),
    ),
    *(("http", 8443), ("https", 8443), ("http", 9000), ("tcp", 9000), ("https", 9443), ("tcp", 3306)),
    *(("tcp", 5432), ("tcp", 27017), ("http", 27017)),
)
PATHS = (
    *(
        "/",
        "/a",
        "/A",
        "/a/b",
        "/a/b/c",
        "/a/",
        "//a",
        "/a//b",
        "/b",
        "/status/418",
        "/x/status/418",
        "/a?c=d",
    ),
    *(
        "/a?C=d",
        "/?c=d&e=f",
        "/a?c=%64",
        "/%61",
        "/%73tatus/418",
        "/a%2Fb",
        "/a%2fb",
        "/status%2F418",
        "/a%5Cb",
    ),
    *(
        "/a\\b",
        "/status\\418",
        "/a/../b",
        "/b/%2e%2e/a",
        "/./a",
        "/a/.",
        "/a/..;/b",
        "/a;b",
        "/a%20b",
        "/a%3Fb",
    ),
    *(
        "/a%00",
        "/a%252Fb",
        "/a/b?x=/../",
        "/aa",
        "/aaa",
        "/a.json",
        "/a%C3%A9",
        "/*",
        "/{*}",
        "/~a",
        "/a%7Eb",
    ),
)
METHODS = (
    *("POST", "PUT", "HEAD", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND", "PURGE", "LINK", "MSEARCH"),
    *("SUBSCRIBE", "MKCALENDAR", "SEARCH", "QUERY", "FOO", "get", "Post", "M-SEARCH"),
)
HEADERS = (
    *(
        "x-team=y",
        "x-team=x",
        "X-Team=y",
        "x-team=Y",
        "x-team=",
        "x-forwarded-for=192.0.2.7",
        "x-request-id=1",
    ),
    *(
        "x-forwarded-proto=https",
        "x-envoy-attempt-count=7",
        "x-forwarded-client-cert=By=a",
        "x-forwarded-host=a.b",
    ),
    *("x-envoy-original-path=/a", "x-envoy-decorator-operation=z"),
)


def of_ports(vocabulary: Vocabulary) -> Iterator[str]:
    """Every host, and addresses, on usual and further ports, spoken to as declared and otherwise."""
    for host in (*vocabulary.hosts, *STRANGERS, UNDER_STAR, *ADDRESSES, IN_A_RANGE):
        for scheme, port in (*USUAL_PORTS, *ODD_PORTS):
            yield _line("GET", scheme, host, port, "/")
    yield from (f"GET http://{host}/ Host: {other}" for host, other in _pairs(vocabulary))
    yield from of_sni(vocabulary)


def of_hosts(hosts: Iterable[str]) -> Iterator[str]:
    """The hosts of a configuration on every port that sites answer on, and with paths, methods and headers."""
    for host in hosts:
        for scheme, port in (*USUAL_PORTS, *ODD_PORTS):
            yield _line("GET", scheme, host, port, "/")
        yield from (f"GET http://{host}{path}" for path in PATHS)
        yield from (f"{method} http://{host}/a" for method in METHODS)
        yield from (f"GET http://{host}/a header {header}" for header in HEADERS)


def of_sni(vocabulary: Vocabulary) -> Iterator[str]:
    """TLS whose SNI is another host's."""
    yield from (f"GET https://{host}/ sni {other}" for host, other in _pairs(vocabulary))


def of_http(vocabulary: Vocabulary) -> Iterator[str]:
    """Paths in every form, methods, headers, and what goes with a Host."""
    for host in vocabulary.hosts[:2]:
        for path in PATHS:
            yield f"GET http://{host}{path}"
            yield f"GET http://{host}{path} header x-team=y"
        for method in METHODS:
            yield f"{method} http://{host}/a"
            yield f"{method} http://{host}/status/418"
        for header in HEADERS:
            yield f"GET http://{host}/ header {header}"
            yield f"GET http://{host}/a header {header}"
        yield f"GET http://{host}/ header x-team=y header x-forwarded-for=10.0.0.1"
        yield from (f"GET http://{host}/ Host: {given}" for given in _spelled(host))


def of_answers(vocabulary: Vocabulary) -> Iterator[str]:
    """Hosts and paths that a route may answer itself."""
    for host in (*vocabulary.hosts, *STRANGERS):
        for path in ("/", "/a", "/a/b", "/status/418", "/b", "/a?c=d", "/A"):
            for header in ("", " header x-team=y", " header x-forwarded-proto=https"):
                yield f"GET http://{host}{path}{header}"
        yield f"POST http://{host}/a"
        yield f"GET https://{host}/"


def of_tls(vocabulary: Vocabulary) -> Iterator[str]:
    """Every host on the ports that rules speak of, with its own SNI, a foreign one, and none (an address)."""
    for host in (*vocabulary.hosts, *STRANGERS, *ADDRESSES):
        for scheme, port in (
            *(("http", 80), ("https", 443), ("https", 80), ("http", 443), ("https", 8443), ("http", 8443)),
            *(("tcp", 443), ("tcp", 80), ("http", 8080)),
        ):
            yield _line("GET", scheme, host, port, "/")
    yield from of_sni(vocabulary)
    for host in vocabulary.hosts:
        for target, port in vocabulary.ports.items():
            yield f"GET https://{host}/ to gateway-service:{port}"
            yield f"GET tcp://{host}:{port}/ to gateway-service:{port}"
            yield f"GET tcp://{host}:{port}/ past the sidecar to gateway-pod:{target}"
            yield f"GET https://{host}/ past the sidecar to gateway-pod:{target} sni {vocabulary.hosts[0]}"


def of_services(vocabulary: Vocabulary) -> Iterator[str]:
    """The generated Services of every namespace, spoken to as their ports declare and otherwise."""
    for namespace in vocabulary.namespaces:
        host = f"{SERVICE}.{namespace}.svc.cluster.local"
        for port in SERVICE_PORTS:
            for scheme in ("http", "https", "tcp"):
                yield _line("GET", scheme, host, port, "/")
            yield _line("POST", "http", host, port, "/b")
        for target in TARGETS:
            yield _line("GET", "http", f"{HEADLESS}.{namespace}.svc.cluster.local", target, "/")
            yield _line("GET", "tcp", f"{HEADLESS}.{namespace}.svc.cluster.local", target, "/")


def of_network(vocabulary: Vocabulary) -> Iterator[str]:
    """What passes the network by every way, from workloads and past their sidecars."""
    for host in (*vocabulary.hosts, *STRANGERS, *ADDRESSES):
        for scheme, port in (*USUAL_PORTS, ("http", 8080), ("https", 8443), ("http", 9000)):
            line = _line("GET", scheme, host, port, "/")
            yield line
            yield f"{line} past the sidecar"
    yield from (f"GET https://{GOOGLE}/{end}" for end in ("", " past the sidecar"))
    yield "GET http://169.254.169.254/computeMetadata/v1/"
    for host in vocabulary.hosts:
        for target, port in vocabulary.ports.items():
            yield f"GET http://{host}/ to gateway-service:{port}"
            yield f"GET http://{host}/ past the sidecar to gateway-pod:{target}"


def _pairs(vocabulary: Vocabulary) -> Iterator[tuple[str, str]]:
    hosts = (*vocabulary.hosts, *STRANGERS)
    yield from ((host, other) for host in hosts for other in hosts if host != other)


def _spelled(host: str) -> Iterator[str]:
    yield from (f"{host}:80", f"{host}:8080", f"{host.upper()}", f"{host}.", f"a.{host}")


def _line(method: str, scheme: str, host: str, port: int, path: str) -> str:
    usual = (scheme, port) in USUAL_PORTS
    return f"{method} {scheme}://{host}{'' if usual else f':{port}'}{path}"
