"""What follows from the choice of the mesh's control plane."""

from egress.config.platform import Platform


def injection_label(platform: Platform) -> dict[str, str]:
    """The namespace label that asks for sidecars (the tutorial's istio.io/rev=REVISION)."""
    return {"istio.io/rev": platform.mesh.revision}


def trust_domain(platform: Platform) -> str:  # noqa: ARG001 - the managed control plane's follows the project
    """The first part of every workload identity."""
    return "cluster.local"


def has_istiod(platform: Platform) -> bool:  # noqa: ARG001 - the managed control plane has none
    """Whether istiod runs in the cluster."""
    return True
