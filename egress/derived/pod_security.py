"""Pod Security Admission: the namespace labels that make the API server hold Pods to a standard.

Source: kubernetes.io, "Pod Security Admission" and "Pod Security Standards".
"""

from typing import Literal

ENFORCE = "pod-security.kubernetes.io/enforce"
REASON = "secure-egress/pod-security-reason"
"""The namespace annotation that says why a team is held to less than the platform's standard."""

Level = Literal["restricted", "baseline"]


def pod_security_labels(level: Level | None) -> dict[str, str]:
    """Labels of a namespace held to a standard; none where it is not."""
    return {ENFORCE: level, f"{ENFORCE}-version": "latest"} if level else {}
