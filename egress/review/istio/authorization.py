"""AuthorizationPolicies as Istio compiles them for a listener, a gateway's or a sidecar's."""

import contextlib
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
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
            checked = [
                item
                for item in self._authentications
                if item.namespace in namespaces and _authenticates(item, workload)
            ]
            self._indexes[key].takes_tokens = bool(checked)
            self._indexes[key].authentications = checked
        return self._indexes[key]


class PolicyIndex:
    """The policies of one workload; ALLOW policies found by the namespaces and hosts they name.

    A thousand teams' policies stand on one gateway; a request is compared with those that can concern it.
    """

    def __init__(self, policies: Iterable[AuthorizationPolicy]) -> None:
        self.takes_tokens = False
        """A RequestAuthentication gives requests with a token an identity, which no question states."""
        self.authentications: Sequence[KubernetesObject] = ()
        """The RequestAuthentications themselves: an invalid token is refused before any policy is asked."""
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
    """DENY first, then ALLOW: without ALLOW policies everything passes, with them only what one matches.

    Raises Undecided where that hangs on something that the input does not state.
    """
    refused = ClientSees.FORBIDDEN if asked.http else ClientSees.TLS_FAILURE
    denying, open_denial = _first(policies.deny, asked, policies.takes_tokens)
    if denying is not None:
        reason = Reason(Why.POLICY_DENIES, policy=denying.name)
        return _decision(Outcome.REFUSES, reason, denying.address), refused
    allowing, open_grant = _first(policies.allowing(asked.namespace), asked, policies.takes_tokens)
    if policies.allow and allowing is None and open_grant is None:
        return _refusal(policies, asked), refused
    undecided = _unchecked(policies, asked) or open_denial or (open_grant if allowing is None else None)
    if undecided is not None:
        raise undecided
    if allowing is None:
        return _decision(Outcome.PASSES, Reason(Why.NO_ALLOW_POLICY), None), None
    reason = Reason(Why.POLICY_ALLOWS, policy=allowing.name)
    return _decision(Outcome.PASSES, reason, allowing.address), None


def _unchecked(policies: PolicyIndex, asked: Attributes) -> Undecided | None:
    """What leaves a request with a token open: nobody says whether the token is valid."""
    if not asked.http:
        return None
    for item in policies.authentications:
        for rule in item.spec.get("jwtRules") or ():
            if _carries_token(rule if isinstance(rule, Mapping) else {}, asked.request):
                return Undecided(Reason(Why.TOKEN_UNCHECKED), item.address, "spec.jwtRules")
    return None


def _carries_token(rule: Mapping[str, object], request: Request) -> bool:
    """True for a request with something where a rule looks for a token.

    A rule that names places looks there alone (security/authn/policy_applier.go, convertToEnvoyJwtConfig).
    """
    named = ("fromHeaders", "fromParams", "fromCookies")
    query = request.path.partition("?")[2]
    if not any(rule.get(name) for name in named):
        value = request.headers.get("authorization", "")
        return value.startswith("Bearer ") or "access_token=" in query
    headers = rule.get("fromHeaders")
    for one in headers if isinstance(headers, list) else ():
        value = request.headers.get(str(one.get("name", "")).lower(), "")
        if value and value.startswith(str(one.get("prefix") or "")):
            return True
    parameters = rule.get("fromParams")
    if any(f"{name}=" in query for name in (parameters if isinstance(parameters, list) else ())):
        return True
    return bool(rule.get("fromCookies")) and "cookie" in request.headers


def _first(
    policies: Iterable[AuthorizationPolicy], asked: Attributes, takes_tokens: bool
) -> tuple[AuthorizationPolicy | None, Undecided | None]:
    """The first policy that matches for certain, and what leaves open whether one before it does."""
    left_open: Undecided | None = None
    for policy in policies:
        try:
            if _matches(policy, asked, takes_tokens):
                return policy, left_open
        except Undecided as undecided:
            left_open = left_open or undecided
    return None, left_open


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
    return some(
        partial(evaluated.matches, rule) for rule in policy.rules if asked.http or deny or not rule.reads_http
    )


Part = Callable[[], bool]


def every(parts: Iterable[Part]) -> bool:
    """False where one part is; only where none is, what is open leaves all of them open."""
    left_open: Undecided | None = None
    for part in parts:
        try:
            if not part():
                return False
        except Undecided as undecided:
            left_open = left_open or undecided
    if left_open is not None:
        raise left_open
    return True


def some(parts: Iterable[Part]) -> bool:
    """True where one part is; only where none is, what is open leaves all of them open."""
    left_open: Undecided | None = None
    for part in parts:
        try:
            if part():
                return True
        except Undecided as undecided:
            left_open = left_open or undecided
    if left_open is not None:
        raise left_open
    return False


class _Evaluated:
    """A policy's rules against one request."""

    __slots__ = ("asked", "policy", "takes_tokens")

    def __init__(self, asked: Attributes, policy: AuthorizationPolicy, takes_tokens: bool) -> None:
        self.asked = asked
        self.policy = policy
        self.takes_tokens = takes_tokens

    def matches(self, rule: Rule) -> bool:
        """True when a source, an operation and every condition fit."""
        return every(
            (
                lambda: some(partial(self._operation, one) for one in rule.operations),
                lambda: some(partial(self._source, one) for one in rule.sources),
                lambda: every(partial(self._condition, one) for one in rule.conditions),
            )
        )

    def _source(self, source: Source) -> bool:
        asked = self.asked
        return every(
            (
                lambda: source.principals.fit(asked.principal, by_principal),
                lambda: source.namespaces.fit(asked.namespace, by_namespace),
                lambda: source.service_accounts.fit(asked.service_account, self._by_service_account),
                lambda: self._addresses(source.ip_blocks),
                lambda: self._addresses(source.remote_ip_blocks),
                lambda: self._token(source.request_principals),
            )
        )

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
