"""AuthorizationPolicies as Istio compiles them for a listener, a gateway's or a sidecar's."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.istio.http_matching import path_only
from egress.review.istio.policy_values import (
    Compare,
    any_of,
    by_host,
    by_namespace,
    by_path,
    by_principal,
    by_string,
)
from egress.review.network.addresses import AddressSet, Cover, networks
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload
from egress.review.request import Request

DRY_RUN = "istio.io/dry-run"
"""An annotation: the policy only writes what it would decide to the log."""


@dataclass(frozen=True, eq=False, slots=True)
class Asked:
    """What a policy can see of a request. On a connection (`http` False) it sees no HTTP attribute."""

    http: bool
    principal: str
    namespace: str
    service_account: str
    addresses: AddressSet | None
    port: int
    sni: str
    request: Request

    @property
    def path(self) -> str:
        """The path a policy compares: no query, dot segments resolved."""
        return path_only(self.request.path)


class Authorization:
    """The policies of a mesh, by the workload they apply to."""

    def __init__(self, policies: Iterable[KubernetesObject], root_namespace: str) -> None:
        self._root = root_namespace
        self._by_namespace: dict[str, list[KubernetesObject]] = defaultdict(list)
        for policy in sorted(policies, key=lambda item: item.age):
            self._by_namespace[policy.namespace].append(policy)
        self._indexes: dict[tuple[str, str], PolicyIndex] = {}

    def policies_for(self, workload: Workload) -> "PolicyIndex":
        """The policies of a workload: the root namespace's and its own namespace's, one list."""
        key = (workload.namespace, workload.name)
        if key not in self._indexes:
            namespaces = dict.fromkeys((self._root, workload.namespace))
            self._indexes[key] = PolicyIndex(
                policy
                for namespace in namespaces
                for policy in self._by_namespace.get(namespace, ())
                if matches_labels((policy.spec.get("selector") or {}).get("matchLabels"), workload.labels)
            )
        return self._indexes[key]


class PolicyIndex:
    """The policies of one workload; ALLOW policies found by the namespaces and hosts they name.

    A thousand teams' policies stand on one gateway; a request is compared with those that can concern it.
    """

    def __init__(self, policies: Iterable[KubernetesObject]) -> None:
        self.deny: list[KubernetesObject] = []
        self.allow: list[KubernetesObject] = []
        self._named: dict[str, list[int]] = defaultdict(list)
        self._open: list[int] = []
        for policy in policies:
            if policy.annotations.get(DRY_RUN, "").lower() in ("true", "t", "1"):
                continue
            match str(policy.spec.get("action") or "ALLOW"):
                case "ALLOW":
                    self._file(policy)
                case "DENY":
                    self.deny.append(policy)

    def _file(self, policy: KubernetesObject) -> None:
        position = len(self.allow)
        self.allow.append(policy)
        namespaces = _literal_namespaces(policy)
        if namespaces is None:
            self._open.append(position)
        for namespace in namespaces or ():
            self._named[namespace].append(position)

    def allowing(self, namespace: str) -> list[KubernetesObject]:
        """The ALLOW policies that can concern a caller of a namespace, in their order."""
        return [self.allow[i] for i in sorted([*self._open, *self._named.get(namespace, ())])]


def decide(policies: PolicyIndex, asked: Asked) -> tuple[Decision, ClientSees | None]:
    """DENY first, then ALLOW: without ALLOW policies everything passes, with them only what one matches."""
    refused = ClientSees.FORBIDDEN if asked.http else ClientSees.TLS_FAILURE
    for policy in policies.deny:
        if any(_rule_matches(rule, asked, policy, deny=True) for rule in policy.spec.get("rules") or ()):
            reason = Reason(Why.POLICY_DENIES, policy=policy.name)
            return _decision(Outcome.REFUSES, reason, policy.address), refused
    if not policies.allow:
        return _decision(Outcome.PASSES, Reason(Why.NO_ALLOW_POLICY), None), None
    for policy in policies.allowing(asked.namespace):
        if any(_rule_matches(rule, asked, policy, deny=False) for rule in policy.spec.get("rules") or ()):
            reason = Reason(Why.POLICY_ALLOWS, policy=policy.name)
            return _decision(Outcome.PASSES, reason, policy.address), None
    return _refusal(policies, asked), refused


def _decision(outcome: Outcome, reason: Reason, address: str | None) -> Decision:
    return Decision(Control.AUTHORIZATION_POLICY, outcome, reason, address)


def _refusal(policies: PolicyIndex, asked: Asked) -> Decision:
    """The refusal of a request that no policy allows, with the policy that comes nearest to it."""
    reason = Reason(
        Why.NO_POLICY_MATCHES, count=len(policies.allow), caller=asked.principal or None, port=asked.port
    )
    near = policies.allowing(asked.namespace)
    own = [policy for policy in near if _literal_namespaces(policy)] or near or policies.allow
    return _decision(Outcome.REFUSES, reason, own[0].address)


def _literal_namespaces(policy: KubernetesObject) -> set[str] | None:
    """The namespaces that alone can match a policy; None where others may."""
    found: set[str] = set()
    for rule in policy.spec.get("rules") or ():
        sources = [entry.get("source") or {} for entry in rule.get("from") or ()]
        if not sources:
            return None
        for source in sources:
            named = source.get("namespaces") or [
                principal_namespace(p) for p in source.get("principals") or ()
            ]
            if not named or any(not name or "*" in name for name in named):
                return None
            found.update(named)
    return found


def principal_namespace(principal: str) -> str:
    """The namespace of a full principal, `cluster.local/ns/x/sa/y`; empty where it is not one."""
    parts = str(principal).split("/")
    return parts[2] if len(parts) == 5 and parts[1] == "ns" and "*" not in principal else ""


class _HttpAttributeOnTcp(Exception):  # noqa: N818 - tells the rule's evaluation, not a user
    """An ALLOW rule that names an HTTP attribute is dropped as a whole on a connection."""


def _rule_matches(rule: Mapping[str, Any], asked: Asked, policy: KubernetesObject, *, deny: bool) -> bool:
    try:
        return _Rule(asked, policy, deny).matches(rule)
    except _HttpAttributeOnTcp:
        return False


@dataclass(frozen=True, slots=True)
class _Rule:
    """One rule against one request.

    On a TCP or TLS listener an HTTP attribute drops an ALLOW rule as a whole; of a DENY rule it is left out,
    so that the rest refuses more (security/authz/model/model.go, checkError).
    """

    asked: Asked
    policy: KubernetesObject
    deny: bool

    def matches(self, rule: Mapping[str, Any]) -> bool:
        """True when a source, an operation and every condition fit.

        Read as far as needed, but on a connection to the end: there one HTTP attribute drops the whole rule.
        """
        operations: Iterable[bool] = (
            self._operation(entry.get("operation") or {}) for entry in rule.get("to") or ()
        )
        sources: Iterable[bool] = (
            self._source(entry.get("source") or {}) for entry in rule.get("from") or ()
        )
        conditions: Iterable[bool] = (self._condition(condition) for condition in rule.get("when") or ())
        if not self.asked.http:
            operations, sources, conditions = (
                iter(list(operations)),
                iter(list(sources)),
                iter(list(conditions)),
            )
        return (
            (not rule.get("to") or any(operations))
            and (not rule.get("from") or any(sources))
            and all(conditions)
        )

    def _values(
        self,
        body: Mapping[str, Any],
        key: str,
        negated: str,
        value: str,
        compare: Compare,
        *,
        http: bool = False,
    ) -> bool:
        wanted, unwanted = body.get(key) or (), body.get(negated) or ()
        if not wanted and not unwanted:
            return True
        if http and not self.asked.http:
            if not self.deny:
                raise _HttpAttributeOnTcp
            return True
        return (not wanted or any_of(wanted, value, compare)) and not any_of(unwanted, value, compare)

    def _source(self, source: Mapping[str, Any]) -> bool:
        asked = self.asked
        found = self._values(source, "principals", "notPrincipals", asked.principal, by_principal)
        found &= self._values(source, "namespaces", "notNamespaces", asked.namespace, by_namespace)
        found &= self._values(
            source, "serviceAccounts", "notServiceAccounts", asked.service_account, self._by_service_account
        )
        found &= self._values(source, "requestPrincipals", "notRequestPrincipals", "", by_string, http=True)
        found &= self._addresses(source, "ipBlocks", "notIpBlocks")
        return found & self._addresses(source, "remoteIpBlocks", "notRemoteIpBlocks")

    def _operation(self, operation: Mapping[str, Any]) -> bool:
        asked = self.asked
        found = self._values(operation, "hosts", "notHosts", asked.request.name_asked, by_host, http=True)
        if asked.http and not found:
            return False
        found &= self._values(operation, "ports", "notPorts", str(asked.port), lambda a, b: a == b)
        found &= self._values(operation, "methods", "notMethods", asked.request.method, by_string, http=True)
        return found & self._values(operation, "paths", "notPaths", asked.path, by_path, http=True)

    def _condition(self, condition: Mapping[str, Any]) -> bool:
        key = str(condition.get("key", ""))
        asked = self.asked
        match key:
            case "destination.port":
                return self._values(condition, "values", "notValues", str(asked.port), lambda a, b: a == b)
            case "connection.sni":
                return self._values(condition, "values", "notValues", asked.sni, by_string)
            case "source.namespace":
                return self._values(condition, "values", "notValues", asked.namespace, by_namespace)
            case "source.principal":
                return self._values(condition, "values", "notValues", asked.principal, by_principal)
            case "source.serviceAccount":
                return self._values(
                    condition, "values", "notValues", asked.service_account, self._by_service_account
                )
            case "source.ip" | "remote.ip":
                return self._addresses(condition, "values", "notValues")
        if key.startswith("request.headers["):
            name = key.removeprefix("request.headers[").removesuffix("]").lower()
            value = asked.request.headers.get(name, "")
            return self._values(condition, "values", "notValues", value, by_string, http=True)
        if key.startswith("request.auth."):
            return self._values(condition, "values", "notValues", "", by_string, http=True)
        raise Undecided(Reason(Why.CONDITION_NOT_MODELLED, key=key), self.policy.address)

    def _by_service_account(self, pattern: str, value: str) -> bool:
        """`NAME` in the policy's namespace, or `NAMESPACE/NAME`."""
        return bool(value) and (pattern if "/" in pattern else f"{self.policy.namespace}/{pattern}") == value

    def _addresses(self, body: Mapping[str, Any], key: str, negated: str) -> bool:
        return (not body.get(key) or self._within(body[key])) and not (
            body.get(negated) and self._within(body[negated])
        )

    def _within(self, cidrs: Iterable[str]) -> bool:
        listed = list(cidrs)
        if self.asked.addresses is None:
            raise Undecided(Reason(Why.CALLERS_ADDRESS_OPEN, ranges=tuple(listed)), self.policy.address)
        cover = self.asked.addresses.covered_by(networks(listed))
        if cover is Cover.SOME:
            raise Undecided(Reason(Why.CALLERS_ADDRESS_OPEN, ranges=tuple(listed)), self.policy.address)
        return cover is Cover.ALL
