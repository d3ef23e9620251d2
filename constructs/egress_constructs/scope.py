"""A scope that only holds others: what users name gets one of its own (`teams`, `workloads`, ...)."""

from constructs import Construct


def scope_at(scope: Construct, *ids: str) -> Construct:
    """The construct at these ids below a scope; created where there is none yet."""
    for id_ in ids:
        child = scope.node.try_find_child(id_)
        scope = child if isinstance(child, Construct) else Construct(scope, id_)
    return scope
