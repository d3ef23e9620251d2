"""The answer of `replay`: what a change does to the requests that logs have seen."""

import datetime
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from egress.logs.pods import Pods
from egress.logs.reading import Logs, Tally
from egress.review.cluster import Cluster
from egress.review.replay.callers import Callers
from egress.review.replay.configuration import Accounts, GrantUse, deciding, use
from egress.review.replay.judged import Asking, Replayed, Status, replayed
from egress.review.replay.observed import Observed, Observer
from egress.review.replay.path_classes import PathClasses
from egress.review.why.folder import Folder
from egress.review.why.lacking import Statement


@dataclass(frozen=True, kw_only=True)
class Proven:
    """What the proof's mesh answered for a caller's request under both states."""

    caller: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Replay:
    """What is known after every line was read and every shape asked."""

    environment: str
    """That the newer state was synthesized from; empty where it does not say."""
    shapes: tuple[Replayed, ...]
    """What breaks first, then what opens; the most frequent first."""
    observed: Observed
    tally: Tally
    lines: Mapping[int, Statement] = field(default_factory=dict)
    """The deciding lines of the configuration, by the position in `shapes`."""
    use: GrantUse | None = None
    no_use: str = ""
    """Why nothing is known of the grants' use."""
    proven: Mapping[int, tuple[Proven, ...]] = field(default_factory=dict)

    def of(self, *statuses: Status) -> list[tuple[int, Replayed]]:
        """The shapes of some statuses, with their positions."""
        return [(number, one) for number, one in enumerate(self.shapes) if one.status in statuses]

    @property
    def counts(self) -> Counter[Status]:
        """How many shapes there are of each status."""
        return Counter(one.status for one in self.shapes)

    @property
    def otherwise(self) -> list[Replayed]:
        """The shapes whose lines show another end than the review of the older state."""
        return [one for one in self.shapes if one.otherwise]

    @property
    def days(self) -> int:
        """How many days the log covers; 0 where no line is dated."""
        first, last = (moment(text) for text in (self.observed.first, self.observed.last))
        if first is None or last is None:
            return 0
        return max(1, -(-(last - first) // datetime.timedelta(days=1)))

    @property
    def differs(self) -> bool:
        """Whether somebody has to look: something breaks, opens, goes another way, or may."""
        return bool(self.of(Status.BREAKS, Status.OPENS, Status.WAY, Status.UNCLEAR))

    @property
    def complete(self) -> bool:
        """Whether something was asked, and every line was read that could be."""
        return bool(self.shapes) and not self.observed.beyond


Prove = Callable[[Sequence[tuple[int, Replayed]]], Mapping[int, tuple[Proven, ...]]]


def replay(
    clusters: tuple[Cluster, Cluster],
    logs: Logs,
    *,
    source: str | None,
    files: Mapping[str, str],
    folders: tuple[Folder | None, Folder | None],
    pods: Pods | None = None,
    environment: str = "",
    prove: Prove | None = None,
) -> Replay:
    """Read the logs and ask both states. Raises UnreadableLog, and ReviewError for a caller that is nobody.

    `files` says whose log a file is; `source` whose every other line without a caller.
    """
    old, new = clusters
    callers = Callers(old, new, source)
    for each in set(files.values()):
        callers.file(each)
    observer = Observer(callers, PathClasses(clusters), gateway_ports(clusters), pods)
    for entry in logs:
        observer.add(entry, files.get(logs.reading, ""))
    asking = Asking(old, new)
    order = list(Status)
    shapes = sorted(
        (replayed(asking, callers.everybody, shape, seen) for shape, seen in observer.found.shapes.items()),
        key=lambda one: (order.index(one.status), -one.seen.lines, one.shape.host, one.shape.callers),
    )
    observed = observer.found
    observed.first = min((one.seen.first for one in shapes if one.seen.first), default="")
    observed.last = max((one.seen.last for one in shapes if one.seen.last), default="")
    accounts = Accounts((new, old))
    before, after = folders
    found = Replay(
        environment=environment,
        shapes=tuple(shapes),
        observed=observed,
        tally=logs.tally,
        use=use(after, before, accounts, callers.everybody, shapes) if after else None,
        no_use="" if after else "name the newer state's configuration with --artifact",
    )
    lines = {}
    if after:
        for number, one in found.of(Status.BREAKS, Status.OPENS):
            statement = deciding(after, accounts, one)
            if statement:
                lines[number] = statement
    proven = prove(found.of(Status.UNCLEAR)) if prove else {}
    return Replay(**{**vars(found), "lines": lines, "proven": proven})


def gateway_ports(clusters: tuple[Cluster, Cluster]) -> frozenset[int]:
    """Where the gateways of both states listen."""
    return frozenset(
        port
        for cluster in clusters
        for workload in cluster.mesh.gateways
        for port in cluster.servers(workload).by_port
    )


def moment(text: str) -> datetime.datetime | None:
    """A line's time; None for what is none."""
    try:
        found = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=datetime.UTC)
