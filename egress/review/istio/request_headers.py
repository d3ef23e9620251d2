"""What a proxy sees of a request's headers: pseudo headers, the client's own, and those that proxies set."""

from enum import Enum, auto

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.paths import normalized
from egress.review.request import Request


class _Unread(Enum):
    SET_BY_A_PROXY = auto()


SET_BY_A_PROXY = _Unread.SET_BY_A_PROXY
"""A header that is there for certain, with a value that nobody can tell."""

Header = str | _Unread | None

ALWAYS_THERE = frozenset({"x-request-id", "x-forwarded-proto"})
"""Every proxy sets them before it looks at routes and policies."""

SET = ALWAYS_THERE | {
    *("x-forwarded-for", "x-forwarded-client-cert", "x-forwarded-host", "x-forwarded-port"),
    *("traceparent", "tracestate", "x-b3-traceid", "x-b3-spanid", "x-b3-sampled", "x-b3-parentspanid"),
    *("connection", "content-length", "transfer-encoding", "te", "upgrade", "expect", "user-agent", "accept"),
}
"""What a proxy, or the client's own library, sets, changes or takes away."""


def seen(request: Request, name: str) -> Header:
    """The value of a header at a proxy; None where it is not there. Raises Undecided where nobody can tell."""
    match name.lower():
        case ":authority" | "host":
            return request.name_asked
        case ":method":
            return request.method
        case ":path":
            return normalized(request.path)
        case ":scheme":
            if "x-forwarded-proto" in request.headers:
                raise Undecided(Reason(Why.HEADER_SET_BY_PROXY, header="x-forwarded-proto"))
            return request.scheme
        case folded if folded.startswith("x-envoy-") or folded in SET:
            return _set_by_proxies(request, folded)
        case folded:
            return request.headers.get(folded)


def _set_by_proxies(request: Request, name: str) -> Header:
    if name in ("user-agent", "accept"):
        # What a client sends without being told; a value of its own stays.
        if name in request.headers:
            return request.headers[name]
    elif name in ALWAYS_THERE:
        return SET_BY_A_PROXY
    raise Undecided(Reason(Why.HEADER_SET_BY_PROXY, header=name))
