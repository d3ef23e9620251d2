"""The domains of labels and annotations that the platform lets teams write."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.source.problem import Path, Problem

INFRASTRUCTURE = (
    "cilium.io",
    "cncf.io",
    "gke.io",
    "google.com",
    "istio.io",
    "k8s.io",
    "kubernetes.io",
    "multus-cni.io",
    "projectcalico.org",
)
"""Domains whose keys Kubernetes, GKE, the data planes and the mesh read. Admission lists those that may be written."""


def metadata_domains_are_nobodys_infrastructure(draft: Draft) -> Iterator[Problem]:
    """A domain that the cluster itself reads would open what its keys do; one named twice was meant to be another."""
    platform = draft.sound_platform
    domains = platform.tenants.metadata_domains if platform else ()
    for position, domain in enumerate(domains):
        place: Path = ("tenants", "metadata_domains", position)
        read = next((each for each in INFRASTRUCTURE if domain == each or domain.endswith(f".{each}")), None)
        if read:
            yield draft.platform.problem(
                place, f"the cluster reads keys of {read}, and teams would command it with them: take it away"
            )
        elif domain in domains[:position]:
            yield draft.platform.problem(place, "this domain stands here already: take it away")
