"""IAM roles that a workload may get in the project.

Source: IAM, "IAM basic and predefined roles reference" and "Create and manage custom roles". Google adds predefined
roles every week, so no list here is complete: `KNOWN` holds roles that workloads are often given, and only a name that
is a letter or two away from one of them is refused as misspelled. Any other name of the right form is taken as it is.
"""

import re
from typing import Annotated

from pydantic import AfterValidator

from egress.source.patterns import matching

BASIC = frozenset({"owner", "editor", "viewer", "admin", "writer", "reader", "browser"})

_SERVICES = {
    "aiplatform": "admin user viewer",
    "artifactregistry": "reader writer repoAdmin admin",
    "bigquery": "admin connectionUser dataEditor dataOwner dataViewer filteredDataViewer jobUser metadataViewer "
    "readSessionUser resourceViewer user",
    "bigtable": "admin reader user viewer",
    "cloudfunctions": "admin developer invoker viewer",
    "cloudkms": "admin cryptoKeyDecrypter cryptoKeyEncrypter cryptoKeyEncrypterDecrypter publicKeyViewer signer "
    "signerVerifier verifier viewer",
    "cloudsql": "admin client editor instanceUser viewer",
    "cloudtasks": "admin enqueuer queueAdmin taskDeleter taskRunner viewer",
    "cloudtrace": "admin agent user",
    "cloudprofiler": "agent user",
    "compute": "admin imageUser instanceAdmin instanceAdmin.v1 networkAdmin networkUser networkViewer osLogin "
    "securityAdmin viewer",
    "container": "admin clusterAdmin clusterViewer developer viewer",
    "dataflow": "admin developer viewer worker",
    "dataproc": "admin editor viewer worker",
    "datastore": "importExportAdmin indexAdmin owner user viewer",
    "dlp": "admin reader user",
    "dns": "admin peer reader",
    "errorreporting": "admin user viewer writer",
    "iam": "roleAdmin securityAdmin securityReviewer serviceAccountAdmin serviceAccountCreator serviceAccountDeleter "
    "serviceAccountKeyAdmin serviceAccountTokenCreator serviceAccountUser workloadIdentityUser",
    "logging": "admin configWriter logWriter privateLogViewer viewAccessor viewer",
    "monitoring": "admin alertPolicyEditor alertPolicyViewer editor metricWriter viewer",
    "pubsub": "admin editor publisher subscriber viewer",
    "redis": "admin editor viewer",
    "resourcemanager": "projectIamAdmin projectMover",
    "run": "admin developer invoker viewer",
    "secretmanager": "admin secretAccessor secretVersionAdder secretVersionManager viewer",
    "spanner": "admin backupAdmin databaseAdmin databaseReader databaseUser viewer",
    "storage": "admin bucketViewer folderAdmin hmacKeyAdmin insightsCollectorService legacyBucketOwner "
    "legacyBucketReader legacyBucketWriter legacyObjectOwner legacyObjectReader objectAdmin objectCreator objectUser "
    "objectViewer",
    "workflows": "admin editor invoker viewer",
}

KNOWN = frozenset(f"{service}.{name}" for service, names in _SERVICES.items() for name in names.split())
"""Predefined roles, as of November 2026."""

AROUND_THE_CONTROLS = {
    **dict.fromkeys(
        ("compute.admin", "compute.networkAdmin", "compute.securityAdmin", "dns.admin"),
        "change the firewall or the DNS that keep it on the way through the gateway",
    ),
    **dict.fromkeys(
        ("compute.instanceAdmin", "compute.instanceAdmin.v1"), "start machines beside the gateway"
    ),
    **dict.fromkeys(
        ("container.admin", "container.clusterAdmin", "container.developer", "gkehub.admin"),
        "change every policy of the cluster",
    ),
    **dict.fromkeys(
        ("binaryauthorization.policyAdmin", "binaryauthorization.policyEditor"),
        "let any image run",
    ),
    **dict.fromkeys(
        (
            "iam.roleAdmin",
            "iam.securityAdmin",
            "iam.serviceAccountAdmin",
            "iam.serviceAccountKeyAdmin",
            "iam.serviceAccountTokenCreator",
            "iam.serviceAccountUser",
            "resourcemanager.projectIamAdmin",
        ),
        "give itself any other role, or act as any account of the project",
    ),
}
"""Predefined roles with which a workload could take a control down, and how."""

_CLOSE = 0.93
"""One or two letters of some twenty (difflib's ratio)."""


def role_problem(value: str) -> str | None:
    """Why a workload cannot have a role, and what to do; None where it can, as far as is known here."""
    predefined = re.fullmatch(r"roles/(.+)", value)
    if predefined is None:
        return None
    name = predefined[1]
    if name in BASIC:
        return (
            "a basic role covers every service of the project, the controls of this platform included: "
            "name predefined roles for what the workload does, such as roles/pubsub.publisher"
        )
    if "." not in name:
        return "a predefined role is roles/SERVICE.NAME, such as roles/pubsub.publisher"
    if name in AROUND_THE_CONTROLS:
        return (
            f"with this role the workload could {AROUND_THE_CONTROLS[name]}: "
            "name a narrower role, or a custom one (projects/PROJECT/roles/NAME)"
        )
    if name in KNOWN:
        return None
    # Imported where it is needed: a configuration without such a role pays nothing for it.
    from difflib import get_close_matches

    near = get_close_matches(name, KNOWN, n=1, cutoff=_CLOSE)
    if near:
        return (
            f"no predefined role of this name is known here, and it is close to one that is: "
            f"did you mean roles/{near[0]}?"
        )
    return None


def _role(value: str) -> str:
    problem = role_problem(value)
    if problem:
        raise ValueError(problem)
    return value


IamRole = Annotated[
    str,
    matching(
        r"^(roles/[a-zA-Z0-9_.]+|(projects/[a-z][-a-z0-9.:]*[a-z0-9]|organizations/[0-9]+)/roles/[A-Za-z0-9_.]{3,64})$",
        "an IAM role, such as roles/pubsub.publisher",
    ),
    AfterValidator(_role),
]
"""A predefined role, or a custom one of a project or an organisation."""
