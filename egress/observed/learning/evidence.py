"""What logs tell of a caller's use of a host: how often, when, by which methods and paths."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from egress.logs.asked import GATEWAY_PORTS, Asked, Missing, Scheme, asked, passed, stopped
from egress.logs.entry import Entry
from egress.logs.pods import Pods
from egress.observed.learning.paths import Paths
from egress.observed.learning.seen import Seen

MOST = 20_000
"""Different uses that are kept; a log with more of them is no application's."""


class Use(NamedTuple):
    """A caller's way to a host."""

    caller: str
    """NAMESPACE/sa/ACCOUNT; empty where no line says."""
    host: str
    scheme: Scheme
    port: int


@dataclass
class Evidence:
    """What the lines of one use say."""

    seen: Seen = field(default_factory=Seen)
    paths: Paths = field(default_factory=Paths)


@dataclass
class Observed:
    """Everything that logs tell."""

    uses: dict[Use, Evidence] = field(default_factory=dict)
    missing: Counter[Missing] = field(default_factory=Counter)
    """Lines that ask for nothing that a grant could name."""
    beyond: int = 0
    """Lines of further uses, beyond MOST of them."""


class Callers:
    """Who asked, by what is known beside the lines."""

    def __init__(self, pods: Pods | None, given: str, accounts: Mapping[tuple[str, str], str]) -> None:
        """`accounts` are the ServiceAccounts of workloads that a configuration states, by namespace and name."""
        self._pods, self._given, self._accounts = pods, given, accounts

    def of(self, what: Asked, entry: Entry, source: str) -> str:
        """NAMESPACE/sa/ACCOUNT; empty where nobody can tell."""
        if what.caller:
            return what.caller
        if self._pods and (found := self._pods.caller(entry, at_gateway=what.at_gateway)):
            return found
        if not what.at_gateway and what.writer.pod:
            return self._stated(what.writer.namespace, what.writer.pod)
        return self.account(source or self._given)

    def account(self, text: str) -> str:
        """NAMESPACE/sa/ACCOUNT of what a person gave: a workload runs as a ServiceAccount of its name here."""
        namespace, _, name = text.partition("/")
        return f"{namespace}/sa/{name.removeprefix('sa/')}" if name else ""

    def _stated(self, namespace: str, pod: str) -> str:
        """The workload whose Deployment gives such a name to its Pods."""
        rest = pod
        while "-" in rest and pod.count("-") - rest.count("-") < 2:
            rest = rest.rpartition("-")[0]
            if (namespace, rest) in self._accounts:
                return f"{namespace}/sa/{self._accounts[namespace, rest]}"
        return ""


def observe(
    entries: Iterable[tuple[Entry, str]],
    callers: Callers,
    gateway_ports: Collection[int] = GATEWAY_PORTS,
) -> Observed:
    """Read lines, each with whose log it is of."""
    found = Observed()
    for entry, source in entries:
        what = asked(entry, gateway_ports)
        if isinstance(what, Missing):
            found.missing[what] += 1
            continue
        use = Use(callers.of(what, entry, source), what.host, what.scheme, what.port)
        evidence = found.uses.get(use)
        if evidence is None:
            if len(found.uses) >= MOST:
                found.beyond += 1
                continue
            evidence = found.uses[use] = Evidence()
        _count(evidence, entry, what)
    return found


def _count(evidence: Evidence, entry: Entry, what: Asked) -> None:
    time = entry.start_time
    line = Seen(not what.at_gateway, what.at_gateway, time, time, stopped(entry), passed(entry, what))
    evidence.seen.add(line)
    if what.scheme == "http":
        evidence.paths.add(what.path, what.method, line)
