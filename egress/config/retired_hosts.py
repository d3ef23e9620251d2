"""Hosts that Istio switches off, refused wherever a configuration could name one."""

RETIRED_HOSTS = ("gcr.io/istio-release", "registry.istio.io", "istio-release.storage.googleapis.com")
"""Where Istio published until 1.30, switched off in December 2026 (istio.io, "Retirement of GCP hosting")."""


def not_retired(value: object) -> object:
    """Refuse a registry that is switched off, with the way out."""
    if isinstance(value, str) and value.startswith(RETIRED_HOSTS):
        raise ValueError(
            "Istio switches this registry off in December 2026: leave it out, and the nodes pull Istio's images from "
            "the mirror that foundation makes (mesh.mirror)"
        )
    return value
