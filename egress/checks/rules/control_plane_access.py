"""How the API server is reached."""

from collections.abc import Iterator
from ipaddress import ip_network

from egress.checks.draft import Draft
from egress.checks.rules.authorized_networks import NETWORKS
from egress.config.ranges import PRIVATE_RANGES
from egress.source.problem import Problem


def private_endpoint_is_called_from_private_networks(draft: Draft) -> Iterator[Problem]:
    """GKE takes no public range for an endpoint that has no public address."""
    platform = draft.sound_platform
    if platform is None or platform.cluster.control_plane_access != "private-endpoint":
        return
    for position, text in enumerate(platform.cluster.authorized_networks):
        network = ip_network(text)
        if not any(network.subnet_of(private) for private in PRIVATE_RANGES):  # type: ignore[arg-type]
            message = "the private endpoint cannot be called from a public range: name the private one you come from"
            yield draft.platform.problem((*NETWORKS, position), message)


def dns_endpoint_is_guarded_by_iam(draft: Draft) -> Iterator[Problem]:
    """With the endpoints by address turned off there is nothing that a list of networks could guard."""
    platform = draft.sound_platform
    if platform is None or platform.cluster.control_plane_access != "dns-endpoint":
        return
    if platform.cluster.authorized_networks:
        message = "the DNS endpoint is guarded by IAM (container.clusters.connect), not by networks: take the key away"
        yield draft.platform.problem(NETWORKS, message)
    if platform.cluster.deploy_through == "connect-gateway":
        message = (
            "the DNS endpoint is reached from anywhere, without a connect gateway: take one of the two away"
        )
        yield draft.platform.problem(("cluster", "deploy_through"), message)


def project_number_is_known_where_needed(draft: Draft) -> Iterator[Problem]:
    """Google's own service accounts, and the connect gateway's address, are called after the number."""
    platform = draft.sound_platform
    if platform is None or platform.project.number is not None:
        return
    reasons = {
        "network.existing": platform.network.existing is not None,
        "network.perimeter": platform.network.perimeter is not None,
        "cluster.secrets_encryption": platform.cluster.secrets_encryption is not None,
        "cluster.deploy_through: connect-gateway": platform.cluster.deploy_through == "connect-gateway",
        "mesh.mirror.login": platform.mesh.mirror.login is not None,
        "mesh.control_plane: managed": platform.mesh.control_plane == "managed",
    }
    needed = [reason for reason, applies in reasons.items() if applies]
    if needed:
        message = (
            f"{', '.join(needed)} needs the project's number: add it "
            "(gcloud projects describe PROJECT --format='value(projectNumber)')"
        )
        yield draft.platform.problem(("project", "number"), message)
