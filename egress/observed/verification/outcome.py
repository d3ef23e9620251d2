"""Everything that was verified, as text and as the predicate of a statement."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from egress.drift.command import text as drift_text
from egress.drift.comparison import Drift
from egress.observed.verification.comparison import ComparedProxy
from egress.observed.verification.normalized import LIST
from egress.observed.verification.probes import Probed
from egress.review.output.escapes import lines, plain

SHOWN = 10
"""Differences of a proxy that are told; the statement has all."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What was verified of one environment."""

    environment: str
    commit: str
    time: str
    versions: Mapping[str, Any]
    proven_rows: Mapping[str, Any] | None
    """Of `prove --format json`, with the file's digest; None where none was given."""
    proxies: tuple[ComparedProxy, ...]
    without_proxy: tuple[str, ...]
    """Namespaces whose proxies nobody looked at."""
    objects: int | None
    """Stated objects that were compared with stored ones; None where none were."""
    drift: tuple[Drift, ...]
    probes: tuple[Probed, ...] | None
    """None where no probes were given."""
    not_probed: tuple[str, ...] = ()

    @property
    def differences(self) -> int:
        """How many there are in all."""
        proxies = sum(len(each.differences) for each in self.proxies)
        drift = sum(each.what != "not-compared" for each in self.drift)
        return proxies + drift + sum(each.differs for each in self.probes or ())

    @property
    def complete(self) -> bool:
        """Whether the gateway, a sidecar of each namespace and the stored objects were looked at."""
        return not self.without_proxy and self.objects is not None

    def predicate(self) -> dict[str, Any]:
        """The statement's predicate."""
        return {
            "environment": self.environment,
            "commit": self.commit or None,
            "time": self.time,
            "versions": dict(self.versions),
            "result": "differs" if self.differences else "equal",
            "complete": self.complete,
            "rowsProven": dict(self.proven_rows) if self.proven_rows else None,
            "rowsVerified": None
            if self.probes is None
            else {"rows": len(self.probes), "differences": sum(each.differs for each in self.probes)},
            "proxies": [
                {
                    "proxy": each.running,
                    "comparedWith": each.proven or None,
                    "gateway": each.gateway,
                    "resources": each.resources,
                    "differences": [asdict(one) for one in each.differences],
                }
                for each in self.proxies
            ],
            "notLookedAt": list(self.without_proxy),
            "notCompared": [{"what": each.what, "why": each.why} for each in LIST],
            "objects": None
            if self.objects is None
            else {"compared": self.objects, "differences": [asdict(each) for each in self.drift]},
            "probes": None if self.probes is None else [each.document() for each in self.probes],
            "notProbed": list(self.not_probed),
        }


def text(found: Outcome) -> str:
    """The outcome for a person."""
    blocks = ["\n".join(_proxies(found)), "\n".join(_objects(found)), "\n".join(_probes(found)), _last(found)]
    return "\n\n".join(block for block in blocks if block)


def _proxies(found: Outcome) -> Iterator[str]:
    for each in found.proxies:
        kind = "gateway" if each.gateway else "sidecar"
        count = len(each.differences)
        told = f"{count:,} difference{'s' * (count != 1)}" if count else "equal"
        against = f" as {each.proven} of the proof" if each.proven else ""
        yield plain(f"{kind}  {each.running}: {told}, {each.resources:,} resources compared{against}")
        for one in each.differences[:SHOWN]:
            place = f" {one.place}" if one.place else ""
            where = f"{one.resource}{place}: " if one.resource else ""
            yield plain(
                f"         {where}{one.proven or 'nothing'} proven, {one.running or 'nothing'} running"
            )
        if count > SHOWN:
            yield f"         ... and {count - SHOWN:,} more, in the statement"
    for namespace in found.without_proxy:
        yield plain(f"         not looked at: {namespace}")


def _objects(found: Outcome) -> Iterator[str]:
    if found.objects is None:
        yield "objects  not compared: give --live FILE, or --context"
        return
    yield lines(drift_text(found.drift, found.objects))


def _probes(found: Outcome) -> Iterator[str]:
    if found.probes is None:
        yield "probes   none were given: --write-probes FOLDER makes them, --probes FILE reads their results"
        return
    for each in found.probes:
        if each.differs:
            yield plain(f"probe    {each.asked}: {each.expected} by the review, {each.got} in the cluster")
    yield f"probes   {len(found.probes):,} compared, {sum(each.differs for each in found.probes):,} differ"
    yield from (plain(f"         not probed: {each}") for each in found.not_probed)


def _last(found: Outcome) -> str:
    if found.differences:
        return f"What runs is not what was proven: {found.differences:,} differences."
    if not found.complete:
        return "No difference in what was looked at, and not everything was."
    return "What runs is what was proven."
