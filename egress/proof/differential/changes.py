"""Every sort of change that a generated state over a base is made of."""

from collections.abc import Sequence

from egress.proof.differential.choice import Change
from egress.proof.differential.policy_changes import authorization, authorized_otherwise
from egress.proof.differential.routing_changes import registered, registered_newly, routed, routed_newly
from egress.proof.differential.scope_changes import exported, isolated, scoped
from egress.proof.differential.server_changes import from_gateway, served, towards_gateway

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
