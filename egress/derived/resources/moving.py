"""The teams' resources on their way from `egress` to stacks of their own: forgotten there, imported here.

Terraform destroys nothing: `removed` with `destroy = false` takes a resource out of one state, `import` takes the
object as it is into the other. Sources: Terraform, "removed block" (1.7) and "import block" (1.5); the import ids are
those of the providers' pages of each resource.
"""

from typing import Any

from egress.config.configuration import Configuration
from egress.derived.resources.resource import Derived
from egress.derived.resources.tenant import tenant_resources

Blocks = list[dict[str, Any]]

CREATED_ANEW = frozenset({"google_storage_bucket_object"})
"""Not importable: the same content is written over the object of that name, which nobody deletes in between."""


def let_go(configuration: Configuration) -> Blocks:
    """The `removed` blocks of `egress`, one for each resource of a team."""
    return [
        {"from": resource.address, "lifecycle": {"destroy": False}}
        for name in configuration.teams
        for resource in tenant_resources(configuration, name)
    ]


def taken_over(configuration: Configuration, team: str) -> Blocks:
    """The `import` blocks of a team's stack."""
    return [
        {"to": resource.address, "id": import_id(configuration, team, resource)}
        for resource in tenant_resources(configuration, team)
        if resource.type not in CREATED_ANEW
    ]


def import_id(configuration: Configuration, team: str, resource: Derived) -> str:
    """By what its provider finds the object of a resource."""
    key = resource.key
    if key is None:
        return _google(configuration, team, resource)
    if resource.type == "kubernetes_manifest":
        parts = {"apiVersion": resource.api_version, "kind": key.kind, "namespace": key.namespace}
        parts["name"] = key.name
        return ",".join(f"{name}={value}" for name, value in parts.items() if value)
    return f"{key.namespace}/{key.name}" if key.namespace else key.name


def _google(configuration: Configuration, team: str, resource: Derived) -> str:
    project = configuration.platform.project.id
    kind, name = resource.cause.path[0], str(resource.cause.path[1])
    last = str(resource.cause.path[-1])
    email = f"{name}@{project}.iam.gserviceaccount.com"
    account, bucket = f"projects/{project}/serviceAccounts/{email}", f"{project}-{name}"
    match resource.type:
        case "google_service_account":
            return account
        case "google_service_account_iam_member":
            user = "/".join(_user(configuration, team, last))
            member = f"serviceAccount:{project}.svc.id.goog[{user}]"
            return f"{account} roles/iam.workloadIdentityUser {member}"
        case "google_project_iam_member":
            return f"{project} {last} serviceAccount:{email}"
        case "google_storage_bucket":
            return f"{project}/{bucket}"
        case "google_storage_bucket_iam_member":
            viewer = f"serviceAccount:{last}@{project}.iam.gserviceaccount.com"
            return f"b/{bucket} roles/storage.objectViewer {viewer}"
    raise AssertionError(f"no import id is known of {resource.type} ({kind})")


def _user(configuration: Configuration, team: str, reference: str) -> tuple[str, str]:
    """The namespace and name of a Kubernetes ServiceAccount as `egress_constructs.tenant` sets it."""
    workload = configuration.teams[team].workloads.get(reference)
    return ((workload and workload.namespace) or team, reference)
