"""What a person is told of a proposal: what is granted, what is listed apart and why, what was not read."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from egress.logs.reading import Tally
from egress.observed.learning.evidence import Observed, Use
from egress.observed.learning.proposal import Apart, Aside, Learned, Proposal
from egress.observed.learning.seen import Seen
from egress.observed.learning.writing import evidence
from egress.review.output.escapes import lines, plain
from egress.review.output.replay import MISSING

SHOWN = 20
"""Of each reason; JSON has all."""

REASONS: Mapping[Apart, str] = {
    Apart.NOBODY: "no line says who asked (give --pods, --from or NAMESPACE/WORKLOAD=FILE)",
    Apart.BYTES: "neither HTTP nor TLS: the gateway could not tell whose it is",
    Apart.RARE: "asked too rarely (--least)",
    Apart.SYSTEM: "asked by a namespace of the system's",
    Apart.NAME: "a configuration cannot name the namespace or the ServiceAccount",
    Apart.PORT: "a host has one port for each scheme",
    Apart.FOLDED: "another host's objects have these names",
    Apart.ADDRESS: "an address and no name",
    Apart.NOT_PUBLIC: "the name ends in no public suffix",
    Apart.RANDOM: "the name looks random",
    Apart.NOT_A_HOST: "a configuration cannot name the host",
    Apart.METADATA: "the node's metadata server: name it under google_apis",
    Apart.INSIDE: "inside the cluster",
    Apart.PATH: "a path that no grant can name",
    Apart.METHOD: "a method that no grant can name",
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """A proposal with what was read, and what was written."""

    environment: str
    """Of the configuration that it is added to; empty without one."""
    proposal: Proposal
    observed: Observed
    tally: Tally
    written: tuple[str, ...]


def text(found: Report) -> str:
    """The report for a person."""
    blocks = [
        "\n".join(_granted(found.proposal)),
        "\n".join(_apart(found.proposal)),
        "\n".join(_read(found)),
        "\n".join(_written(found)),
    ]
    return "\n\n".join(block for block in blocks if block)


def _granted(proposal: Proposal) -> Iterator[str]:
    grants = [each for team in proposal.teams.values() for each in team]
    teams = len(proposal.teams)
    yield (
        f"{len(grants):,} grants proposed for {teams:,} team{'s' * (teams != 1)} and "
        f"{len(proposal.hosts):,} host{'s' * (len(proposal.hosts) != 1)}"
        + (f"; {proposal.covered:,} uses are granted already" if proposal.covered else "")
    )
    for each in grants:
        yield plain(f"  {_grant(each)} ({'; '.join(evidence(each))})")
    refused = [each for each in grants if each.seen.only_refused]
    if refused:
        yield (
            f"{len(refused):,} of them were only refused: somebody asked, and a control said no. Grant none of them "
            "that was refused on purpose."
        )
    wide = [each for each in grants if each.everywhere]
    if wide:
        yield f"Wide, look at these first: {len(wide):,}"
        yield from (plain(f"  {_grant(each)}") for each in wide)


def _grant(each: Learned) -> str:
    grant = each.grant
    methods = f" {', '.join(grant.methods)}" if grant.methods else ""
    paths = f" {', '.join(grant.paths)}" if grant.paths else ""
    return f"{each.team} ({', '.join(grant.service_accounts)}) to {grant.scheme}://{grant.to}{methods}{paths}"


def _apart(proposal: Proposal) -> Iterator[str]:
    if not proposal.apart:
        return
    yield f"Listed apart, and not granted: {len(proposal.apart):,}"
    for why, listed in _by_reason(proposal.apart):
        yield f"  {REASONS[why]}: {len(listed):,}"
        for each in listed[:SHOWN]:
            detail = f"; {each.detail}" if each.detail else ""
            yield plain(
                f"    {use_text(each.use)} ({each.seen.times:,} times, last {each.seen.last or 'unknown'}{detail})"
            )
        if len(listed) > SHOWN:
            yield f"    ... and {len(listed) - SHOWN:,} more (--format json has all)"


def _by_reason(apart: Iterable[Aside]) -> Iterator[tuple[Apart, list[Aside]]]:
    found: dict[Apart, list[Aside]] = {}
    for each in apart:
        found.setdefault(each.why, []).append(each)
    for why in Apart:
        if why in found:
            yield why, sorted(found[why], key=lambda each: (-each.seen.times, each.use))


def use_text(use: Use) -> str:
    """Who asked for what."""
    return f"{use.scheme}://{use.host}:{use.port} by {use.caller or 'somebody'}"


def _read(found: Report) -> Iterator[str]:
    yield lines(found.tally.told())
    for what, count in found.observed.missing.most_common():
        yield f"  asks for nothing that a grant could name, {count:,}: {MISSING[what]}"
    if found.observed.beyond:
        yield f"  not kept, {found.observed.beyond:,}: beyond {len(found.observed.uses):,} different uses"


def _written(found: Report) -> Iterator[str]:
    if found.written:
        yield "Written; read it, then `egress check` and `egress synth`:"
        yield from (plain(f"  {each}") for each in found.written)


def as_json(found: Report) -> str:
    """The report with everything in it."""
    proposal = found.proposal
    document: dict[str, Any] = {
        "environment": found.environment or None,
        "grants": [_learned(each) for team in proposal.teams.values() for each in team],
        "covered": proposal.covered,
        "apart": [
            {
                "why": str(each.why),
                "from": each.use.caller or None,
                "scheme": each.use.scheme,
                "host": each.use.host,
                "port": each.use.port,
                **_seen(each.seen),
                "detail": each.detail or None,
            }
            for each in proposal.apart
        ],
        "log": {
            "lines": found.tally.lines,
            "entries": found.tally.entries,
            "own_words": found.tally.own_words,
            "malformed": dict(found.tally.malformed),
            "examples": found.tally.examples,
            "missing": {str(what): count for what, count in found.observed.missing.items()},
            "beyond": found.observed.beyond,
        },
        "written": list(found.written),
    }
    return json.dumps(document, indent=2)


def _seen(seen: Seen) -> dict[str, Any]:
    return {
        "times": seen.times,
        "first": seen.first or None,
        "last": seen.last or None,
        "refused": seen.stopped,
        "answered": seen.passed,
    }


def _learned(each: Learned) -> dict[str, Any]:
    stated = each.grant.model_dump(mode="json", exclude_none=True)
    return {
        "team": each.team,
        **{key: value for key, value in stated.items() if value},
        **_seen(each.seen),
        "rules": [str(rule) for rule in each.rules],
    }
