"""AuthorizationPolicies as Istio compiles them for a listener, a gateway's or a sidecar's."""

import contextlib
from collections import defaultdict
from collections.abc import Iterable
from operator import eq
from typing import NamedTuple

from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided
from egress.review.istio.authorization_policy import (
    GATEWAY_NAME,
    PORT,
    SNI,
    Action,
    AuthorizationPolicy,
    Condition,
    Operation,
    Rule,
    Source,
    Values,
    authorization_policy,
    targets_of,
)
from egress.review.istio.policy_values import (
    Compare,
    by_host,
    by_namespace,
    by_path,
    by_principal,
    by_string,
)
from egress.review.istio.request_headers import SET_BY_A_PROXY, seen
from egress.review.network.addresses import AddressSet, Cover, networks
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels
from egress.review.objects.workloads import Workload
from egress.review.paths import path_only
from egress.review.request import Request


class Attributes(NamedTuple):
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

    def __init__(
        self,
        policies: Iterable[KubernetesObject],
        root_namespace: str,
        authentications: Iterable[KubernetesObject] = (),
    ) -> None:
        self._authentications = tuple(authentications)
        self._root = root_namespace
        self.all = [authorization_policy(item) for item in sorted(policies, key=lambda item: item.age)]
        self._by_namespace: dict[str, list[AuthorizationPolicy]] = defaultdict(list)
        for policy in self.all:
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
                if policy.selects(workload.labels)
            )
            self._indexes[key].takes_tokens = any(
                item.namespace in namespaces and _authenticates(item, workload)
                for item in self._authentications
            )
        return self._indexes[key]


class PolicyIndex:
    """The policies of one workload; ALLOW policies found by the namespaces and hosts they name.

    A thousand teams' policies stand on one gateway; a request is compared with those that can concern it.
    """

    def __init__(self, policies: Iterable[AuthorizationPolicy]) -> None:
        self.takes_tokens = False
        """A RequestAuthentication gives requests with a token an identity, which no question states."""
        self.deny: list[AuthorizationPolicy] = []
        self.allow: list[AuthorizationPolicy] = []
        self._named: dict[str, list[int]] = defaultdict(list)
        self._open: list[int] = []
        for policy in policies:
            if policy.dry_run:
                continue
            if policy.action is Action.ALLOW:
                self._file(policy)
            elif policy.action is Action.DENY:
                self.deny.append(policy)

    def _file(self, policy: AuthorizationPolicy) -> None:
        position = len(self.allow)
        self.allow.append(policy)
        namespaces = policy.only_namespaces()
        if namespaces is None:
            self._open.append(position)
        for namespace in namespaces or ():
            self._named[namespace].append(position)

    def allowing(self, namespace: str) -> list[AuthorizationPolicy]:
        """The ALLOW policies that can concern a caller of a namespace, in their order."""
        return [self.allow[i] for i in sorted([*self._open, *self._named.get(namespace, ())])]


def _authenticates(item: KubernetesObject, workload: Workload) -> bool:
    targets = targets_of(item.spec)
    if targets is not None and workload.labels.get(GATEWAY_NAME) not in targets:
        return False
    return matches_labels((item.spec.get("selector") or {}).get("matchLabels"), workload.labels)


def decide(policies: PolicyIndex, asked: Attributes) -> tuple[Decision, ClientSees | None]:
    """DENY first, then ALLOW: without ALLOW policies everything passes, with them only what one matches."""
    refused = ClientSees.FORBIDDEN if asked.http else ClientSees.TLS_FAILURE
    for policy in policies.deny:
        if _matches(policy, asked, policies.takes_tokens):
            reason = Reason(Why.POLICY_DENIES, policy=policy.name)
            return _decision(Outcome.REFUSES, reason, policy.address), refused
    if not policies.allow:
        return _decision(Outcome.PASSES, Reason(Why.NO_ALLOW_POLICY), None), None
    for policy in policies.allowing(asked.namespace):
        if _matches(policy, asked, policies.takes_tokens):
            reason = Reason(Why.POLICY_ALLOWS, policy=policy.name)
            return _decision(Outcome.PASSES, reason, policy.address), None
    return _refusal(policies, asked), refused


def _decision(outcome: Outcome, reason: Reason, address: str | None) -> Decision:
    return Decision(Control.AUTHORIZATION_POLICY, outcome, reason, address)


def _refusal(policies: PolicyIndex, asked: Attributes) -> Decision:
    """The refusal of a request that no policy allows: none of them decides it, so none is named."""
    reason = Reason(
        Why.NO_POLICY_MATCHES, count=len(policies.allow), caller=asked.principal or None, port=asked.port
    )
    return _decision(Outcome.REFUSES, reason, None)


def _matches(policy: AuthorizationPolicy, asked: Attributes, takes_tokens: bool) -> bool:
    """True when one of a policy's rules matches a request or connection.

    On a TCP or TLS listener an HTTP attribute drops an ALLOW rule as a whole; of a DENY rule it is left out,
    so that the rest refuses more (security/authz/model/model.go, checkError).
    """
    deny = policy.action is Action.DENY
    evaluated = _Evaluated(asked, policy, takes_tokens)
    return any(evaluated.matches(rule) for rule in policy.rules if asked.http or deny or not rule.reads_http)


class _Evaluated:
    """A policy's rules against one request."""

    __slots__ = ("asked", "policy", "takes_tokens")

    def __init__(self, asked: Attributes, policy: AuthorizationPolicy, takes_tokens: bool) -> None:
        self.asked = asked
        self.policy = policy
        self.takes_tokens = takes_tokens

    def matches(self, rule: Rule) -> bool:
        """True when a source, an operation and every condition fit."""
        return (
            any(map(self._operation, rule.operations))
            and any(map(self._source, rule.sources))
            and all(map(self._condition, rule.conditions))
        )

    def _source(self, source: Source) -> bool:
        asked = self.asked
        found = source.principals.fit(asked.principal, by_principal)
        found &= source.namespaces.fit(asked.namespace, by_namespace)
        found &= source.service_accounts.fit(asked.service_account, self._by_service_account)
        found &= self._addresses(source.ip_blocks)
        found &= self._addresses(source.remote_ip_blocks)
        return found and self._token(source.request_principals)

    def _operation(self, operation: Operation) -> bool:
        asked = self.asked
        return (
            self._http(operation.hosts, asked.request.name_asked, by_host)
            and operation.ports.fit(str(asked.port), eq)
            and self._http(operation.methods, asked.request.method, by_string)
            and self._http(operation.paths, asked.path, by_path)
        )

    def _condition(self, condition: Condition) -> bool:
        key, values, asked = condition.key, condition.values, self.asked
        if key in ("source.ip", "remote.ip"):
            return self._addresses(values)
        if key.startswith("request.headers["):
            name = key.removeprefix("request.headers[").removesuffix("]").lower()
            return not asked.http or self._header(name, values)
        if key.startswith("request.auth."):
            return self._token(values)
        match key:
            case _ if key == PORT:
                return values.fit(str(asked.port), eq)
            case _ if key == SNI:
                return values.fit(asked.sni, by_string)
            case "source.namespace":
                return values.fit(asked.namespace, by_namespace)
            case "source.principal":
                return values.fit(asked.principal, by_principal)
            case "source.serviceAccount":
                return values.fit(asked.service_account, self._by_service_account)
        raise Undecided(Reason(Why.CONDITION_NOT_MODELLED, key=key), self.policy.address)

    def _header(self, name: str, values: Values) -> bool:
        try:
            value = seen(self.asked.request, name)
        except Undecided as undecided:
            raise Undecided(undecided.reason, self.policy.address) from undecided
        if value is SET_BY_A_PROXY:
            if any(pattern != "*" for pattern in values.all):
                raise Undecided(Reason(Why.HEADER_SET_BY_PROXY, header=name), self.policy.address)
            return not values.unwanted
        return values.fit(str(value or ""), by_string)

    def _http(self, values: Values, value: str, compare: Compare) -> bool:
        """An attribute that only a request has: of a connection it is left out."""
        return not self.asked.http or values.fit(value, compare)

    def _token(self, values: Values) -> bool:
        """What a token says. Raises Undecided where the proxy takes tokens: nobody says which the caller has."""
        if self.asked.http and values.stated and self.takes_tokens:
            raise Undecided(Reason(Why.TOKEN_OPEN, policy=self.policy.name), self.policy.address)
        return self._http(values, "", by_string)

    def _by_service_account(self, pattern: str, value: str) -> bool:
        """`NAME` in the policy's namespace, or `NAMESPACE/NAME`."""
        return bool(value) and (pattern if "/" in pattern else f"{self.policy.namespace}/{pattern}") == value

    def _addresses(self, blocks: Values) -> bool:
        return (not blocks.wanted or self._within(blocks.wanted)) and not (
            blocks.unwanted and self._within(blocks.unwanted)
        )

    def _within(self, cidrs: tuple[str, ...]) -> bool:
        cover = Cover.SOME
        with contextlib.suppress(ValueError):  # Istio's validation refuses what is no range
            cover = self.asked.addresses.covered_by(networks(cidrs)) if self.asked.addresses else Cover.SOME
        if cover is Cover.SOME:
            raise Undecided(Reason(Why.CALLERS_ADDRESS_OPEN, ranges=cidrs), self.policy.address)
        return cover is Cover.ALL
