"""Every sort of change that a generated state over a base is made of, by what it is about."""

from collections.abc import Sequence

from egress.proof.differential.answer_changes import delegated, handled, handled_by_a_team
from egress.proof.differential.choice import Change
from egress.proof.differential.entry_changes import entries, entry_otherwise, reimported
from egress.proof.differential.http_changes import (
    headers_authorized,
    open_to_all,
    paths_authorized,
    requests_routed,
)
from egress.proof.differential.injection_changes import (
    namespace_labelled,
    pods_annotated,
    pods_labelled,
    pods_otherwise,
)
from egress.proof.differential.network_changes import (
    firewall_otherwise,
    firewall_policy,
    firewalled,
    firewalled_towards_the_gateway,
    names_answered,
    ports_isolated,
    way_out_closed,
)
from egress.proof.differential.policy_changes import authorization, authorized_otherwise
from egress.proof.differential.routing_changes import registered, registered_newly, routed, routed_newly
from egress.proof.differential.scope_changes import exported, isolated, scoped
from egress.proof.differential.server_changes import from_gateway, served, towards_gateway
from egress.proof.differential.service_changes import authenticated, authorized_at_pods, ruled, serviced
from egress.proof.differential.tls_changes import originated, registered_for_tls

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
"""Over a whole base."""

ENTRIES: Sequence[Change] = (entries, reimported, entry_otherwise, exported)
HTTP: Sequence[Change] = (headers_authorized, paths_authorized, requests_routed, open_to_all)
ANSWERS: Sequence[Change] = (handled, handled_by_a_team, delegated, open_to_all, headers_authorized)
TLS: Sequence[Change] = (originated, registered_for_tls, reimported, from_gateway)
INJECTION: Sequence[Change] = (namespace_labelled, pods_labelled, pods_annotated, pods_otherwise)
NETWORK: Sequence[Change] = (
    ports_isolated,
    firewalled,
    firewalled_towards_the_gateway,
    firewall_otherwise,
    firewall_policy,
    names_answered,
    way_out_closed,
)
SERVICES: Sequence[Change] = (serviced, authenticated, ruled, authorized_at_pods)
