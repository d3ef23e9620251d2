"""Which Pods may take a workload's ServiceAccount: those that run that workload, and no other.

A grant names a ServiceAccount. Whoever may create Pods could otherwise give a Pod of any content the account that
holds the grant. A namespace's annotations, which tenants cannot change, say what each account runs; an account without
one (`service_accounts` of a team's file) is the team's to use.
"""

from collections.abc import Mapping

from egress.config.team import Team, Workload
from egress.derived.admission.field_conditions import wrong_fields
from egress.derived.admission.injected import INJECTED
from egress.derived.admission.known_fields import quoted
from egress.derived.admission.policy_objects import API, Binding, Policy, Validation
from egress.derived.admission.workload_fields import CONTAINER, POD
from egress.derived.tenant_label import TENANT_LABEL

POLICY = "egress-tenant-service-accounts"

RUNS = "runs.secure-egress"
"""Prefix of the annotation `runs.secure-egress/ACCOUNT`: the image, then the command, a line for each word. Each line
begins with its word's length: a line break in a word, or in the image, is no other word."""


def what_accounts_run(team: Team, namespace: str, first: str) -> Mapping[str, str]:
    """A namespace's annotations: for each workload's account its image and command."""
    return {
        f"{RUNS}/{name}": _written(workload)
        for name, workload in sorted(team.workloads.items())
        if (workload.namespace or first) == namespace
    }


def _written(workload: Workload) -> str:
    return "\n".join(f"{len(word)} {word}" for word in (workload.image, *workload.command))


def workload_account_objects() -> tuple[Policy | Binding, ...]:
    """The policy with the binding that makes it hold in every tenant's namespace."""
    return (_policy(), _binding())


def _policy() -> Policy:
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
                    "expression": f"object.spec.containers.filter(c, !(c.name in {quoted(INJECTED)}))",
                },
            ],
            "validations": [
                {
                    "expression": (
                        "!variables.bound || variables.own.all(c, "
                        "string(c.image.size()) + ' ' + c.image + (has(c.command) ? "
                        "c.command.map(w, '\\n' + string(w.size()) + ' ' + w).join() : '') == "
                        "namespaceObject.metadata.annotations[variables.key])"
                    ),
                    "message": (
                        "this ServiceAccount runs the image and the command of its workload alone: "
                        "change the team's file, or use another ServiceAccount"
                    ),
                },
                _fields(
                    f"variables.own.map(c, ({wrong_fields('c', CONTAINER)}).join(' ')).join(' ').trim()",
                    "a container with a workload's ServiceAccount states nothing that could make it run something "
                    "else than its workload",
                ),
                _fields(
                    f"({wrong_fields('object.spec', POD)}).join(' ')".replace("INJECTED", quoted(INJECTED)),
                    "a Pod with a workload's ServiceAccount states nothing that could make it run or read something "
                    "else than its workload",
                ),
            ],
        },
    }


def _fields(wrong: str, message: str) -> Validation:
    """A condition that the expression which names wrong fields names none."""
    return {
        "expression": f"!variables.bound || {wrong} == ''",
        "message": message,
        "messageExpression": f"{_quoted(message + ': ')} + {wrong}",
    }


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "\\'") + "'"


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
