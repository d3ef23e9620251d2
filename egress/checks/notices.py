"""What a configuration still needs before it can be deployed; it synthesizes without."""

from egress.config.configuration import Configuration
from egress.config.platform import PLACEHOLDER_NUMBER, PLACEHOLDER_PROJECT


def notices(configuration: Configuration) -> tuple[str, ...]:
    """One line that names the variables to set before a deploy; empty where nothing is missing."""
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
