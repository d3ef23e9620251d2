"""DestinationRules: which one a proxy uses for a service, and what TLS it then speaks."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from egress.review.istio.hostnames import fully_qualified, is_wildcard, most_specific
from egress.review.istio.visibility import PUBLIC, exported_to
from egress.review.objects.kubernetes_object import KubernetesObject
from egress.review.objects.selectors import matches_labels


@dataclass(frozen=True, slots=True)
class ClientTls:
    """The TLS a proxy speaks to a destination. `mode` is empty where nothing is stated."""

    mode: str = ""
    sni: str = ""
    subject_alt_names: tuple[str, ...] = ()
    insecure: bool = False
    credential: str = ""
    """A Secret that only a proxy selected by name may read."""
    address: str | None = None

    def verified(self, asked: str) -> tuple[str, ...]:
        """The names one of which the site's certificate must carry; none where the name is not checked.

        `asked` is empty where the proxy has read no request.

        With `sni` set and no subjectAltNames, Istio checks no name (cluster_tls.go,
        setAutoSniAndAutoSanValidation).
        """
        if self.insecure:
            return ()
        return self.subject_alt_names or (() if self.sni or not asked else (asked,))


@dataclass(frozen=True, eq=False, kw_only=True)
class Subset:
    """A subset: whose endpoints, and the traffic policy of its own."""

    labels: Mapping[str, str]
    policy: Mapping[str, Any]
    address: str


@dataclass(frozen=True, eq=False, kw_only=True)
class DestinationRule:
    """A DestinationRule, or several of one host and namespace merged."""

    objects: tuple[KubernetesObject, ...]
    host: str
    export: frozenset[str]
    selector: Mapping[str, str] | None
    policy: Mapping[str, Any]
    subsets: Mapping[str, Subset]

    @property
    def address(self) -> str:
        """Where the oldest part is declared."""
        return self.objects[0].address

    def tls(self, subset: str, port: int) -> ClientTls:
        """The TLS towards a port of a subset."""
        found, address = self._setting("tls", subset, port)
        if not found:
            return ClientTls()
        return ClientTls(
            mode=str(found.get("mode") or "DISABLE"),
            sni=str(found.get("sni") or ""),
            subject_alt_names=tuple(found.get("subjectAltNames") or ()),
            insecure=bool(found.get("insecureSkipVerify")),
            credential=str(found.get("credentialName") or ""),
            address=address,
        )

    def endpoint_tls(self, subset: str, port: int) -> str:
        """The mode that the Pods behind a port are marked with; empty where nothing is stated.

        Here a port level setting without TLS leaves that of the policy above it (xds/endpoints/mtls_checker.go).
        """
        for policy in (self.subsets[subset].policy if subset else {}, self.policy):
            levels = [
                level.get("tls")
                for level in policy.get("portLevelSettings") or ()
                if (level.get("port") or {}).get("number") == port
            ]
            for tls in (*levels, policy.get("tls")):
                if tls is not None:
                    return str(tls.get("mode") or "DISABLE")
        return ""

    def original_destination(self, subset: str, port: int) -> str | None:
        """Where the rule says that a proxy connects to whatever the client dialled; None where it does not."""
        found, address = self._setting("loadBalancer", subset, port)
        return address if (found or {}).get("simple") == "PASSTHROUGH" else None

    def labels(self, subset: str) -> Mapping[str, str]:
        """The labels of a subset's endpoints."""
        return self.subsets[subset].labels if subset else {}

    def _setting(self, name: str, subset: str, port: int) -> tuple[Mapping[str, Any] | None, str]:
        """A setting and where it stands: the subset's port, the subset, the rule's port, the rule.

        A port level setting replaces the whole policy above it (MergeTrafficPolicy, hasPortLevel).
        """
        found, address = _effective(self.policy, port).get(name), self.address
        if subset and self.subsets[subset].policy:
            own = _effective(self.subsets[subset].policy, port)
            if name in own or own.get("port level"):
                found, address = own.get(name), self.subsets[subset].address
        return found, address


class DestinationRules:
    """All DestinationRules: what a namespace has for itself, and what it exports, by host."""

    def __init__(
        self, items: Iterable[KubernetesObject], root_namespace: str, default: Sequence[str] = (PUBLIC,)
    ) -> None:
        self._root = root_namespace
        self.all: list[DestinationRule] = []
        self._own: dict[str, dict[str, list[DestinationRule]]] = defaultdict(dict)
        self._exported: dict[str, dict[str, list[DestinationRule]]] = defaultdict(dict)
        self._chosen: dict[tuple[str, str, str], list[DestinationRule]] = {}
        for item in sorted(items, key=lambda item: (not item.spec.get("workloadSelector"), item.age)):
            rule = _parse(item, default)
            self.all.append(rule)
            if PUBLIC in rule.export or item.namespace in rule.export:
                _merge_into(self._own[item.namespace].setdefault(rule.host, []), rule)
            if rule.export != {item.namespace}:
                _merge_into(self._exported[item.namespace].setdefault(rule.host, []), rule)

    def for_service(
        self, host: str, service_namespace: str, viewer: str, labels: Mapping[str, str]
    ) -> DestinationRule | None:
        """The rule a proxy uses for a service.

        Its own namespace first, then the service's, then the root namespace, the latter two as far as they
        export it (push_context.go, destinationRule).
        """
        key = (host, service_namespace, viewer)
        if key not in self._chosen:
            self._chosen[key] = self._choose(host, service_namespace, viewer)
        return _for_workload(self._chosen[key], labels)

    def _choose(self, host: str, service_namespace: str, viewer: str) -> list[DestinationRule]:
        own = _best(self._own[viewer], host)
        if viewer == self._root:
            own = [rule for rule in own if rule.export == {viewer}]
        if own:
            return own
        for namespace in (service_namespace, self._root):
            rules = _best(self._exported[namespace], host)
            exported = [rule for rule in rules if PUBLIC in rule.export or viewer in rule.export]
            if exported:
                return exported
        return []


def _best(by_host: Mapping[str, list[DestinationRule]], host: str) -> list[DestinationRule]:
    if host in by_host:
        return by_host[host]
    stars = [pattern for pattern in by_host if is_wildcard(pattern)]
    best = most_specific(host, stars)
    return by_host[best] if best else []


def _for_workload(rules: list[DestinationRule], labels: Mapping[str, str]) -> DestinationRule | None:
    general = None
    for rule in rules:
        if rule.selector is None:
            general = rule
        elif matches_labels(rule.selector, labels):
            return rule
    return general


def _parse(item: KubernetesObject, default: Sequence[str]) -> DestinationRule:
    spec = item.spec
    selector = spec.get("workloadSelector")
    export = exported_to(spec.get("exportTo"), item.namespace, default)
    return DestinationRule(
        objects=(item,),
        host=fully_qualified(str(spec.get("host", "")), item.namespace),
        export=frozenset({item.namespace}) if selector else export,
        selector=(selector.get("matchLabels") or {}) if selector else None,
        policy=spec.get("trafficPolicy") or {},
        subsets={
            str(subset["name"]): Subset(
                labels=subset.get("labels") or {},
                policy=subset.get("trafficPolicy") or {},
                address=item.address,
            )
            for subset in spec.get("subsets") or ()
        },
    )


def _merge_into(group: list[DestinationRule], rule: DestinationRule) -> None:
    """Merge a newer rule of the same host into the older ones of equal export and selector.

    The older top level stays, subsets are added. A rule exported further than the older one is merged and
    kept on its own as well (destination_rule.go, mergeDestinationRule).
    """
    alone = True
    for position, older in enumerate(group):
        if older.selector != rule.selector:
            continue
        if rule.export == older.export:
            alone = False
        elif not (older.export and rule.export >= older.export):
            continue
        group[position] = DestinationRule(
            objects=(*older.objects, *rule.objects),
            host=older.host,
            export=older.export,
            selector=older.selector,
            policy=older.policy or rule.policy,
            subsets={**rule.subsets, **older.subsets},
        )
    if alone:
        group.append(rule)


def _effective(policy: Mapping[str, Any], port: int) -> Mapping[str, Any]:
    for level in policy.get("portLevelSettings") or ():
        if (level.get("port") or {}).get("number") == port:
            return {**level, "port level": True}
    return policy
