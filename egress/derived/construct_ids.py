"""The construct ids of what users name, for the stacks that build it and for the check that derives it.

Each kind of thing has a scope of its own: a team called `admission` lies below `teams`, beside
other teams alone.
A Terraform address follows from the ids on the way to it, so they are a contract with every deployed state.
"""

TEAMS = "teams"
NAMESPACES = "namespaces"
ISTIO = "istio"
NETWORK_POLICIES = "network-policies"
SERVICE_ACCOUNTS = "service-accounts"
WORKLOADS = "workloads"
ACCESS = "access"
AT_GATEWAY = "gateway"
"""A team's objects in the gateway's namespace."""
IDENTITIES = "identities"
USERS = "users"
ROLES = "roles"
BUCKETS = "buckets"
OBJECTS = "objects"
VIEWERS = "viewers"
CONTROL_PLANES = "control-planes"
ROUTING = "routing"
GATEWAY_ISOLATION = "gateway-isolation"
ADMISSION = "admission"
WORKLOAD_ACCOUNTS = "workload-accounts"
GRANTED_NAMES = "granted-names"
GATEWAY_DESTINATIONS = "gateway-destinations"


def istio_object_id(kind: str, name: str) -> str:
    """An object's id says its kind and name, so that the address in a plan tells what it is."""
    return f"{kind.lower()}-{name}"


def role_id(role: str) -> str:
    """An IAM role without its prefix and the characters that an address leaves out."""
    return role.removeprefix("roles/").replace(".", "-").replace("/", "-")
