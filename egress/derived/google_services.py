"""The Google APIs that a platform's choices need enabled."""

from egress.config.platform import Platform
from egress.derived.image_repositories import own_mirror, read_by_nodes

ALWAYS = (
    "compute.googleapis.com",
    "dns.googleapis.com",
    "container.googleapis.com",
    # Not in the tutorial, where gcloud or the console enables them: service accounts and their roles,
    # tokens for Workload Identity, and the bucket.
    "cloudresourcemanager.googleapis.com",
    "iam.googleapis.com",
    "iamcredentials.googleapis.com",
    "storage.googleapis.com",
)

FLEET = ("gkehub.googleapis.com",)
CONNECT_GATEWAY = ("connectgateway.googleapis.com",)

# meshconfig by Google's Terraform sample, mesh by its installer; the last three are Traffic Director's,
# without which proxies find no configuration ("CONFIG_VALIDATION_ERROR: API is not enabled").
MANAGED_MESH = (
    "mesh.googleapis.com",
    "meshconfig.googleapis.com",
    "trafficdirector.googleapis.com",
    "networkservices.googleapis.com",
    "networksecurity.googleapis.com",
)


def google_services(platform: Platform) -> tuple[str, ...]:
    """Every API to enable, as `NAME.googleapis.com`."""
    cluster, mirror = platform.cluster, own_mirror(platform)
    return (
        *ALWAYS,
        *(FLEET if platform.fleet else ()),
        *(CONNECT_GATEWAY if cluster.deploy_through == "connect-gateway" else ()),
        *(MANAGED_MESH if platform.mesh.control_plane == "managed" else ()),
        *(("accesscontextmanager.googleapis.com",) if platform.network.perimeter else ()),
        *(("cloudkms.googleapis.com",) if cluster.secrets_encryption else ()),
        *(("binaryauthorization.googleapis.com",) if cluster.hardening.images == "listed" else ()),
        *(("containersecurity.googleapis.com",) if cluster.hardening.security_posture else ()),
        *(("artifactregistry.googleapis.com",) if read_by_nodes(platform) else ()),
        *(("secretmanager.googleapis.com",) if mirror and mirror.login else ()),
        *(("logging.googleapis.com", "monitoring.googleapis.com") if platform.alerts else ()),
    )
