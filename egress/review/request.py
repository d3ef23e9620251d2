"""The question: who asks for what, and how it is dialled."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any, Literal
from urllib.parse import urlsplit

from egress.review.decision.reason import Reason, Why
from egress.review.errors import ReviewError
from egress.review.paths import normalized, readable

Scheme = Literal["http", "https", "tcp"]
"""`tcp` stands for bytes that are neither HTTP nor TLS."""
DEFAULT_PORT: Mapping[str, int] = {"http": 80, "https": 443}
MAX_PORT = 65535
METHODS = frozenset(
    {
        *("ACL", "BIND", "CHECKOUT", "CONNECT", "COPY", "DELETE", "GET", "HEAD", "LINK", "LOCK", "MERGE"),
        *("MKACTIVITY", "MKCALENDAR", "MKCOL", "MOVE", "MSEARCH", "NOTIFY", "OPTIONS", "PATCH", "POST"),
        *("PROPFIND", "PROPPATCH", "PURGE", "PUT", "REBIND", "REPORT", "SEARCH", "SOURCE", "SUBSCRIBE"),
        *("TRACE", "UNBIND", "UNLINK", "UNLOCK", "UNSUBSCRIBE"),
    }
)
"""The methods that Envoy reads; it answers every other one, and every one in small letters, with 400."""
SCHEMES: Mapping[str, Scheme] = {"http": "http", "https": "https", "tcp": "tcp"}


@dataclass(frozen=True, kw_only=True)
class Dial:
    """A Service or Pod of the cluster that is addressed in place of the host's own address."""

    kind: Literal["service", "pod"]
    namespace: str
    name: str
    port: int


class OwnTls(Enum):
    """What a Pod without a proxy shows in a TLS of its own."""

    MESH_CERTIFICATE = auto()
    NO_CERTIFICATE = auto()


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request. `source` is NAMESPACE/WORKLOAD or NAMESPACE/sa/NAME; `host` may carry a port."""

    source: str
    scheme: Scheme
    host: str
    port: int
    path: str = "/"
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    authority: str = ""
    """The Host header (http) or SNI (https) where it is not the host."""
    dial: Dial | None = None
    sidecar: bool | None = None
    """False without a proxy, True with one; None as the workload is deployed."""
    own_tls: OwnTls | None = None
    """TLS that a Pod without a proxy speaks to the gateway itself, around the request."""
    own_sni: str = ""
    """The SNI of that TLS."""

    @property
    def name_asked(self) -> str:
        """What the client puts into Host or SNI."""
        if self.authority:
            return self.authority
        return self.host if self.port == DEFAULT_PORT.get(self.scheme) else f"{self.host}:{self.port}"

    @property
    def unreadable(self) -> Reason | None:
        """Why a proxy that reads requests answers this one with 400; None where it does not."""
        if self.method not in METHODS:
            return Reason(Why.METHOD_REFUSED, method=self.method)
        return None if readable(self.path) else Reason(Why.PATH_REFUSED)

    @property
    def normalized(self) -> "Request":
        """The request as a proxy that has read it sends it on."""
        path = normalized(self.path)
        return self if path == self.path else replace(self, path=path)

    @property
    def sni(self) -> str:
        """The SNI of an https request: the name asked, without port and final dot, in lower case."""
        return (self.authority or self.host).partition(":")[0].lower().removesuffix(".")


def parse_request(
    *,
    source: str,
    url: str,
    method: str = "GET",
    headers: Mapping[str, str] | None = None,
    dial: str | None = None,
    sidecar: bool | None = None,
) -> Request:
    """Build a request from a URL. Raises ReviewError for anything that is not one."""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
    except ValueError as error:
        raise ReviewError(f"--to {url}: {error}") from error
    scheme = parts.scheme
    if scheme not in SCHEMES:
        raise ReviewError(
            f"--to {url}: the scheme must be http, https or tcp, for example https://example.com/a"
        )
    try:
        port = parts.port
    except ValueError as error:
        raise ReviewError(f"--to {url}: {error}") from error
    if scheme == "tcp" and port is None:
        raise ReviewError(f"--to {url}: tcp has no port of its own, for example tcp://db.example.com:5432")
    if not parts.hostname:
        raise ReviewError(f"--to {url}: no host in it, for example https://example.com/a")
    if source.count("/") not in (1, 2) or (source.count("/") == 2 and source.split("/")[1] != "sa"):
        raise ReviewError(f"--from {source}: must be NAMESPACE/WORKLOAD or NAMESPACE/sa/SERVICE-ACCOUNT")
    given = {key.lower(): value for key, value in (headers or {}).items()}
    return Request(
        source=source,
        scheme=SCHEMES[scheme],
        host=parts.hostname,
        port=port if port is not None else DEFAULT_PORT.get(scheme, 0),
        path=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        method=method,
        headers={key: value for key, value in given.items() if key != "host"},
        authority=given.get("host", ""),
        dial=parse_dial(dial) if dial else None,
        sidecar=sidecar,
    )


def parse_dial(text: str) -> Dial:
    """Read `service:NAMESPACE/NAME:PORT` or `pod:NAMESPACE/NAME:PORT`. Raises ReviewError."""
    kind, _, rest = text.partition(":")
    place, _, port = rest.rpartition(":")
    namespace, _, name = place.partition("/")
    if kind not in ("service", "pod") or not namespace or not name or not port.isdigit():
        raise ReviewError(
            f"--dial {text}: must be service:NAMESPACE/NAME:PORT or pod:NAMESPACE/NAME:PORT, "
            "for example service:istio-egress/istio-egressgateway:443"
        )
    if not 0 < int(port) <= MAX_PORT:
        raise ReviewError(f"--dial {text}: {port} is no port")
    return Dial(
        kind="service" if kind == "service" else "pod", namespace=namespace, name=name, port=int(port)
    )


def request_from_json(document: Mapping[str, Any]) -> Request:
    """One line of a requests file: the option names of `evaluate` as keys."""
    known = {"from", "to", "method", "headers", "dial", "without-sidecar"}
    unknown = sorted(set(document) - known)
    if unknown:
        raise ReviewError(
            f"a request has the unknown key {unknown[0]!r}; known are {', '.join(sorted(known))}"
        )
    missing = sorted({"from", "to"} - set(document))
    if missing:
        raise ReviewError(f"a request lacks {missing[0]!r}")
    for key in ("from", "to", "method", "dial"):
        value = document.get(key)
        if not isinstance(value, str) and (value is not None or key in ("from", "to")):
            raise ReviewError(f"{key}: {document[key]!r:.60} is no text")
    headers = document.get("headers") or {}
    if not isinstance(headers, Mapping) or not all(isinstance(one, str) for one in headers.values()):
        raise ReviewError(f"headers: {headers!r:.60} is no map of texts")
    return parse_request(
        source=document["from"],
        url=document["to"],
        method=document.get("method") or "GET",
        headers=headers,
        dial=document.get("dial"),
        sidecar=False if document.get("without-sidecar") else None,
    )
