"""A request and the line that names it in tables and reports.

GET http://example.com/
GET http://example.com/status/418 Host: example.com:80
GET http://example.com:8080/ header x-team=y header x-forwarded-for=192.0.2.7
GET https://example.com/ past the sidecar
GET https://example.com/ to gateway-pod:8443
GET http://example.com/ to gateway-pod:8080 with mesh certificate sni outbound_.80_._.example.com
GET https://example.com/ sni www.example.com
GET tcp://db.example.com:5432/
"""

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from egress.proof.errors import ProofError

_LINE = re.compile(
    r"(?P<method>[!#$%&'*+.^_`|~0-9A-Za-z-]+) (?P<url>(?:https?|tcp)://\S+)"
    r"(?: Host: (?P<host>\S+))?"
    r"(?P<headers>(?: header [^\s=]+=\S*)*)"
    r"(?P<past> past the sidecar)?"
    r"(?: to (?P<to>[a-z0-9./-]+):(?P<port>\d+))?"
    r"(?: with (?P<with>mesh certificate|no certificate))?"
    r"(?: sni (?P<sni>\S+))?"
)

GATEWAY_POD = "gateway-pod"
GATEWAY_SERVICE = "gateway-service"
DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, kw_only=True)
class ProofRequest:
    """One HTTP request, plain or in TLS; with the scheme `tcp` bytes that are neither HTTP nor TLS."""

    method: str = "GET"
    url: str
    host: str = ""
    """A Host header other than the URL's."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers."""
    past_sidecar: bool = False
    """Whether the sender evades its sidecar's redirect (what a process with the proxy's user id can do)."""
    to: str = ""
    """Where to connect instead of the URL's host: `gateway-pod`, `gateway-service` or `namespace/pod`."""
    port: int = 0
    """The port there."""
    mesh_tls: bool | None = None
    """For `to`: mutual TLS with the sender's mesh certificate (True), TLS without one (False)."""
    sni: str = ""
    """An SNI other than the URL's host."""

    def __str__(self) -> str:
        parts = [f"{self.method} {self.url}"]
        parts += [f"Host: {self.host}"] if self.host else []
        parts += [f"header {name}={value}" for name, value in self.headers]
        parts += ["past the sidecar"] if self.past_sidecar else []
        parts += [f"to {self.to}:{self.port}"] if self.to else []
        if self.mesh_tls is not None:
            parts.append("with mesh certificate" if self.mesh_tls else "with no certificate")
        parts += [f"sni {self.sni}"] if self.sni else []
        return " ".join(parts)

    @property
    def scheme(self) -> str:
        """`http`, `https` or `tcp`."""
        return urlsplit(self.url).scheme

    @property
    def name(self) -> str:
        """The URL's host."""
        return urlsplit(self.url).hostname or ""

    @property
    def path(self) -> str:
        """The URL's path and query, untouched."""
        return "/" + self.url.split("://", 1)[1].partition("/")[2]

    @property
    def url_port(self) -> int:
        """The URL's port."""
        return urlsplit(self.url).port or DEFAULT_PORTS.get(self.scheme, 0)

    @property
    def authority(self) -> str:
        """The Host header: the stated one, else the URL's host, with its port where that is not the scheme's."""
        if self.host:
            return self.host
        return (
            self.name if self.url_port == DEFAULT_PORTS.get(self.scheme) else f"{self.name}:{self.url_port}"
        )


def parse(line: str) -> ProofRequest:
    """Read a request's line; raise ProofError where it is none."""
    found = _LINE.fullmatch(line.strip())
    if found is None:
        raise ProofError(f"not a request: {line!r}; expected such as 'GET http://example.com/'")
    tls = found["with"]
    request = ProofRequest(
        method=found["method"],
        url=found["url"],
        host=found["host"] or "",
        headers=tuple(_header(text) for text in found["headers"].split(" header ")[1:]),
        past_sidecar=bool(found["past"]),
        to=found["to"] or "",
        port=int(found["port"] or 0),
        mesh_tls=None if tls is None else tls == "mesh certificate",
        sni=found["sni"] or "",
    )
    if request.scheme == "tcp" and not request.url_port:
        raise ProofError(f"not a request: {line!r}; tcp has no port of its own: tcp://db.example.com:5432/")
    return request


def _header(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value
