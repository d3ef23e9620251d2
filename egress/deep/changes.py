"""Every sort of change that a generated state over a base is made of."""

from collections.abc import Sequence

from egress.deep.choice import Change
from egress.deep.policy_changes import authorization, authorized_otherwise
from egress.deep.routing_changes import registered, registered_newly, routed, routed_newly
from egress.deep.scope_changes import exported, isolated, scoped
from egress.deep.server_changes import from_gateway, served, towards_gateway

CHANGES: Sequence[Change] = (
    authorization,
    authorized_otherwise,
    exported,
    scoped,
    isolated,
    registered,
    registered_newly,
    routed,
    routed_newly,
    served,
    towards_gateway,
    from_gateway,
)
