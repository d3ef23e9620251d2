"""Workloads: names, ports and images that work in a meshed namespace behind the firewall."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.derived.admission.injected import PROXY_USER
from egress.source.problem import Problem

SIDECAR_PORTS = frozenset({15000, 15001, 15002, 15004, 15006, 15008, 15009, 15020, 15021, 15053, 15090})
"""Ports a sidecar uses itself (Istio, "Application Requirements", ports used by Istio)."""

REGISTRIES = ("gcr.io", "pkg.dev")


def workload_ports_are_free(draft: Draft) -> Iterator[Problem]:
    """A port of the sidecar cannot be the application's."""
    for team in draft.teams.values():
        for name, workload in team.team.workloads.items():
            if workload.port in SIDECAR_PORTS:
                message = "the sidecar listens on this port itself: take another"
                yield team.file.problem(("workloads", name, "port"), message)


def workloads_run_as_users_of_their_own(draft: Draft) -> Iterator[Problem]:
    """The sidecar's user passes the sidecar by."""
    for team in draft.teams.values():
        for name, workload in team.team.workloads.items():
            if workload.user == PROXY_USER:
                message = "this is the sidecar's own user, whose connections are not captured: take another"
                yield team.file.problem(("workloads", name, "user"), message)


def images_can_be_pulled(draft: Draft) -> Iterator[Problem]:
    """Application nodes reach Google's registries alone; any other image would wait for ever."""
    for team in draft.teams.values():
        for name, workload in team.team.workloads.items():
            registry = workload.image.partition("/")[0]
            if not any(registry == domain or registry.endswith(f".{domain}") for domain in REGISTRIES):
                message = (
                    f"the nodes reach the registries {' and '.join(REGISTRIES)} alone: copy the image there, "
                    "or use a remote repository of Artifact Registry"
                )
                yield team.file.problem(("workloads", name, "image"), message)
