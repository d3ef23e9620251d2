"""Region and zone."""

from collections.abc import Iterator

from egress.config.draft import Draft
from egress.config.problem import Problem


def zone_is_in_the_region(draft: Draft) -> Iterator[Problem]:
    """The zonal cluster stands in the region of its subnet."""
    project = draft.platform.project
    if project and not project.zone.startswith(f"{project.region}-"):
        yield draft.platform.source.problem(
            ("project", "zone"),
            f"this zone is not in the region {project.region}: write one such as {project.region}-a, "
            f"or the region {project.zone.rpartition('-')[0]}",
        )
