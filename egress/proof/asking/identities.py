"""Who asks: the workloads of the configuration, stand-ins for granted accounts without one, and outsiders.

Per team one Pod with another service account and one without a sidecar; and one intruder, a Pod without a
sidecar that holds a valid mesh certificate of its own team and asks for what other teams were granted.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from egress.proof.asking.restricted import RESTRICTED
from egress.proof.cluster.deployment import Deployed
from egress.proof.cluster.pods import PodRequest

OTHER_ACCOUNT = "proof-other"
UNMESHED = "unmeshed"
INTRUDER = "intruder"

_SPIFFE = re.compile(r"(?:spiffe://)?[^/]+/ns/(?P<namespace>[^/]+)/sa/(?P<account>[^/]+)")


@dataclass(frozen=True, kw_only=True)
class Identity:
    """A sender of requests."""

    name: str
    """As tables and reports name it: `team-x/test`."""
    pod: str
    """The Pod's `namespace/name`."""
    namespace: str
    service_account: str
    meshed: bool
    extra: PodRequest | None = None
    """The harness's own Pod for it; None where the configuration has one."""


def teams(deployed: Deployed) -> list[str]:
    """Return the tenants' namespaces: those that hold neither istiod nor a gateway."""
    platform = {r.namespace for r in deployed.workloads if _is_platform(r)}
    return [namespace for namespace in deployed.namespaces if namespace not in platform]


def _is_platform(request: PodRequest) -> bool:
    labels = request.manifest["metadata"]["labels"]
    annotations = request.manifest["metadata"]["annotations"]
    return bool(labels.get("app") == "istiod" or annotations.get("inject.istio.io/templates") == "gateway")


def identities(deployed: Deployed) -> list[Identity]:
    """Return every identity of a configuration."""
    tenants = teams(deployed)
    workloads = [r for r in deployed.workloads if r.namespace in tenants and r.name.endswith("-0")]
    found = [_workload(request) for request in workloads]
    having = {(i.namespace, i.service_account) for i in found}
    for namespace, account in dict.fromkeys(granted_accounts(deployed)):
        if namespace in tenants and (namespace, account) not in having:
            found.append(_own(namespace, account, account, meshed=True))
    for namespace in tenants:
        found.append(_own(namespace, OTHER_ACCOUNT, OTHER_ACCOUNT, meshed=True))
        found.append(_own(namespace, UNMESHED, "default", meshed=False))
    if tenants:
        last = max(tenants)  # by name: their order in the stacks is not theirs
        account = next((i.service_account for i in found if i.namespace == last), "default")
        found.append(_own(last, INTRUDER, account, meshed=False))
    return found


def accounts(found: Iterable[Identity]) -> list[dict[str, Any]]:
    """Return the ServiceAccount objects that the harness's own Pods need."""
    needed = {(i.namespace, i.service_account) for i in found if i.extra}
    return [
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account, "namespace": namespace},
        }
        for namespace, account in sorted(needed)
    ]


def granted_accounts(deployed: Deployed) -> Iterator[tuple[str, str]]:
    """Yield (namespace, service account) of every exact identity in a policy or a Gateway server."""
    for item in deployed.of_kind("AuthorizationPolicy", "Gateway"):
        for text in _strings(item.object.get("spec")):
            exact = _SPIFFE.fullmatch(text)
            if exact and "*" not in text:
                yield exact["namespace"], exact["account"]
        for rule in (item.object.get("spec") or {}).get("rules") or ():
            for source in rule.get("from") or ():
                for account in source.get("source", {}).get("serviceAccounts") or ():
                    namespace, _, name = account.rpartition("/")
                    if namespace and "*" not in account:
                        yield namespace, name


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


def _workload(request: PodRequest) -> Identity:
    return Identity(
        name=f"{request.namespace}/{request.name.removesuffix('-0')}",
        pod=f"{request.namespace}/{request.name}",
        namespace=request.namespace,
        service_account=str(request.manifest["spec"].get("serviceAccountName") or "default"),
        meshed=request.manifest["metadata"]["labels"].get("sidecar.istio.io/inject") != "false",
    )


def _own(namespace: str, name: str, account: str, *, meshed: bool) -> Identity:
    labels = {"app": _pod_name(name)} | ({} if meshed else {"sidecar.istio.io/inject": "false"})
    manifest = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": _pod_name(name), "namespace": namespace, "labels": labels, "annotations": {}},
        "spec": {
            "serviceAccountName": account,
            "containers": [{"name": "main", "image": "proof", "securityContext": RESTRICTED}],
        },
    }
    return Identity(
        name=f"{namespace}/{name}",
        pod=f"{namespace}/{_pod_name(name)}",
        namespace=namespace,
        service_account=account,
        meshed=meshed,
        extra=PodRequest(manifest=manifest),
    )


def _pod_name(name: str) -> str:
    return name if name.startswith("proof-") else f"proof-{name}"
