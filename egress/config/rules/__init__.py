"""The rules across fields and files: each a function that yields problems, listed here in their order.

A rule sees what is sound of a configuration, however much else is wrong, and each message names the mend.
"""

from collections.abc import Callable, Iterator

from egress.config.draft import Draft
from egress.config.problem import Problem
from egress.config.rules import (
    address_ranges,
    authorized_networks,
    bucket_names,
    cluster,
    destination_hosts,
    google_api_hosts,
    google_identities,
    grants,
    location,
    policy_names,
    teams,
    terraform_ids,
    visibility,
    workloads,
)

Rule = Callable[[Draft], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    location.zone_is_in_the_region,
    address_ranges.ranges_have_a_size_gke_takes,
    address_ranges.ranges_hold_every_node,
    address_ranges.ranges_do_not_overlap,
    authorized_networks.authorized_networks_name_somebody,
    cluster.node_pools_have_names_of_their_own,
    cluster.revision_leaves_room_for_istiods_service,
    destination_hosts.destinations_are_outside,
    destination_hosts.hosts_fold_to_names_of_their_own,
    destination_hosts.object_names_of_hosts_fit,
    destination_hosts.service_entries_have_names_of_their_own,
    google_api_hosts.google_api_hosts_are_googles,
    google_api_hosts.google_api_hosts_stand_once,
    visibility.visibility_names_teams,
    visibility.visibility_is_not_empty,
    teams.team_names_are_free,
    teams.teams_hold_something,
    teams.labels_are_not_the_systems,
    teams.reachable_teams_are_others,
    teams.network_policies_have_names_of_their_own,
    workloads.workload_names_are_free,
    workloads.workload_ports_are_free,
    workloads.images_can_be_pulled,
    grants.grants_name_destinations,
    grants.granted_hosts_are_visible,
    grants.paths_can_be_enforced,
    grants.paths_stand_once,
    grants.paths_are_not_undone,
    grants.nothing_is_restricted_while_authorization_is_open,
    policy_names.policies_have_names_of_their_own,
    policy_names.policy_names_fit,
    google_identities.accounts_are_used_by_workloads,
    google_identities.workloads_act_as_one_account,
    google_identities.accounts_are_unique,
    google_identities.bucket_viewers_are_accounts,
    google_identities.bucket_objects_have_names,
    bucket_names.bucket_names_are_accepted,
    bucket_names.bucket_names_are_unique,
    terraform_ids.team_names_are_free_in_the_stack,
    terraform_ids.names_of_a_team_are_ids_of_their_own,
    terraform_ids.bucket_objects_are_ids_of_their_own,
)


def judge(draft: Draft) -> Iterator[Problem]:
    """Every problem that a rule finds."""
    for rule in RULES:
        yield from rule(draft)
