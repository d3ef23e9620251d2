"""What is said of a replay; every format takes it from here."""

from collections.abc import Iterator, Mapping

from egress.logs.asked import Missing
from egress.review.answer import Answer
from egress.review.output.answers import verdict_text
from egress.review.output.texts.controls import control_text
from egress.review.output.texts.reasons import reason_text
from egress.review.replay.judged import Judged, Limit, Replayed, Status
from egress.review.replay.observed import Unasked, url
from egress.review.replay.replay import Replay

LIMITS: Mapping[Limit, str] = {
    Limit.CALLER: "the log does not say who asked: every identity was asked",
    Limit.SNI: "HTTPS shows its name (SNI) alone: no path and no method was compared",
    Limit.BYTES: "no proxy read what was sent: only the address and port were compared",
}

MISSING: Mapping[Missing, str] = {
    Missing.INBOUND: "what a Pod received, and did not ask for",
    Missing.NO_HOST: "a request without a host",
    Missing.NO_NAME: "a connection to a gateway without a name (SNI)",
    Missing.NO_ADDRESS: "a connection without an address",
    Missing.BAD_HOST: "a host that is no host name",
    Missing.BAD_METHOD: "a method that is none",
    Missing.BAD_PATH: "a path that does not begin with a slash",
    Missing.LONG_PATH: "a path that is too long to be asked",
}

TITLES: Mapping[Status, str] = {
    Status.BREAKS: "Breaks",
    Status.OPENS: "Opens",
    Status.UNCLEAR: "Unclear",
    Status.WAY: "Another way",
}
"""The statuses that a person looks at, in their order."""

ALWAYS = "Queries and headers are in no log: what a policy reads of them was not compared."


def headline(found: Replay) -> str:
    """The counts in a sentence."""
    counts = found.counts
    parts = [
        f"of {len(found.shapes):,} observed shapes {counts[Status.BREAKS]:,} would break, "
        f"{counts[Status.OPENS]:,} open, {counts[Status.UNCLEAR]:,} unclear"
    ]
    if counts[Status.WAY]:
        parts.append(f"{counts[Status.WAY]:,} go another way")
    if found.use:
        parts.append(
            f"{len(found.use.unused):,} of {found.use.grants:,} grants were not used in {days(found)}"
        )
    return "; ".join(parts)


def days(found: Replay) -> str:
    """How long the log is."""
    if not found.days:
        return "a log without times"
    return f"{found.days:,} day{'s' * (found.days > 1)}"


def who(one: Replayed) -> str:
    """Who asked, as far as the lines say."""
    return " or ".join(one.shape.callers) if one.shape.callers else "somebody"


def asked_text(one: Replayed) -> str:
    """Who asked what."""
    method = f"{one.shape.method} " if one.shape.method else ""
    host = f" (Host {one.shape.authority})" if one.shape.authority else ""
    more = " and alike" if one.seen.other_paths else ""
    return f"{method}{url(one.shape, one.seen.path)}{more}{host} from {who(one)}"


def seen_text(one: Replayed) -> str:
    """How often and when."""
    seen = one.seen
    lines = f"{seen.lines:,} line{'s' * (seen.lines != 1)}"
    return f"{lines}, last {seen.last}" if seen.last else lines


def answer_text(answer: Answer | None) -> str:
    """The verdict and the control that decides, with its reason and object."""
    if answer is None:
        return "refused: there is no such workload"
    step = answer.decisive
    if step is None:
        return verdict_text(answer)
    place = f" ({step.address})" if step.address else ""
    return f"{verdict_text(answer)}: {control_text(step)}: {reason_text(step.reason)}{place}"


def judged_text(one: Judged) -> str:
    """Of several callers, what one of them would get."""
    before, after = (verdict_text(each) if each else "no such workload" for each in (one.before, one.after))
    return f"{one.caller}: {before} before, {after} after"


def limits_text(one: Replayed) -> list[str]:
    """What the lines do not tell."""
    return [LIMITS[each] for each in one.limits]


def unasked_text(what: Unasked, count: int) -> str:
    """Lines that ask nothing, and why."""
    lines = f"{count:,} line{'s' * (count != 1)}"
    if what.why is None:
        return f"{lines}: neither state has {what.caller}"
    return f"{lines}: {MISSING[what.why]}"


def not_asked(found: Replay) -> Iterator[str]:
    """Everything of the logs that no state was asked about."""
    for what, count in found.observed.unasked.most_common():
        yield unasked_text(what, count)
    if found.observed.beyond:
        yield (
            f"{found.observed.beyond:,} lines: beyond the {len(found.shapes):,} different requests that are asked: "
            "give fewer logs at a time"
        )


def otherwise_text(found: Replay) -> str:
    """Where logs and the older state do not agree."""
    count = len(found.otherwise)
    return (
        f"{count:,} shape{'s' * (count != 1)} ended in the log otherwise than the older state says: "
        "the platform that wrote it held another state"
        if count
        else ""
    )


def young_text(found: Replay) -> str:
    """How many grants are new, or why nobody can tell."""
    if found.use is None or found.use.young == 0:
        return ""
    if found.use.young is None:
        return (
            "Which of them are new is not known: name the older state's configuration with --base-artifact."
        )
    return f"{found.use.young:,} grant{'s are' if found.use.young > 1 else ' is'} new: no line could make use of it."


def line_text(found: Replay, number: int) -> str:
    """The line of the configuration that decides on a shape."""
    statement = found.lines.get(number)
    return str(statement) if statement else ""


def proven_text(found: Replay, number: int) -> list[str]:
    """What the mesh answered."""
    return [
        f"{each.caller}: {each.before} before, {each.after} after" for each in found.proven.get(number, ())
    ]
