"""What a configuration still needs before it can be deployed, or soon; it synthesizes without."""

from datetime import date

from egress.config.configuration import Configuration
from egress.config.istio_releases import MINORS, minor_of
from egress.config.platform import PLACEHOLDER_NUMBER, PLACEHOLDER_PROJECT
from egress.derived.istio.routing import reached_hosts


def notices(configuration: Configuration, today: date) -> tuple[str, ...]:
    """What to set before a deploy, and whose support is over; empty where nothing is to do."""
    return (
        *_missing(configuration),
        *_observation(configuration),
        *_unused_ports(configuration),
        *_tenancy(configuration),
        *_out_of_support(configuration, today),
        *_ended(configuration),
    )


def _missing(configuration: Configuration) -> tuple[str, ...]:
    """One line that names the variables to set before a deploy."""
    missing = []
    if configuration.platform.project.id == PLACEHOLDER_PROJECT:
        missing.append("PROJECT_ID (a placeholder stands for it)")
    if configuration.platform.project.number == PLACEHOLDER_NUMBER:
        missing.append("PROJECT_NUMBER (a placeholder stands for it)")
    cluster = configuration.platform.cluster
    by_address = cluster.control_plane_access == "authorized-networks"
    if by_address and cluster.deploy_through == "cluster-endpoint" and not cluster.authorized_networks:
        missing.append("AUTHORIZED_NETWORKS (nobody outside the network may call the API server)")
    return (f"Before a deploy set {' and '.join(missing)}.",) if missing else ()


def _observation(configuration: Configuration) -> tuple[str, ...]:
    """One line where the mesh refuses nothing."""
    if not configuration.platform.observes:
        return ()
    return (
        "tenants.enforcement: observe: the mesh refuses nothing and logs everything. Learn the grants, then set "
        "`enforce` (docs/learn.md).",
    )


DEFAULT_PORTS = (80, 443)


def _unused_ports(configuration: Configuration) -> tuple[str, ...]:
    """One line for the ports that open nothing: with FQDN rules a port is open for the hosts that use it alone."""
    firewall = configuration.platform.network.firewall
    if firewall.gateway != "fqdn":
        return ()
    used = {port for _, port in reached_hosts(configuration)}
    unused = [str(port) for port in firewall.egress_ports if port not in used and port not in DEFAULT_PORTS]
    if not unused:
        return ()
    return (
        f"network.firewall.egress_ports: {', '.join(unused)} open nothing: with `gateway: fqdn` a port is open for the "
        "hosts that use it alone, and no granted host does; remove them, or write `gateway: ports`.",
    )


MANY_TEAMS = 30
"""From so many on a plan of the shared stack takes about a minute (docs/scale.md)."""


def _tenancy(configuration: Configuration) -> tuple[str, ...]:
    """One line where the teams would be better off with stacks of their own, or are on their way to them."""
    tenancy, count = configuration.platform.tenancy, len(configuration.teams)
    if tenancy == "moving":
        return (
            "tenancy: deploy egress, then every team-* stack, once; then set `tenancy: stack-per-team` "
            "(docs/scale.md).",
        )
    if tenancy == "shared" and count >= MANY_TEAMS:
        return (
            f"tenancy: {count} teams share the stack egress, and each plan reads the objects of all: "
            "give each a stack of its own with `tenancy: stack-per-team`, by way of `moving` where they are "
            "deployed already (docs/scale.md).",
        )
    return ()


def _out_of_support(configuration: Configuration, today: date) -> tuple[str, ...]:
    """One line for each Istio that gets no more fixes."""
    mesh = configuration.platform.mesh
    versions = {"mesh.istio_version": mesh.istio_version}
    if mesh.canary:
        versions["mesh.canary.istio_version"] = mesh.canary.istio_version
    return tuple(
        f"{key}: Istio {minor.name} is out of support since {minor.ends} ({minor.source}): upgrade to "
        f"{MINORS[0].name} or later (docs/upgrade.md)."
        for key, version in versions.items()
        if (minor := minor_of(version)).over(today)
    )


def _ended(configuration: Configuration) -> tuple[str, ...]:
    """One line for each grant that is not synthesized any more."""
    return tuple(
        f"{each.place}: {each.team}'s grant for {each.grant.to} ended on {each.grant.until} and is not synthesized: "
        "remove it, or state a later `until`."
        for each in configuration.ended
    )
