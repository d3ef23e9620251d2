"""Node pools and the control plane's revision."""

from collections.abc import Iterator

from egress.config.draft import Draft
from egress.config.problem import Problem

FIRST_POOL = "default-pool"
"""The pool GKE makes with the cluster, which Terraform removes once the cluster stands."""

LONGEST_REVISION = 63 - len("istiod-")
"""istiod's Service is called `istiod-<revision>` (istiod chart, templates/service.yaml)."""


def node_pools_have_names_of_their_own(draft: Draft) -> Iterator[Problem]:
    """The gateway's nodes are told from the others by their pool's name."""
    cluster = draft.platform.cluster
    if cluster is None:
        return
    pools = {"application_pool": cluster.application_pool.name, "gateway_pool": cluster.gateway_pool.name}
    for key, name in pools.items():
        if name == FIRST_POOL:
            message = "GKE makes a pool of this name with the cluster: take another name"
            yield draft.platform.source.problem(("cluster", key, "name"), message, name)
    if len(set(pools.values())) == 1:
        message = (
            "both pools have this name, so that workloads would run beside the gateway: "
            "take another name for one of them"
        )
        yield draft.platform.source.problem(
            ("cluster", "gateway_pool", "name"), message, pools["gateway_pool"]
        )


def revision_leaves_room_for_istiods_service(draft: Draft) -> Iterator[Problem]:
    """A Service's name has at most 63 characters."""
    mesh = draft.platform.mesh
    if mesh and len(mesh.revision) > LONGEST_REVISION:
        message = (
            f"istiod's Service istiod-<revision> would have {len('istiod-' + mesh.revision)} characters, "
            f"at most 63 are allowed: write {LONGEST_REVISION} or fewer"
        )
        yield draft.platform.source.problem(("mesh", "revision"), message)
