"""The smallest set of grants that covers what was seen, and what is listed apart in place of being granted."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import NamedTuple, get_args

from egress.config.configuration import Configuration, service_account, team_namespaces
from egress.config.names import LABEL, fold
from egress.config.team import Grant, HttpMethod
from egress.logs.asked import DEFAULT_PORT
from egress.observed.learning.evidence import Evidence, Observed, Use
from egress.observed.learning.names import Odd, odd
from egress.observed.learning.paths import Pattern, Rule
from egress.observed.learning.seen import Seen, together

METHODS = frozenset(get_args(HttpMethod))
SYSTEM = ("istio-", "kube-", "gke-", "gmp-", "config-management-")


class Apart(StrEnum):
    """Why something that was asked is not proposed."""

    NOBODY = auto()
    """No line says who asked."""
    BYTES = auto()
    """Neither HTTP nor TLS: a gateway could not tell whose it is."""
    RARE = auto()
    SYSTEM = auto()
    """A namespace of the system's."""
    NAME = auto()
    """A namespace or ServiceAccount that a configuration cannot name."""
    PORT = auto()
    """Another port of a host than the one that was asked most."""
    FOLDED = auto()
    """Its objects would have the names of another host's."""
    ADDRESS = auto()
    NOT_PUBLIC = auto()
    RANDOM = auto()
    NOT_A_HOST = auto()
    METADATA = auto()
    INSIDE = auto()
    PATH = auto()
    """A path that no grant can name."""
    METHOD = auto()
    """A method that no grant can name."""


@dataclass(frozen=True, kw_only=True)
class Aside:
    """Something that is listed apart."""

    why: Apart
    use: Use
    seen: Seen
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Learned:
    """A proposed grant with its evidence."""

    grant: Grant
    team: str
    seen: Seen
    rules: tuple[Rule, ...]
    """By which rules its paths were generalized."""

    @property
    def everywhere(self) -> bool:
        """Whether it lists no paths since there were too many."""
        return Rule.EVERYWHERE in self.rules


@dataclass
class Host:
    """How a host is to be reached."""

    http_port: int | None = None
    https_port: int | None = None
    straight: bool = False
    """Whether plain HTTP was seen to reach it as it is."""


@dataclass
class Proposal:
    """What would be written."""

    teams: dict[str, list[Learned]] = field(default_factory=dict)
    accounts: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """The ServiceAccounts of each team's grants, as its file names them."""
    hosts: dict[str, Host] = field(default_factory=dict)
    apart: list[Aside] = field(default_factory=list)
    covered: int = 0
    """Uses that the grants of the given configuration cover already."""


def propose(observed: Observed, stated: Configuration | None, least: int) -> Proposal:
    """Group what was seen; `stated` is the configuration that it is added to, `least` what is not rare."""
    found = Proposal()
    teams = _teams(stated)
    kept: dict[Use, Evidence] = {}
    for use, evidence in sorted(observed.uses.items()):
        why = _apart(use, evidence, least)
        if why:
            found.apart.append(_aside(why, use, evidence))
        else:
            kept[use] = evidence
    kept = dict(_on_one_port(found, kept, stated))
    kept = dict(_told_apart(found, kept, stated))
    by_team: dict[tuple[str, str, str], list[tuple[str, Use, Evidence]]] = defaultdict(list)
    for use, evidence in kept.items():
        namespace, account = _split(use.caller)
        team = teams.get(namespace, namespace)
        reference = account if namespace == team else f"{namespace}/{account}"
        by_team[team, use.host, use.scheme].append((reference, use, evidence))
    for (team, host, scheme), uses in by_team.items():
        key = _key(stated, host)
        grants = list(_grants(found, team, key, scheme, uses, stated))
        if not grants:
            continue
        found.teams.setdefault(team, []).extend(grants)
        for each in grants:
            found.accounts[team].update(each.grant.service_accounts)
        way = found.hosts.setdefault(key, Host())
        port = uses[0][1].port
        if scheme == "http":
            way.http_port = port
            way.straight = way.straight or any(evidence.seen.passed for _, _, evidence in uses)
        else:
            way.https_port = port
    return found


def _apart(use: Use, evidence: Evidence, least: int) -> Apart | None:
    if use.scheme == "tcp":
        return Apart.INSIDE if odd(use.host) is Odd.INSIDE else Apart.BYTES
    strange = odd(use.host)
    if strange:
        return Apart(strange.value)
    if not use.caller:
        return Apart.NOBODY
    namespace, account = _split(use.caller)
    if namespace.startswith(SYSTEM) or namespace in ("default",):
        return Apart.SYSTEM
    if not _is_name(namespace, letter=True) or not _is_name(account):
        return Apart.NAME
    return Apart.RARE if evidence.seen.times < least else None


def _is_name(text: str, *, letter: bool = False) -> bool:
    return bool(re.fullmatch(LABEL, text)) and not (letter and text[0].isdigit())


def _on_one_port(
    found: Proposal, kept: Mapping[Use, Evidence], stated: Configuration | None
) -> Iterator[tuple[Use, Evidence]]:
    """Of the ports of a host and scheme the one that is stated, else the usual one, else the one asked most."""
    ports: dict[tuple[str, str], dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for use, evidence in kept.items():
        ports[use.host, use.scheme][use.port] += evidence.seen.times
    chosen = {}
    for (host, scheme), counts in ports.items():
        destination = stated.destinations.destinations.get(_key(stated, host)) if stated else None
        own = (destination.http_port if scheme == "http" else destination.https_port) if destination else 0
        usual = DEFAULT_PORT[scheme]
        order = sorted(counts, key=lambda port: (port != own, port != usual, -counts[port], port))
        chosen[host, scheme] = own or order[0]
    for use, evidence in kept.items():
        if use.port == chosen[use.host, use.scheme]:
            yield use, evidence
        else:
            found.apart.append(
                _aside(Apart.PORT, use, evidence, f"port {chosen[use.host, use.scheme]} is proposed")
            )


def _told_apart(
    found: Proposal, kept: Mapping[Use, Evidence], stated: Configuration | None
) -> Iterator[tuple[Use, Evidence]]:
    """Of two hosts whose objects would have one name, the first."""
    owners: dict[str, str] = {}
    for key, destination in (stated.destinations.destinations if stated else {}).items():
        owners |= {fold(host): host for host in (key, *destination.also)}
    for use, evidence in kept.items():
        owner = owners.setdefault(fold(use.host), use.host)
        if owner == use.host:
            yield use, evidence
        else:
            found.apart.append(_aside(Apart.FOLDED, use, evidence, f"{owner} has these names"))


def _grants(
    found: Proposal,
    team: str,
    host: str,
    scheme: str,
    uses: Iterable[tuple[str, Use, Evidence]],
    stated: Configuration | None,
) -> Iterator[Learned]:
    """The grants of a team for a host by one scheme: accounts that asked for the same share one."""
    groups: dict[tuple[frozenset[str], tuple[str, ...]], list[_Part]] = defaultdict(list)
    for reference, use, evidence in uses:
        if scheme == "https":
            if stated and _covers(stated, team, reference, use, None):
                found.covered += 1
            else:
                groups[frozenset(), ()].append(_Part(reference, evidence.seen, ()))
            continue
        for key, part in _of_http(found, team, host, (reference, use, evidence), stated):
            groups[key].append(part)
    for (methods, paths), parts in groups.items():
        yield Learned(
            grant=Grant.model_validate(
                {
                    "to": host,
                    "service_accounts": tuple(sorted({part.reference for part in parts})),
                    "methods": tuple(sorted(methods)),
                    "paths": paths,
                    "scheme": scheme,
                }
            ),
            team=team,
            seen=together(*(part.seen for part in parts)),
            rules=tuple(dict.fromkeys(rule for part in parts for rule in part.rules)),
        )


class _Part(NamedTuple):
    """One account's share of a grant."""

    reference: str
    seen: Seen
    rules: tuple[Rule, ...]


def _of_http(
    found: Proposal,
    team: str,
    host: str,
    asked: tuple[str, Use, Evidence],
    stated: Configuration | None,
) -> Iterator[tuple[tuple[frozenset[str], tuple[str, ...]], _Part]]:
    """What one account asked of a host, by the methods that it used on the same paths."""
    reference, use, evidence = asked
    for path, reason in evidence.paths.refused.items():
        found.apart.append(_aside(Apart.PATH, use, evidence, f"{path[:80]}: {reason}"))
    strange = evidence.paths.methods.keys() - METHODS
    if strange:
        found.apart.append(_aside(Apart.METHOD, use, evidence, ", ".join(sorted(strange))))
    patterns = evidence.paths.patterns()
    if evidence.paths.everywhere:
        if stated and _lists_paths(stated, team, host):
            detail = "too many paths for a list, beside a grant that lists some"
            found.apart.append(_aside(Apart.PATH, use, evidence, detail))
        elif methods := frozenset(evidence.paths.methods.keys() & METHODS):
            yield (methods, ()), _Part(reference, evidence.seen, (Rule.EVERYWHERE,))
        return
    by_methods: dict[frozenset[str], list[Pattern]] = defaultdict(list)
    for pattern in patterns:
        left = frozenset(
            method
            for method in pattern.methods.keys() & METHODS
            if not (stated and _covers(stated, team, reference, use, (method, pattern.path)))
        )
        if left:
            by_methods[left].append(pattern)
    if patterns and not by_methods and not strange:
        found.covered += 1
    for methods, same in by_methods.items():
        rules = tuple(dict.fromkeys(each.rule for each in same if each.rule is not Rule.AS_SEEN))
        seen = together(*(each.methods[method] for each in same for method in methods))
        yield (methods, tuple(each.path for each in same)), _Part(reference, seen, rules)


def _lists_paths(stated: Configuration, team: str, host: str) -> bool:
    """Whether a grant of the team for the host lists paths: one without would make them void."""
    grants = stated.teams[team].grants if team in stated.teams else ()
    return any(grant.to == host and grant.paths for grant in grants)


def _covers(
    stated: Configuration, team: str, reference: str, use: Use, asked: tuple[str, str] | None
) -> bool:
    """Whether a grant that is stated covers a method and path pattern, or HTTPS where `asked` is None."""
    if team not in stated.teams:
        return False
    account = service_account(team, reference)
    for grant in stated.teams[team].grants:
        own = {service_account(team, each) for each in grant.service_accounts}
        if grant.to != _key(stated, use.host) or account not in own or grant.scheme not in (None, use.scheme):
            continue
        if asked is None:
            return True
        method, path = asked
        if (not grant.methods or method in grant.methods) and (
            not grant.paths or any(_within(path, each) for each in grant.paths)
        ):
            return True
    return False


def _within(path: str, pattern: str) -> bool:
    """Whether everything that a proposed pattern takes is taken by one that is stated."""
    if path == pattern:
        return True
    if pattern.endswith("*"):
        return path.removesuffix("*").startswith(pattern[:-1])
    return pattern.startswith("*") and not path.endswith("*") and path.endswith(pattern[1:])


def _aside(why: Apart, use: Use, evidence: Evidence, detail: str = "") -> Aside:
    return Aside(why=why, use=use, seen=evidence.seen, detail=detail)


def _teams(stated: Configuration | None) -> dict[str, str]:
    """The team of each namespace; one that no team has is a team of its own."""
    if stated is None:
        return {}
    return {
        namespace: name for name, team in stated.teams.items() for namespace in team_namespaces(name, team)
    }


def _key(stated: Configuration | None, host: str) -> str:
    """The entry of destinations.yaml that a host belongs to, or would."""
    if stated:
        for key, destination in stated.destinations.destinations.items():
            if host in destination.also:
                return key
    return host


def _split(caller: str) -> tuple[str, str]:
    namespace, _, account = caller.partition("/sa/")
    return namespace, account
