"""Region and zones."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.source.problem import Path, Problem

ZONE: Path = ("project", "zone")
NODE_ZONES: Path = ("cluster", "node_zones")


def zone_is_in_the_region(draft: Draft) -> Iterator[Problem]:
    """The zonal cluster is in the region of its subnet."""
    region, zone = draft.platform.get(("project", "region")), draft.platform.get(ZONE)
    if region and zone and not zone.startswith(f"{region}-"):
        yield draft.platform.problem(
            ZONE,
            f"this zone is not in the region {region}: write one such as {region}-a, "
            f"or the region {zone.rpartition('-')[0]}",
        )


def zone_follows_from_the_location(draft: Draft) -> Iterator[Problem]:
    """A zonal cluster has one zone, a regional one several for its nodes."""
    platform = draft.sound_platform
    if platform is None:
        return
    region = platform.project.region
    if platform.cluster.location == "zonal":
        if platform.project.zone is None:
            message = f"a zonal cluster needs a zone: add one such as {region}-a"
            yield draft.platform.problem(ZONE, message)
        if platform.cluster.node_zones:
            message = (
                "a zonal cluster has its nodes in project.zone: remove the key, or write location: regional"
            )
            yield draft.platform.problem(NODE_ZONES, message)
    elif platform.project.zone is not None:
        message = "a regional cluster has no zone of its own: remove the zone and name cluster.node_zones"
        yield draft.platform.problem(ZONE, message)


def node_zones_are_apart(draft: Draft) -> Iterator[Problem]:
    """A regional cluster has its nodes in two zones of its region or more, each named once."""
    platform = draft.sound_platform
    if platform is None or platform.cluster.location == "zonal":
        return
    region, node_zones = platform.project.region, platform.cluster.node_zones
    if len(node_zones) < 2:
        message = (
            f"a regional cluster has its nodes in two zones or more: [{region}-a, {region}-b, {region}-c]"
        )
        yield draft.platform.problem(NODE_ZONES, message)
    for position, zone in enumerate(node_zones):
        if not zone.startswith(f"{region}-"):
            message = f"this zone is not in the region {region}: write one such as {region}-a"
            yield draft.platform.problem((*NODE_ZONES, position), message)
        elif zone in node_zones[:position]:
            yield draft.platform.problem((*NODE_ZONES, position), "this zone is listed already: remove it")
