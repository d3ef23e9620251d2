"""Which Pods may take a workload's ServiceAccount: those that run that workload, and no other.

A grant names a ServiceAccount. Whoever may create Pods could otherwise give a Pod of any content the account that
holds the grant. A namespace's annotations, which tenants cannot change, say what each account runs; an account without
one (`service_accounts` of a team's file) is the team's to use.
"""

from collections.abc import Mapping

from egress.config.team import Team, Workload
from egress.derived.admission.injected import INJECTED
from egress.derived.admission.policy_objects import API, Binding, Policy
from egress.derived.tenant_label import TENANT_LABEL

POLICY = "egress-tenant-service-accounts"

RUNS = "runs.secure-egress"
"""Prefix of the annotation `runs.secure-egress/ACCOUNT`: the image, then the command, a line each."""

TOKEN_FOLDER = "/var/run/secrets/"  # noqa: S105 - a folder
"""Where Kubernetes and Istio mount an account's own tokens."""


def what_accounts_run(team: Team, namespace: str, first: str) -> Mapping[str, str]:
    """A namespace's annotations: for each workload's account its image and command."""
    return {
        f"{RUNS}/{name}": _written(workload)
        for name, workload in sorted(team.workloads.items())
        if (workload.namespace or first) == namespace
    }


def _written(workload: Workload) -> str:
    return "\n".join((workload.image, *workload.command))


def workload_account_objects() -> tuple[Policy | Binding, ...]:
    """The policy with the binding that makes it hold in every tenant's namespace."""
    return (_policy(), _binding())


_FIXED = " && ".join(
    (
        "!has(c.args)",
        "!has(c.env)",
        "!has(c.envFrom)",
        "!has(c.lifecycle)",
        "!has(c.volumeDevices)",
        "!has(c.workingDir)",
        *(
            f"(!has(c.{probe}) || !has(c.{probe}.exec))"
            for probe in ("livenessProbe", "readinessProbe", "startupProbe")
        ),
        f"(!has(c.volumeMounts) || c.volumeMounts.all(m, m.mountPath.startsWith('{TOKEN_FOLDER}') && "
        "!m.mountPath.contains('..') && !has(m.subPath) && !has(m.subPathExpr)))",
    )
)
"""What else decides what a container runs: nothing of it, since the configuration states none."""


def _policy() -> Policy:
    injected = ", ".join(f"'{name}'" for name in INJECTED)
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": POLICY},
        "spec": {
            "failurePolicy": "Fail",
            "matchConstraints": {
                "resourceRules": [
                    {
                        "apiGroups": [""],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["pods", "pods/ephemeralcontainers"],
                    }
                ]
            },
            # `namespaceObject` is not there in matchConditions (Kubernetes' matcher evaluates them without it).
            "variables": [
                {
                    "name": "key",
                    "expression": (
                        f"'{RUNS}/' + (has(object.spec.serviceAccountName) ? object.spec.serviceAccountName : '')"
                    ),
                },
                {
                    "name": "bound",
                    "expression": (
                        "has(namespaceObject.metadata.annotations) && "
                        "variables.key in namespaceObject.metadata.annotations"
                    ),
                },
                {
                    "name": "own",
                    "expression": f"object.spec.containers.filter(c, !(c.name in [{injected}]))",
                },
            ],
            "validations": [
                {
                    "expression": (
                        "!variables.bound || variables.own.all(c, "
                        "c.image + (has(c.command) ? c.command.map(w, '\\n' + w).join() : '') == "
                        "namespaceObject.metadata.annotations[variables.key])"
                    ),
                    "message": (
                        "this ServiceAccount runs the image and the command of its workload alone: "
                        "change the team's file, or use another ServiceAccount"
                    ),
                },
                {
                    "expression": f"!variables.bound || variables.own.all(c, {_FIXED})",
                    "message": (
                        "a container with a workload's ServiceAccount has no args, env, lifecycle, exec probe, "
                        "working directory or volume of its own: each could make it run something else"
                    ),
                },
                {
                    "expression": (
                        "!variables.bound || (!has(object.spec.initContainers) || "
                        f"object.spec.initContainers.all(c, c.name in [{injected}])) && "
                        "(!has(object.spec.ephemeralContainers) || object.spec.ephemeralContainers.size() == 0)"
                    ),
                    "message": "a Pod with a workload's ServiceAccount has no init or ephemeral container",
                },
            ],
        },
    }


def _binding() -> Binding:
    return {
        "apiVersion": API,
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": POLICY},
        "spec": {
            "policyName": POLICY,
            "validationActions": ["Deny", "Audit"],
            "matchResources": {
                "namespaceSelector": {"matchExpressions": [{"key": TENANT_LABEL, "operator": "Exists"}]}
            },
        },
    }
