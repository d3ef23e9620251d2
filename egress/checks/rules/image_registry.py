"""Where Istio's images come from."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.source.problem import Problem

OF_A_MIRROR_OF_OURS = ("repository", "keep_days", "login")
"""What only the repository that `foundation` makes can be told."""


def istios_images_come_from_one_place(draft: Draft) -> Iterator[Problem]:
    """A mirror that nobody pulls from, or a setting of a repository that is not ours, would be ignored."""
    platform = draft.sound_platform
    if platform is None or platform.mesh.control_plane == "managed":
        return
    source = draft.platform.source
    if platform.mesh.hub is not None and source.at(("mesh", "mirror")) is not None:
        message = f"mesh.hub ({platform.mesh.hub}) has Istio's images: take one of the two keys away"
        yield draft.platform.problem(("mesh", "mirror"), message)
    if platform.mesh.mirror.existing is None:
        return
    for key in OF_A_MIRROR_OF_OURS:
        path = ("mesh", "mirror", key)
        if source.at(path) is not None:
            message = "somebody else made the repository (mesh.mirror.existing): set this there, and take the key away"
            yield draft.platform.problem(path, message)
