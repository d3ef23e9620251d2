"""The rules across fields and files: each a function that yields problems, listed here in their order.

A rule sees the sound parts of a configuration, however much else is wrong. Each message names the fix.
"""

from collections.abc import Callable, Iterator

from egress.checks.draft import Draft
from egress.checks.rules import (
    address_ranges,
    authorized_networks,
    bucket_names,
    cluster,
    control_plane_access,
    derived_names,
    destination_hosts,
    destination_ways,
    google_api_hosts,
    google_identities,
    grant_life,
    grants,
    identity_grants,
    image_registry,
    images,
    location,
    mesh,
    network,
    node_pools,
    teams,
    visibility,
    workloads,
)
from egress.source.problem import Problem

Rule = Callable[[Draft], Iterator[Problem]]

RULES: tuple[Rule, ...] = (
    location.zone_is_in_the_region,
    location.zone_follows_from_the_location,
    location.node_zones_are_apart,
    address_ranges.ranges_have_a_size_gke_takes,
    address_ranges.ranges_hold_every_node,
    address_ranges.ranges_do_not_overlap,
    authorized_networks.authorized_networks_name_somebody,
    cluster.node_pools_have_names_of_their_own,
    control_plane_access.private_endpoint_is_called_from_private_networks,
    control_plane_access.dns_endpoint_is_guarded_by_iam,
    control_plane_access.project_number_is_known_where_needed,
    node_pools.pools_have_one_size,
    node_pools.maintenance_window_is_long_enough,
    network.existing_network_is_left_as_it_is,
    network.nat_ports_are_a_range,
    network.nat_addresses_serve_every_node,
    network.egress_ports_stand_once,
    mesh.managed_control_plane_has_no_istiod,
    mesh.labels_are_not_the_meshs,
    mesh.revisions_are_told_apart,
    mesh.replicas_are_a_range,
    mesh.gateway_replicas_have_nodes,
    image_registry.istios_images_come_from_one_place,
    images.images_are_listed_where_the_list_counts,
    images.workloads_run_allowed_images,
    destination_hosts.destinations_are_outside,
    destination_ways.the_tutorials_form_has_its_limits,
    destination_ways.visibility_follows_from_grants,
    destination_ways.further_hosts_stand_once,
    destination_ways.ways_go_together,
    destination_ways.outside_ports_pass_the_firewall,
    destination_ways.identity_https_has_its_port,
    destination_ways.managed_control_plane_reads_no_secrets,
    destination_ways.grants_of_a_host_go_together,
    google_api_hosts.google_api_hosts_are_googles,
    google_api_hosts.google_api_hosts_stand_once,
    visibility.visibility_names_teams,
    visibility.visibility_is_not_empty,
    teams.team_names_are_free,
    teams.teams_hold_something,
    teams.labels_are_not_the_systems,
    teams.reachable_teams_are_others,
    workloads.workload_ports_are_free,
    workloads.images_can_be_pulled,
    grants.grants_name_destinations,
    grants.granted_hosts_are_visible,
    grants.paths_can_be_enforced,
    grants.paths_stand_once,
    grants.paths_are_not_undone,
    grants.nothing_is_restricted_while_authorization_is_open,
    grant_life.grants_state_what_the_platform_asks,
    grant_life.what_is_asked_stands_once,
    grant_life.notes_fit_their_object,
    identity_grants.grants_name_service_accounts,
    identity_grants.granted_service_accounts_exist,
    identity_grants.granted_schemes_are_offered,
    identity_grants.methods_can_be_enforced,
    identity_grants.policies_are_named_by_team,
    identity_grants.sidecars_are_not_given_up,
    identity_grants.namespaces_have_one_team,
    identity_grants.further_objects_are_in_the_teams_namespaces,
    google_identities.accounts_are_used_by_workloads,
    google_identities.workloads_act_as_one_account,
    google_identities.accounts_are_unique,
    google_identities.bucket_viewers_are_accounts,
    google_identities.bucket_objects_have_names,
    bucket_names.bucket_names_are_accepted,
    bucket_names.bucket_names_are_unique,
    derived_names.names_are_made_once,
    derived_names.derived_names_fit,
)


def judge(draft: Draft) -> Iterator[Problem]:
    """Every problem that a rule finds."""
    for rule in RULES:
        yield from rule(draft)
