"""Who asks, and whether anything changes: the conditions under which the policies judge a request."""

from egress.derived import gateway
from egress.derived.admission.known_fields import quoted
from egress.derived.admission.policy_objects import Operation

WRITES: tuple[Operation, ...] = ("CREATE", "UPDATE", "DELETE")

_VERB = (
    "(request.operation == 'CREATE' ? 'create' : request.operation == 'DELETE' ? 'delete' : "
    "request.operation == 'CONNECT' ? 'create' : 'update')"
)
OF_THE_PLATFORM = (
    f"authorizer.group('networking.istio.io').resource('gateways').namespace('{gateway.NAMESPACE}')"
    f".check({_VERB}).allowed()"
)
"""Whoever may do the same with the gateway's own objects; Kubernetes' namespace controller may delete them."""

SYSTEM_ACCOUNTS = ("kube-", "gke-", "gmp-", "istio-")
"""What the namespaces of Kubernetes', GKE's and Istio's own service accounts begin with."""

BY_A_TENANT = (
    "by-a-tenant",
    "!request.userInfo.username.startsWith('system:') || "
    "(request.userInfo.username.startsWith('system:serviceaccount:') && "
    f"!{quoted(SYSTEM_ACCOUNTS)}.exists(p, request.userInfo.username.startsWith('system:serviceaccount:' + p)))",
)
"""People, and service accounts that are neither Kubernetes', GKE's nor Istio's. Names with `system:` are reserved."""

_KEYS = " || ".join(
    f"(has(object.metadata.{words}) ? object.metadata.{words} : {{}}) != "
    f"(has(oldObject.metadata.{words}) ? oldObject.metadata.{words} : {{}})"
    for words in ("labels", "annotations")
)
SOMETHING_CHANGES = (
    "something-judged-changes",
    f"request.operation != 'UPDATE' || object.spec != oldObject.spec || {_KEYS}",
)
"""What nobody changes stays: controllers must be able to take finalizers off older objects."""
