"""What a team's members may do, asked of the API server's own authorizer: each verb on each resource that it serves.

`discovery` lists the resources, so that one which a later version adds is asked for too. The answer is compared with
the Role that admission reads, and with what Kubernetes gives everybody.
"""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from egress.derived.admission.tenant_access import ENTER, RULES
from egress.proof.asking.asking import ProofRow
from egress.proof.asking.attempt import TENANT
from egress.proof.cluster.kubernetes_api import KubernetesApi

VERBS = (
    "approve",
    "attest",
    "bind",
    "create",
    "delete",
    "deletecollection",
    "escalate",
    "get",
    "impersonate",
    "list",
    "patch",
    "proxy",
    "sign",
    "update",
    "use",
    "watch",
)
"""Every verb that Kubernetes' authorizer knows: those of requests, and those that stand in Roles alone."""

IMPERSONATED = ("/groups", "/users", "authentication.k8s.io/uids", "authentication.k8s.io/userextras")
"""No resources, and still what one may have a right on (`impersonate`)."""

EVERYBODYS: Mapping[str, frozenset[str]] = {
    "authentication.k8s.io/selfsubjectreviews": frozenset({"create"}),
    "authorization.k8s.io/selfsubjectaccessreviews": frozenset({"create"}),
    "authorization.k8s.io/selfsubjectrulesreviews": frozenset({"create"}),
}
"""What Kubernetes gives whoever has a name (ClusterRole system:basic-user): to ask who one is and what one may."""

PATHS = (
    "/logs",
    "/metrics",
    "/debug/pprof",
    "/configz",
    "/healthz",
    "/version",
    "/openapi/v2",
    "/.well-known/x",
)
OPEN_PATHS = frozenset({"/healthz", "/version", "/openapi/v2"})
"""What Kubernetes shows whoever has a name (system:discovery, system:public-info-viewer)."""


@dataclass(frozen=True, kw_only=True)
class RightsQuestion:
    """What may be done with each resource in a namespace, or with objects of no namespace."""

    namespace: str
    resources: int

    def __str__(self) -> str:
        place = f"in {self.namespace}" if self.namespace else "of the cluster"
        return f"MAY do each of {len(VERBS)} verbs with each of {self.resources} resources {place}"


def discovered(api: KubernetesApi) -> dict[str, bool]:
    """Return every resource that is served, as GROUP/RESOURCE, and whether it has a namespace."""
    versions = [("", "/api/v1")]
    for group in api.request("GET", "/apis")["groups"]:
        versions += [(group["name"], f"/apis/{each['groupVersion']}") for each in group["versions"]]
    found = {}
    for group, path in versions:
        for each in api.request("GET", path).get("resources", ()):
            found[f"{group}/{each['name']}"] = bool(each["namespaced"])
    return found


def expected_verbs(resource: str, *, inside: bool, enters: bool = False) -> frozenset[str]:
    """Return what the Role gives on a resource in the team's own namespace, and everybody anywhere."""
    given = set(EVERYBODYS.get(resource, ()))
    group, _, name = resource.partition("/")
    for rule in (*RULES, *((ENTER,) if enters else ())):
        if inside and group in rule.groups and (name in rule.resources or "*" in rule.resources):
            given |= set(rule.verbs)
    return frozenset(given)


def ask_rights(
    api: KubernetesApi, namespace: str, others: Sequence[str], groups: Sequence[str], *, enters: bool = False
) -> list[ProofRow]:
    """Ask of each resource in the team's namespace, in others' and of the cluster; a row for each place."""
    served = discovered(api)
    namespaced = sorted(resource for resource, within in served.items() if within)
    everywhere = [*sorted(served), *IMPERSONATED]
    places = [(place, namespaced) for place in (namespace, *others)]
    return [
        *(_row(api, place, resources, namespace, groups, enters=enters) for place, resources in places),
        _row(api, "", everywhere, namespace, groups, enters=enters),
        _paths(api, groups),
    ]


def _row(
    api: KubernetesApi,
    place: str,
    resources: Sequence[str],
    namespace: str,
    groups: Sequence[str],
    *,
    enters: bool,
) -> ProofRow:
    with ThreadPoolExecutor(4) as pool:
        found = pool.map(lambda resource: _verbs(api, place, resource, groups), resources)
        got = dict(zip(resources, found, strict=True))
    expected = {each: expected_verbs(each, inside=place == namespace, enters=enters) for each in resources}
    differing = [
        f"{each}: {' '.join(sorted(got[each])) or 'nothing'}, and the Role gives "
        f"{' '.join(sorted(expected[each])) or 'nothing'}"
        for each in resources
        if got[each] != expected[each]
    ]
    rights = sum(map(len, expected.values()))
    return ProofRow(
        identity=" and ".join(groups),
        request=RightsQuestion(namespace=place, resources=len(resources)),
        got=f"{sum(map(len, got.values()))} rights, {len(differing)} differ",
        ended="rbac",
        evidence="; ".join(differing[:20]),
        expected=(f"{rights} rights, 0 differ",),
    )


def _verbs(api: KubernetesApi, place: str, name: str, groups: Sequence[str]) -> frozenset[str]:
    group, _, path = name.partition("/")
    resource, _, subresource = path.partition("/")
    attributes = {"group": group, "resource": resource, "namespace": place, "subresource": subresource}
    return frozenset(
        verb for verb in VERBS if _allowed(api, groups, {"resourceAttributes": {**attributes, "verb": verb}})
    )


def _paths(api: KubernetesApi, groups: Sequence[str]) -> ProofRow:
    got = [
        path
        for path in PATHS
        if _allowed(api, groups, {"nonResourceAttributes": {"path": path, "verb": "get"}})
    ]
    return ProofRow(
        identity=" and ".join(groups),
        request="MAY read the API server's own paths",
        got=" ".join(got),
        ended="rbac",
        evidence="",
        expected=(" ".join(path for path in PATHS if path in OPEN_PATHS),),
    )


def _allowed(api: KubernetesApi, groups: Sequence[str], attributes: Mapping[str, Any]) -> bool:
    spec = {"user": TENANT, "groups": ["system:authenticated", *groups], **attributes}
    review = {"apiVersion": "authorization.k8s.io/v1", "kind": "SubjectAccessReview", "spec": spec}
    answer = api.request("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", review)
    return bool(answer["status"]["allowed"])
