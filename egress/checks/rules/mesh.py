"""The Istio control plane and the gateway's replicas."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.source.problem import Path, Problem

NOT_WHEN_MANAGED = {
    "revision": "its revision follows the release channel",
    "tag": "its revision follows the release channel",
    "canary": "Google upgrades it",
    "mirror": "Google's own proxy image is injected",
    "hub": "Google's own proxy image is injected",
    "istiod_replicas": "no istiod runs in the cluster",
    "capture": "it brings its own CNI",
    "outbound": "it reads no mesh configuration of ours: the teams' Sidecars say REGISTRY_ONLY",
    "access_log": "it brings a log provider of its own",
}
"""Settings of an istiod that the managed control plane does not have."""

UNREVISIONED = "default"

MESH_LABEL = "mesh_id"
"""The managed mesh finds its clusters by this label (Cloud Service Mesh, "Provision a control plane")."""


def labels_are_not_the_meshs(draft: Draft) -> Iterator[Problem]:
    """A label that the platform writes over would be accepted and do nothing."""
    platform = draft.sound_platform
    if platform and platform.mesh.control_plane == "managed" and MESH_LABEL in platform.cluster.labels:
        message = "the managed mesh finds its cluster by this label, which the platform sets: take it away"
        yield draft.platform.problem(("cluster", "labels", MESH_LABEL), message, MESH_LABEL)


def managed_control_plane_has_no_istiod(draft: Draft) -> Iterator[Problem]:
    """What only an istiod of one's own can be told is refused, not ignored."""
    platform = draft.sound_platform
    if platform is None or platform.mesh.control_plane != "managed":
        return
    for key, reason in NOT_WHEN_MANAGED.items():
        if draft.platform.source.at(("mesh", key)) is not None:
            message = f"the managed control plane does not take this ({reason}): take the key away"
            yield draft.platform.problem(("mesh", key), message)


def observation_needs_an_istiod(draft: Draft) -> Iterator[Problem]:
    """Dry runs were seen with istiod; where they do not work, the policies would refuse."""
    platform = draft.sound_platform
    if platform and platform.observes and platform.mesh.control_plane == "managed":
        message = (
            "the managed control plane is not known to take dry runs of policies: write enforce, "
            "or mesh.control_plane: in-cluster"
        )
        yield draft.platform.problem(("tenants", "enforcement"), message)


def observed_names_resolve(draft: Draft) -> Iterator[Problem]:
    """A name that is not answered is asked of no proxy, and so in no log."""
    platform = draft.sound_platform
    if platform and platform.observes and platform.network.dns == "closed":
        message = (
            "a name that nobody is granted is not answered, so that no proxy could log who asks for it: "
            "write open while tenants.enforcement is observe"
        )
        yield draft.platform.problem(("network", "dns"), message)


def revisions_are_told_apart(draft: Draft) -> Iterator[Problem]:
    """An upgrade runs two control planes beside each other, and a tag that points to one of them."""
    platform = draft.sound_platform
    if platform is None:
        return
    mesh = platform.mesh
    if (mesh.canary or mesh.tag) and mesh.revision == UNREVISIONED:
        message = (
            "the unrevisioned control plane cannot stand beside another one, nor be tagged: "
            f"name its revision, such as {mesh.istio_version.replace('.', '-')}"
        )
        yield draft.platform.problem(("mesh", "revision"), message)
    if mesh.canary and mesh.canary.revision == mesh.revision:
        message = "both control planes have this revision: take another one for the canary"
        yield draft.platform.problem(("mesh", "canary", "revision"), message)
    if mesh.canary and mesh.canary.revision == UNREVISIONED:
        message = f"name the revision, such as {mesh.canary.istio_version.replace('.', '-')}"
        yield draft.platform.problem(("mesh", "canary", "revision"), message)
    revisions = {mesh.revision, mesh.canary.revision if mesh.canary else None, UNREVISIONED}
    if mesh.tag and mesh.tag in revisions:
        message = "a control plane has this name itself: take another one for the tag, such as stable"
        yield draft.platform.problem(("mesh", "tag"), message)


def pods_without_rights_need_the_cni(draft: Draft) -> Iterator[Problem]:
    """Pod Security refuses the rights that a redirecting init container needs."""
    platform = draft.sound_platform
    if platform and platform.mesh.capture == "init-container" and platform.pod_security:
        message = (
            "every Pod would have a container with NET_ADMIN, which Pod Security `restricted` refuses: write cni, or "
            "tenants.pod_security: none"
        )
        yield draft.platform.problem(("mesh", "capture"), message)


def replicas_are_a_range(draft: Draft) -> Iterator[Problem]:
    """At least is not above at most."""
    platform = draft.sound_platform
    if platform is None:
        return
    places: tuple[Path, ...] = (("mesh", "istiod_replicas"), ("mesh", "gateway", "replicas"))
    for path, replicas in zip(
        places, (platform.mesh.istiod_replicas, platform.mesh.gateway.replicas), strict=True
    ):
        if replicas and replicas.min > replicas.max:
            message = f"this is below min ({replicas.min}): raise it, or lower min"
            yield draft.platform.problem((*path, "max"), message)


def gateway_replicas_have_nodes(draft: Draft) -> Iterator[Problem]:
    """Replicas on one node end together."""
    platform = draft.sound_platform
    if platform is None or platform.mesh.gateway.replicas is None:
        return
    pool, zones = platform.cluster.gateway_pool, platform.cluster.zones
    fewest = (pool.autoscaling.min if pool.autoscaling else pool.nodes or 0) * zones
    if fewest < 2:
        message = (
            "the gateway pool may have a single node, with which every replica would end: "
            "give cluster.gateway_pool two nodes at least, or take the key away"
        )
        yield draft.platform.problem(("mesh", "gateway", "replicas"), message)
