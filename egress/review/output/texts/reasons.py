"""The text of every reason."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from egress.review.decision.reason import Reason, Why
from egress.review.decision.security import Security

SHOWN = 3
"""So many policies are named where none of them lets a connection pass."""


def reason_text(reason: Reason) -> str:
    """A reason as a person reads it."""
    why = reason.why
    facts = {
        name: fact if fact.__class__ is str else _fact(why, name, fact) for name, fact in reason.facts.items()
    }
    return TEXTS[why].format_map(facts)


def left_out_text(left_out: Iterable[Reason]) -> str:
    """What a sidecar does not see."""
    return " and ".join(map(reason_text, left_out))


def _fact(why: Why, name: str, fact: object) -> str:
    if isinstance(fact, Reason):
        return reason_text(fact)
    if why is Why.NOT_UNDERSTOOD and isinstance(fact, int):
        return f" (and {fact} more)"
    if isinstance(fact, tuple):
        parts = [_fact(why, name, part) for part in fact]
        return JOINED.get(why, ", ".join)(parts)
    if isinstance(fact, Security):
        return SECURITY[fact]
    return ABSENT.get((why, name), "") if fact is None else str(fact)


def _some(parts: Sequence[str]) -> str:
    return ", ".join(parts[:SHOWN]) + (", ..." if len(parts) > SHOWN else "")


JOINED: Mapping[Why, Callable[[Sequence[str]], str]] = {
    Why.NOT_CAPTURED: " and ".join,
    Why.NO_POLICY_LETS_OUT: _some,
    Why.NO_POLICY_LETS_IN: _some,
    Why.RULES_DIFFER: " and ".join,
    Why.CERTIFICATE_OF_ANOTHER: " or ".join,
}
"""How the several facts of one name are written; a comma stands between them elsewhere."""

SECURITY: Mapping[Security, str] = {
    Security.PLAIN: "plain",
    Security.APPLICATION_TLS: "application TLS",
    Security.MESH_MTLS: "mesh mTLS",
    Security.ORIGINATED_TLS: "originated TLS",
}

ABSENT: Mapping[tuple[Why, str], str] = {
    (Why.NO_POLICY_MATCHES, "caller"): "a caller without identity",
    (Why.NO_SERVER_FOR_SNI, "sni"): "none",
    (Why.ALL_BUT, "ranges"): "nothing",
}
"""What is written for a fact that is None."""

TEXTS: Mapping[Why, str] = {
    Why.NOT_UNDERSTOOD: "{field} is not understood, and may decide{more}",
    # The sender and its sidecar
    Why.HOST_NETWORK: "the Pod uses the host's network",
    Why.NO_NAMESPACE: "the input lacks the Namespace {namespace}: whether it asks for sidecars is not known",
    Why.REVISION_OPEN: "no control plane of the input serves the revision {revision} (it has {served}); a tag may",
    Why.SIDECAR_CHANGED: "{by} changes the injected sidecar: what it still captures is not known",
    Why.NO_SIDECAR: "no sidecar: nothing is imposed on the Pod",
    Why.NOT_CAPTURED: "the sidecar does not see {left_out}",
    Why.EVERYTHING_OF_USER: "everything that runs as user {user}, the sidecar's own",
    Why.ONE_PORT: "port {port}",
    Why.PORTS: "ports {ports}",
    Why.ADDRESSES: "{ranges}",
    Why.ALL_BUT: "everything but {ranges}",
    Why.CAPTURE_OPEN: "whether {ranges} holds what is dialled decides if the sidecar sees it",
    Why.OWN_NAMES: "{pod} resolves names in a way of its own",
    Why.IPV6: "where packets to the IPv6 address {host} go is not modelled",
    Why.OWN_POD: "{host} is the Pod itself: no packet leaves it",
    Why.ADDRESS_TAKEN_BY_NODES: "the nodes may take {address} for the Service {host}: where it leads is not known",
    Why.RECORD_OPEN: "what the record of {host} answers is not known",
    Why.TOKEN_UNCHECKED: "whether the token of the request is valid is not known, and the proxy checks it",
    Why.POD_NAME_OPEN: "whether {host} is the name of a Pod, and of which, is not known",
    Why.HOST_NOT_KNOWN: "the host is none that this proxy knows on port {port}",
    Why.NO_LISTENER_FOR_POD: "no listener for a Pod's port {port}",
    Why.NO_LISTENER_FOR_SNI: "no listener on port {port} takes this SNI",
    Why.NO_LISTENER_FOR_HTTP: "no listener on port {port} takes plain HTTP",
    Why.REGISTRY_ONLY: "{because}, and the outbound policy is REGISTRY_ONLY",
    Why.ALLOW_ANY: "{because}, but the outbound policy is ALLOW_ANY: straight to the address that was dialled",
    Why.OUTBOUND_POLICY_ASSUMED: "the outbound policy is taken to be Istio's default",
    Why.BOUND_ADDRESSES_OPEN: "whether {host} resolves to {addresses} decides on its listener",
    Why.SNI_ROUTE_WITH_ADDRESSES: "a route by SNI for a ServiceEntry with addresses is not modelled",
    Why.ROUTE_WITHOUT_PROTOCOL: "{route} routes {host}, whose port {port} states no protocol",
    Why.SERVICE_LISTENER: "the listener of {host}:{port} takes any connection to that Service",
    Why.STRAIGHT_TO_SITE: "{host} is registered and no VirtualService routes it: straight to the site",
    Why.STRAIGHT_TO_PODS: "{host} is registered and no VirtualService routes it: straight to its Pods",
    Why.ROUTE_VISIBLE: "{route} is visible",
    # Routes and what a proxy speaks
    Why.NO_ROUTE_TAKES: "no route of {route} takes this request",
    Why.ANSWERED_BY_PROXY: "the proxy answers itself: {field} of {route}",
    Why.NO_DESTINATION: "a route of {route} names no destination",
    Why.SEVERAL_DESTINATIONS: "{route} splits requests over several destinations",
    Why.HEADER_SET_BY_PROXY: "the header {header} is compared, which proxies set: its value is not known",
    Why.PATH_REFUSED: "a proxy that reads requests answers this path with 400",
    Why.METHOD_REFUSED: "a proxy that reads requests answers the method {method} with 400",
    Why.METHOD_BESIDE_BYTES: "port {port} also takes bytes, and {method} is no method that a proxy knows",
    Why.MATCH_NOT_MODELLED: "a route matches on {key!r}, which is not modelled",
    Why.COMPARISON_NOT_MODELLED: "a route matches by {kind!r}, which is not modelled",
    Why.ENCODED_QUERY: "a route matches on query parameters, and those of the request are encoded",
    Why.REGULAR_EXPRESSION: "a route matches by the regular expression {pattern!r}: {error}",
    Why.SERVICE_NOT_GIVEN: "routes to {host}; the input holds no Service of the namespace {namespace}: "
    "whether it is there is not known",
    Why.REWRITTEN_NAME_IN_TLS: "the route rewrites the Host, and which of the two names the proxy's own TLS asks for "
    "is not known; state sni in the DestinationRule",
    Why.HOST_NOT_REGISTERED: "routes to {host}, which is in no registry that this proxy sees",
    Why.PORT_NOT_REGISTERED: "routes to port {port} of {host}, which has no such port",
    Why.NO_SUCH_SUBSET: "routes to subset {subset} of {host}: {rule} has no such subset",
    Why.SUBSET_WITHOUT_RULE: "routes to subset {subset} of {host}: no DestinationRule for it is visible",
    Why.DYNAMIC_DNS_WITHOUT_HTTP: "{host} has resolution DYNAMIC_DNS, which a gateway follows for HTTP alone",
    Why.NO_SUCH_SERVICE: "no Service has the name {host}",
    Why.CLUSTER_REJECTED: "Envoy takes no cluster of {host}: DYNAMIC_DNS with HTTP/2",
    Why.POLICY_OF_THE_ENTRY: "{policy} decides at the sidecar on connections to {host} (DYNAMIC_DNS)",
    Why.TLS_MODE_UNKNOWN: "the TLS mode {mode} of the destination is unknown",
    Why.ROUTED: "to {host}:{port}",
    Why.SPEAKS: "speaks {security}, SNI {sni} ({mode})",
    Why.SPEAKS_WITHOUT_SNI: "speaks {security} ({mode})",
    Why.TO_THE_DIALLED_ADDRESS: "to whatever address was dialled (loadBalancer PASSTHROUGH)",
    Why.PODS_MARKED_FOR_MTLS: "{rule} marks Pods for mTLS, with a sidecar or not",
    Why.ENDPOINT_IS_SOCKET: "an endpoint of {host} is a socket of the proxy's own",
    Why.NO_ENDPOINT: "no endpoint",
    Why.ORIGINAL_DESTINATION_IS_GATEWAY: "its original destination is the gateway itself",
    Why.ROUTES_TO_ITSELF: "{pod} routes to itself",
    Why.AUTO_MTLS: "speaks mesh mTLS by itself, since the Pod has a sidecar",
    Why.NOT_AMONG_SUBJECT_ALT_NAMES: "{principal} is not among the subjectAltNames",
    # The gateway
    Why.NO_LISTENER: "no listener on port {port}: {because}",
    Why.PRIVILEGED_PORT: "port {port} is privileged and the Pod is not",
    Why.HOST_TAKEN: "host {host} is taken on port {port} by an older server",
    Why.PROTOCOL_TAKEN: "port {port} speaks {protocol} by an older server",
    Why.NO_SERVER: "no Gateway has a server there",
    Why.SERVER_WITHOUT_ROUTE: "no VirtualService has a {kind} route for its server {number}",
    Why.TLS_EXPECTED: "port {port} expects TLS ({mode}), plain text arrives",
    Why.HTTP_EXPECTED: "port {port} expects plain HTTP, TLS arrives",
    Why.NOBODY_IDENTIFIED: "port {port}, plain HTTP: nobody is identified",
    Why.PASSED_THROUGH: "port {port} passes TLS through by SNI {sni}: nobody is identified",
    Why.CALLER_IDENTIFIED: "port {port}, mesh mTLS: the caller is {principal}",
    Why.NO_SERVER_FOR_SNI: "no server on port {port} takes SNI {sni}",
    Why.NOT_ALLOWED_BY_SERVER: "{principal} is not among the server's subjectAltNames",
    Why.NO_HTTP_ARRIVES: "port {port} reads HTTP, and the bytes that arrive are none",
    Why.HANDSHAKE_INSIDE_MTLS: "port {port} reads HTTP, a TLS handshake arrives inside the mTLS",
    Why.CERTIFICATE_WANTED: "port {port} asks for a mesh certificate, the caller has none",
    Why.SERVER_NOT_MODELLED: "a {protocol} server without TLS is not modelled",
    Why.SERVER_CERTIFICATES: "the certificates of a server with tls.mode {mode} are not in the input",
    Why.TAKEN_WITHOUT_ROUTE: "a server without a route took the connection",
    Why.NO_ROUTE_AT_PORT: "no route of {route} takes this request on port {port}",
    Why.HOST_NOT_ROUTED: "no VirtualService of {server} has the host {host}",
    # AuthorizationPolicies
    Why.POLICY_DENIES: "{policy} denies it",
    Why.POLICY_ALLOWS: "{policy} allows it",
    Why.NO_ALLOW_POLICY: "no ALLOW policy selects the Pod: everything is let through",
    Why.NO_POLICY_MATCHES: "no policy allows it: none of {count} ALLOW policies matches {caller} on port {port}",
    Why.TOKEN_OPEN: "{policy} asks for a token's content, and which token the caller has is not known",
    Why.CONDITION_NOT_MODELLED: "the condition on {key!r} is not modelled",
    Why.CALLERS_ADDRESS_OPEN: "the caller's address decides ({ranges})",
    Why.SELECTOR_OPERATOR: "the selector's operator {operator!r} is unknown",
    # A Pod and its sidecar
    Why.NO_SERVICE_PORT: "{host} has no port {port}",
    Why.SELECTS_NO_PODS: "{host} selects no Pods",
    Why.SUBSET_SELECTS_NO_PODS: "{host} selects no Pods of the subset",
    Why.SELECTS_SEVERAL_WORKLOADS: "{host} selects several workloads",
    Why.NO_CONTAINER_PORT: "{pod} names no container port that {host} leads to",
    Why.SERVICE_PORT: "{host}:{port} is port {number} of its Pods",
    Why.FOREIGN_ENDPOINTS: "{host} has an EndpointSlice of its own beside its selector: where it leads is not known",
    Why.LISTENER_REJECTED: "Envoy rejects a listener with the SNI {host} (no dot after the star): the rest is open",
    Why.NO_SELECTOR: "{host} has no selector: its endpoints are not in the input",
    Why.NO_PODS_SHOWN: "the input shows no Pods of {namespace}",
    Why.POD_WITHOUT_SIDECAR: "no sidecar",
    Why.PORT_NOT_CAPTURED: "port {port} is excluded from its sidecar",
    Why.NOTHING_ASKED: "{because}: nothing is asked",
    Why.NO_CERTIFICATE_TO_ANSWER: "{because}: the application has no mesh certificate to answer mTLS with",
    Why.READS_HTTP_TLS_ARRIVES: "port {port} reads plain HTTP, TLS arrives ({mode})",
    Why.PASSES_MTLS_ON: "port {port} passes mTLS on to the application, which cannot answer it ({mode})",
    Why.TAKES_MTLS_ALONE: "port {port} takes mesh mTLS alone, plain text arrives ({mode})",
    Why.MESH_CERTIFICATE_WANTED: "port {port} asks for a mesh certificate, the caller has none ({mode})",
    Why.READS_HTTP_NO_CERTIFICATE: "port {port} reads HTTP, TLS without a mesh certificate arrives ({mode})",
    Why.READS_HTTP_HANDSHAKE_INSIDE: "port {port} reads HTTP, a TLS handshake arrives inside the mTLS ({mode})",
    Why.TAKES_ANY_BYTES: "port {port} takes any bytes ({mode})",
    Why.TAKES_PLAIN_TEXT: "port {port} takes plain text: nobody is identified ({mode})",
    Why.TAKES_TLS_AS_BYTES: "port {port} takes TLS as any bytes: nobody is identified ({mode})",
    Why.TAKES_MTLS: "port {port} takes mesh mTLS: the caller is {principal} ({mode})",
    Why.MODE_BY_DEFAULT: "{mode}, Istio's default",
    Why.MODE_STATED: "{mode} by {policy}",
    # NetworkPolicies
    Why.NOT_ISOLATED_EGRESS: "no policy isolates {pod} for egress",
    Why.NOT_ISOLATED_INGRESS: "no policy isolates {pod} for ingress",
    Why.PEER_NAMED: "{policy} names {peer}",
    Why.NO_POLICY_LETS_OUT: "none of {count} policies ({policies}) lets {pod} connect to {peer} on port {port}",
    Why.NO_POLICY_LETS_IN: "none of {count} policies ({policies}) lets {pod} be reached from {peer} on port {port}",
    Why.POLICIES_DO_NOT_COVER: "{pod} uses the host's network, which policies do not cover",
    Why.BLOCKS_OPEN: "{peer} may lie inside or outside of the ipBlocks",
    Why.BLOCK_COVERS_PODS: "an ipBlock covers Pods, which data planes judge differently: state the cluster",
    Why.PORT_NAME_UNKNOWN: "{pod} names no container port {port!r}",
    # The VPC
    Why.NO_VPC: "no VPC is in the input",
    Why.NOT_OFF_THE_NODE: "{peer} does not leave the node",
    Why.GKE_RULE: "GKE's own rule lets the cluster's Pods reach each other",
    Why.INGRESS_DENIED: "{rule} denies it",
    Why.IMPLIED_ALLOW: "no rule covers {peer} on port {port}: the implied rule allows egress",
    Why.RULE_ALLOWS: "{rule} allows {peer} on port {port}",
    Why.RULE_DENIES: "{rule} denies {peer} on port {port}",
    Why.RULES_DIFFER: "{rules} differ on parts of {peer} on port {port}",
    Why.NO_POOL: "no node pool takes these Pods",
    Why.POOLS_DIFFER: "the Pods may run in several pools ({pools}), which the firewall treats differently",
    Why.ON_THE_NODE: "{addresses} is on the node",
    Why.IN_THE_SUBNET: "{addresses} is in the subnet",
    Why.PRIVATE_ACCESS_ON: "Private Google Access is on",
    Why.PRIVATE_ACCESS_OFF: "Private Google Access is off in the subnet",
    Why.NO_DEFAULT_ROUTE: "the network has no default route",
    Why.PUBLIC_NODES: "the nodes have addresses of their own",
    Why.NO_CLOUD_NAT: "no Cloud NAT serves the subnet and the nodes are private",
    Why.CLOUD_NAT: "Cloud NAT",
    Why.NOBODYS_ADDRESS: "{addresses} is an address of nobody",
    Why.NAME_ANSWERED: "the name is answered with {addresses} here, and asked nowhere",
    Why.NAME_NOT_ANSWERED: "the name has no address here, and is asked nowhere",
    Why.NAME_LET_THROUGH: "the name may be asked outside",
    Why.NAME_HERE: "the name is {addresses} here",
    Why.NO_RECORD: "{zone} is a private zone without a record for the name",
    # The site
    Why.NOT_LISTENING: "it does not listen on port {port}",
    Why.SITE_HAS_NO_MESH_CERTIFICATE: "a site outside has no mesh certificate",
    Why.CERTIFICATE_OF_ANOTHER: "the certificate of {host} does not carry {verified}",
    Why.SITE_SPEAKS_PLAIN: "{host} speaks plain text on port {port}, and answers no TLS handshake",
}
