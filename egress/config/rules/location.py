"""Region and zone."""

from collections.abc import Iterator

from egress.config.draft import Draft
from egress.config.problem import Problem


def zone_is_in_the_region(draft: Draft) -> Iterator[Problem]:
    """The zonal cluster stands in the region of its subnet."""
    region, zone = draft.platform.get(("project", "region")), draft.platform.get(("project", "zone"))
    if region and zone and not zone.startswith(f"{region}-"):
        yield draft.platform.problem(
            ("project", "zone"),
            f"this zone is not in the region {region}: write one such as {region}-a, "
            f"or the region {zone.rpartition('-')[0]}",
        )
