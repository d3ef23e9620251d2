"""A scope that only holds others: what users name gets one of its own (`teams`, `workloads`, ...)."""

from weakref import WeakKeyDictionary

from constructs import Construct

_MADE: WeakKeyDictionary[Construct, dict[str, Construct]] = WeakKeyDictionary()
"""The scopes below each construct. To ask node for a child costs two messages; for many teams that was most of them."""


def scope_at(scope: Construct, *ids: str) -> Construct:
    """The scope at these ids below a construct; created where there is none yet.

    Only scopes are found, nothing else that bears the id: there the second of the two is refused by `constructs`.
    """
    for id_ in ids:
        made = _MADE.setdefault(scope, {})
        if id_ not in made:
            made[id_] = Construct(scope, id_)
        scope = made[id_]
    return scope
