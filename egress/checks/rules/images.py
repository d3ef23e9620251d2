"""Which images may run."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.derived.images import admits
from egress.source.problem import Path, Problem

ALLOWED: Path = ("cluster", "hardening", "allowed_images")


def images_are_listed_where_the_list_counts(draft: Draft) -> Iterator[Problem]:
    """A list that nobody reads would look like a control."""
    platform = draft.sound_platform
    if platform is None:
        return
    hardening = platform.cluster.hardening
    if hardening.images == "any" and hardening.allowed_images:
        message = "nothing reads this list while images is any: remove it, or write images: listed"
        yield draft.platform.problem(ALLOWED, message)


def workloads_run_allowed_images(draft: Draft) -> Iterator[Problem]:
    """Binary Authorization would refuse the Pods at run time."""
    platform = draft.sound_platform
    if platform is None:
        return
    for team in draft.teams.values():
        for name, workload in team.team.workloads.items():
            if not admits(platform, workload.image):
                message = (
                    "Binary Authorization would refuse this image: "
                    f"add it to cluster.hardening.allowed_images of {draft.platform.source.file}"
                )
                yield team.file.problem(("workloads", name, "image"), message)
