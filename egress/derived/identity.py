"""Workload identities as Istio writes them.

Source: istio.io, "SPIFFE" (spiffe://TRUST_DOMAIN/ns/NAMESPACE/sa/SERVICE_ACCOUNT).
"""


def principal(trust_domain: str, namespace: str, name: str) -> str:
    """As an AuthorizationPolicy compares it: without `spiffe://`, which would match nothing."""
    return f"{trust_domain}/ns/{namespace}/sa/{name}"


def spiffe_id(trust_domain: str, namespace: str, name: str) -> str:
    """As a certificate carries it and a Gateway server's `subjectAltNames` compare it."""
    return f"spiffe://{principal(trust_domain, namespace, name)}"
