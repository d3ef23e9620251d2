"""Which hosts may be destinations, and what their objects would be called."""

from collections.abc import Iterator

from egress.checks.draft import Draft
from egress.config.names import fold
from egress.derived.object_names import LONGEST_OBJECT_NAME, service_entry, virtual_service
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


def hosts_fold_to_names_of_their_own(draft: Draft) -> Iterator[Problem]:
    """`a-b.com` and `a.b.com` would both own the objects `a-b-com-...`."""
    owners: dict[str, str] = {}
    for host in draft.destinations:
        other = owners.setdefault(fold(host), host)
        if other != host:
            line = draft.destinations_file.source.line(("destinations", other))
            message = (
                f"its objects would be called {fold(host)}-... like those of {other} (line {line}): "
                "only one of the two hosts can be a destination"
            )
            yield draft.destinations_file.problem(("destinations", host), message, host)


def object_names_of_hosts_fit(draft: Draft) -> Iterator[Problem]:
    """An object's name has at most 253 characters."""
    for path, host in draft.outside_hosts:
        length = len(virtual_service(host))
        if length > LONGEST_OBJECT_NAME:
            message = (
                f"its VirtualService's name would have {length} characters, at most {LONGEST_OBJECT_NAME} "
                f"are allowed: a destination's host has at most {LONGEST_OBJECT_NAME - length + len(host)}"
            )
            yield draft.destinations_file.problem(path, message, host)


def service_entries_have_names_of_their_own(draft: Draft) -> Iterator[Problem]:
    """A group of Google API hosts is a ServiceEntry beside those of the destinations."""
    groups = draft.destinations_file.model.google_apis if draft.destinations_file.model else {}
    owners = {service_entry(host): host for _, host in draft.outside_hosts}
    for name in groups:
        if name in owners:
            message = f"the ServiceEntry of the destination {owners[name]} has this name: take another"
            yield draft.destinations_file.problem(("google_apis", name), message, name)
