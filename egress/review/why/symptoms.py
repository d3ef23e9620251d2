"""What a person sees of a refusal, and what each means: the table of docs/why.md as data."""

from collections.abc import Mapping
from typing import NamedTuple

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control

PAGE = "docs/why.md"


class Symptom(NamedTuple):
    """One symptom, in words and by its place on the page."""

    words: str
    anchor: str
    curl_exits: tuple[int, ...] = ()


SYMPTOMS: Mapping[ClientSees, Symptom] = {
    ClientSees.SITE_ANSWER: Symptom(
        "the request reaches the site, and the answer is the site's own", "allowed"
    ),
    ClientSees.FORBIDDEN: Symptom("the gateway answers HTTP 403", "http-403"),
    ClientSees.BAD_REQUEST: Symptom("a proxy answers HTTP 400", "http-400"),
    ClientSees.PROXY_ANSWER: Symptom(
        "a proxy answers with a redirect or a page of its own", "answer-of-a-proxy"
    ),
    ClientSees.NOT_FOUND: Symptom("a proxy answers HTTP 404", "http-404"),
    ClientSees.BAD_GATEWAY: Symptom("the sidecar answers HTTP 502", "http-502"),
    ClientSees.UNAVAILABLE: Symptom("a proxy answers HTTP 503", "http-503"),
    ClientSees.RESET: Symptom("the connection is reset", "reset", (52, 56)),
    ClientSees.TLS_FAILURE: Symptom("the TLS handshake fails", "tls-failure", (35,)),
    ClientSees.TIME_OUT: Symptom("nobody answers, until the client gives up", "time-out", (28,)),
    ClientSees.NO_CONNECTION: Symptom("the connection is refused", "connection-refused", (7,)),
    ClientSees.NO_NAME: Symptom("the name does not resolve", "no-name", (6,)),
    ClientSees.WRONG_CERTIFICATE: Symptom(
        "the certificate is another host's", "certificate-of-another-host", (60, 51)
    ),
    ClientSees.UNDECIDED: Symptom("the input does not say enough to tell", "open"),
}
"""Of everything that a client can see; a test enumerates."""

CURL_EXITS: Mapping[int, ClientSees] = {
    code: seen for seen, symptom in SYMPTOMS.items() for code in symptom.curl_exits
}

CURL_WORDS: Mapping[int, str] = {
    0: "curl got an answer: its HTTP status says which",
    22: "curl --fail hides an HTTP status of 400 or more: ask for it with --write-out '%{http_code}'",
    **{code: SYMPTOMS[seen].words for code, seen in CURL_EXITS.items()},
}
"""What curl's exit codes mean here; any other is no refusal of this platform."""

PLAIN: Mapping[Control, str] = {
    Control.SOURCE: "nothing is known of the Pod that asks",
    Control.INJECTION: "nobody can tell which sidecar the Pod was given",
    Control.SIDECAR: "the Pod's own sidecar decides",
    Control.SIDECAR_SCOPE: "the Pod's sidecar has no route to the host: its namespace was not given one",
    Control.SIDECAR_REGISTRY: "the Pod's sidecar does not know the host, and lets no unknown host pass",
    Control.SIDECAR_ROUTE: "the Pod's sidecar knows the host, and no route of it takes this request",
    Control.SIDECAR_TLS: "what the Pod's sidecar speaks does not fit what it reaches",
    Control.MESH_CONFIG: "a setting of the whole mesh decides",
    Control.GATEWAY: "the egress gateway decides",
    Control.GATEWAY_LISTENER: "the egress gateway does not listen for this",
    Control.GATEWAY_IDENTITY: "the egress gateway does not accept the caller's identity for this host",
    Control.GATEWAY_PROTOCOL: "the egress gateway expects another protocol than the one that arrives",
    Control.GATEWAY_ROUTE: "the egress gateway has no route for this request",
    Control.GATEWAY_TLS: "what the egress gateway speaks does not fit the site",
    Control.AUTHORIZATION_POLICY: "the egress gateway knows who asks, and no grant covers this request",
    Control.INBOUND_SIDECAR: "the sidecar in front of the Pod that is reached refuses",
    Control.SERVICE: "the Service leads to no Pod that could answer",
    Control.NETWORK_POLICY: "NetworkPolicies keep the Pod from connecting",
    Control.NETWORK_POLICY_EGRESS: "the NetworkPolicies of the Pod's namespace do not let it connect there",
    Control.NETWORK_POLICY_INGRESS: "the NetworkPolicies at the target do not let the Pod in",
    Control.NETWORK_POLICY_DNS: "the NetworkPolicies do not let the Pod ask a name server",
    Control.VPC_FIREWALL: "the VPC's firewall stops what leaves the node around the gateway",
    Control.VPC_FIREWALL_INGRESS: "the VPC's firewall stops what arrives at the node",
    Control.ROUTE_AND_NAT: "the node has no route to the internet",
    Control.PRIVATE_DNS: "a private DNS zone answers for the name, or has no record of it",
    Control.RESPONSE_POLICY: "the VPC's DNS policy does not answer for the name",
    Control.METADATA_SERVER: "the node's metadata server decides",
}
"""Every control in plain words, as the one that refuses; a test enumerates."""
