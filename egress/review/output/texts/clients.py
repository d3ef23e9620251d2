"""What a client sees, as text."""

from collections.abc import Mapping

from egress.review.answer import Answer, Verdict
from egress.review.decision.client import ClientSees

TEXTS: Mapping[ClientSees, str] = {
    ClientSees.SITE_ANSWER: "the site's own answer",
    ClientSees.BAD_REQUEST: "HTTP 400",
    ClientSees.PROXY_ANSWER: "a redirect or page of the proxy itself",
    ClientSees.FORBIDDEN: "HTTP 403",
    ClientSees.NOT_FOUND: "HTTP 404",
    ClientSees.BAD_GATEWAY: "HTTP 502",
    ClientSees.UNAVAILABLE: "HTTP 503",
    ClientSees.TLS_FAILURE: "TLS failure (curl exit 35)",
    ClientSees.RESET: "connection reset (curl exit 52 or 56)",
    ClientSees.NO_CONNECTION: "connection refused (curl exit 7)",
    ClientSees.TIME_OUT: "time-out (curl exit 28)",
    ClientSees.NO_NAME: "the name does not resolve (curl exit 6)",
    ClientSees.WRONG_CERTIFICATE: "certificate of another host (curl exit 60)",
    ClientSees.UNDECIDED: "not decided",
}


def client_text(answer: Answer) -> str:
    """What the client sees of an answer; a conditional one's refusals."""
    text = TEXTS[answer.client]
    return f"{text} unless allowed" if answer.verdict is Verdict.CONDITIONAL else text
