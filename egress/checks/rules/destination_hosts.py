"""Which hosts may be destinations."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.source.problem import Problem

METADATA_SERVER = "metadata.google.internal"


def destinations_are_outside(draft: Draft) -> Iterator[Problem]:
    """The gateway is for hosts outside; through it the metadata server would be the gateway's own."""
    for path, host in draft.outside_hosts:
        if host == METADATA_SERVER:
            message = (
                "through the gateway this would be the gateway node's metadata server, and its identity: "
                "name it under google_apis"
            )
        elif host.endswith((".cluster.local", ".svc", ".localhost")):
            message = "this name is inside the cluster, where no gateway is on the way: take it away"
        else:
            continue
        yield draft.destinations_file.problem(path, message, host)
