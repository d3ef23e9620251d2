"""The parts of a pull request's page, in Markdown: what matters first, each capped, the objects folded away."""

from collections.abc import Iterable, Iterator, Sequence

from egress.review.changes.acceptances import Accepted
from egress.review.changes.change import Change
from egress.review.changes.harmless import Why
from egress.review.changes.reach import Part, Sentence, sentences
from egress.review.changes.unjudged import Unjudged, What
from egress.review.changes.weakened import NO_RESOURCE, NO_RULE, NOT_SET, REMOVED, RESOURCE, RULE
from egress.review.findings.acceptance import Acceptance
from egress.review.findings.finding import Finding, Level, some
from egress.review.locations.changed_lines import Cause
from egress.review.output.comparison import COLUMNS, cells
from egress.review.output.documents import ChangeReport
from egress.review.output.escapes import code
from egress.review.output.escapes import markdown as escaped
from egress.review.output.findings import counted as findings_counted
from egress.review.output.gist import (
    NOT_SHOWN,
    TITLES,
    UNCHANGED,
    counted,
    heading_text,
    successor_text,
    title_text,
    words,
)
from egress.review.output.table import markdown
from egress.review.output.unjudged import together

LINES = 12
"""Lines of a part; the full report has the others."""
ROWS = 20
"""Rows of a folded table."""
FIELDS = 8
"""Changed fields of a resource that are named."""
NAMED = 3
"""Resources of a kind, and lines of the configuration, that are named."""

Titled = tuple[str, str]


def top(report: ChangeReport) -> Iterator[str]:
    """What every page has: what was reviewed, and whether somebody has to agree."""
    yield f"# {escaped(title_text(report.heading))}"
    if line := heading_text(report.heading):
        yield escaped(line)
    if report.judges:
        yield (
            "**This change touches the review itself**, and the changed review made this page. Look at "
            + some(map(code, report.judges), FIELDS)
            + " first."
        )
    if report.asks:
        yield f"**A reviewer has to agree:** {', '.join(report.asks)}."
    else:
        yield "**Nobody has to agree to anything.**"
    comparison = report.change.comparison
    if not comparison.apart and not comparison.successors:
        yield f"{UNCHANGED}."


def parts(report: ChangeReport) -> Iterator[Titled]:
    """What the change does, in the order in which a reviewer wants to know it."""
    change = report.change
    accepted = change.acceptances.new
    yield from _part(
        "Newly accepted",
        report,
        [_accepted(pair) for pair in accepted if pair[0].kind.level is not Level.NOTE],
    )
    told = sentences(change.comparison)
    for part in (Part.GAINED, Part.LEFT_OPEN, Part.LOST, Part.CONDITIONAL, Part.WAY):
        yield from _part(TITLES[part], report, [_sentence(one, report) for one in told[part]])
    yield from _part(
        "Another name", report, [escaped(successor_text(one)) for one in change.comparison.successors]
    )
    yield from _part("Guards weakened", report, list(_weakened(change.weakened, report)))
    judged_by_nobody = [one for one in change.unjudged if one.open_question]
    yield from _part(
        "Changed, and not judged",
        report,
        list(unjudged_lines(judged_by_nobody)),
        NOT_SHOWN,
    )
    yield from _part("New findings", report, list(_by_kind(change.new, report)))
    yield from _part("Findings open again", report, list(_by_kind(change.reopened, report)))
    accepted_ones = {id(finding) for finding, _ in change.head.judged.accepted}
    still_accepted = [one for one in change.grown if id(one) in accepted_ones]
    still_open = [one for one in change.grown if id(one) not in accepted_ones]
    yield from _part("Findings that concern more than before", report, list(_by_kind(still_open, report)))
    yield from _part(
        "Accepted findings that concern more than before", report, list(_by_kind(still_accepted, report))
    )
    fixed = "Findings that are no longer seen" if change.sees_less else "Fixed findings"
    why = "Something is not understood now, so these may still be there." if change.sees_less else ""
    yield from _part(fixed, report, list(_by_kind(change.gone, None)), why)
    yield from _acceptances(report)
    yield "the state of the findings", f"Findings after the change: {findings_counted(change.head.judged)}"
    yield from _part(
        "Not understood",
        report,
        [escaped(text) for text in change.head.cluster.inventory.not_understood],
        "The answers that these can touch are not known.",
    )
    yield from _part(
        "Changed outside Terraform",
        report,
        [escaped(text) for text in change.head.cluster.inventory.drifted],
        "The plan found these, and its apply may undo them.",
    )
    yield from _part("Not compared", report, [escaped(note, own_code=True) for note in change.notes])
    if report.full_report:
        yield (
            "the full report",
            f"[The full report]({report.full_report}) shows every answer with its evidence.",
        )


def details(report: ChangeReport) -> Iterator[Titled]:
    """Cells, derived objects and what stays refused: folded, since the parts above say what they come to."""
    change = report.change
    comparison = change.comparison
    refused = sentences(comparison)[Part.REFUSED]
    if refused:
        lines = [_sentence(one, report) for one in refused]
        yield _folded(
            f"Still refused, in another way: {len(lines)}", "\n".join(_capped_list(lines, LINES, report))
        )
    if comparison.changes:
        rows = [cells(one) for one in comparison.changes]
        text = markdown(COLUMNS, rows[:ROWS])
        yield _folded(
            f"Every answer to who reaches what that changed, with the objects that changed it: {len(rows):,}",
            "\n\n".join(_joined([text, _more(len(rows) - ROWS, report)])),
        )
    if restated := change.acceptances.restated:
        lines = [_altered(before, after) for before, after in restated]
        yield _folded(
            f"Acceptances with another reason or narrower terms: {len(lines):,}",
            "\n".join(_capped_list(lines, LINES, report)),
        )
    derived = list(_derived(change))
    if derived:
        lines = list(unjudged_lines(derived))
        yield _folded(
            f"Other resources that differ, each with the reason why it needs no agreement of its own: {len(derived):,}",
            "\n".join(_capped_list(lines, 2 * LINES, report)),
        )
    if comparison.changed_objects:
        yield "the count of changes", counted(comparison)


def _derived(change: Change) -> Iterator[Unjudged]:
    """The resources that differ and ask for nothing, without those that a guard's line names already."""
    told = {address for finding in change.weakened for address in finding.addresses}
    for one in change.unjudged:
        if not one.open_question and not (
            one.address in told and set(one.reasons) <= {Why.GUARDED, Why.RULE}
        ):
            yield one


def _part(title: str, report: ChangeReport, lines: Sequence[str], before: str = "") -> Iterator[Titled]:
    if lines:
        yield (
            title,
            "\n\n".join(_joined([f"## {title}", before, "\n".join(_capped_list(lines, LINES, report))])),
        )


def _capped_list(lines: Sequence[str], limit: int, report: ChangeReport) -> Iterator[str]:
    limit = limit + 1 if len(lines) == limit + 1 else limit
    for line in (*lines[:limit], *_joined([_more(len(lines) - limit, report)])):
        yield f"- {line}"


def _more(count: int, report: ChangeReport) -> str:
    if count <= 0:
        return ""
    where = f"[the full report]({report.full_report})" if report.full_report else "`--json` and `--html`"
    return f"and {count:,} more, in {where}"


def _folded(title: str, text: str) -> Titled:
    return title, f"<details><summary>{title}</summary>\n\n{text}\n\n</details>"


def _joined(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if text]


def _sentence(sentence: Sentence, report: ChangeReport) -> str:
    said = words(sentence)
    what = ", ".join(code(one) if "://" in one else escaped(one) for one in said.what)
    more = f" and {said.more}" if said.more else ""
    but = f": {escaped(said.but)}" if said.but else ""
    causes = (cause for one in sentence.changes for cause in report.causes.of(one, one.addresses))
    return f"**{escaped(said.who)}** {said.does} {what}{more}{but}{_where(causes)}"


def _where(causes: Iterable[Cause | None]) -> str:
    listed = list(dict.fromkeys(cause for cause in causes if cause))
    if not listed:
        return ""
    texts = [code(str(cause)) + (", removed" if cause.removed else "") for cause in listed]
    return f" ({some(texts, NAMED)})"


def _accepted(pair: Accepted) -> str:
    finding, entry = pair
    return f"**{finding.kind.level}** {_code(finding)} {escaped(finding.message)}. Reason: {_entry(entry)}"


def _entry(entry: Acceptance) -> str:
    return f"{escaped(entry.reason.strip())} Accepted {_terms(entry)}."


def _terms(entry: Acceptance) -> str:
    leans = (
        f", and only while there is {' and '.join(entry.leans_on)}"
        if entry.leans_on
        else ", whatever else changes"
    )
    return f"until {entry.until}{leans}"


def _altered(before: Acceptance, after: Acceptance) -> str:
    if before.reason != after.reason:
        return f"{after.code} {escaped(after.subject)}. Before: {_entry(before)} Now: {_entry(after)}"
    terms = f"Before: {_terms(before)}. Now: {_terms(after)}."
    return f"{after.code} {escaped(after.subject)}. {terms} Reason: {escaped(after.reason.strip())}"


def _code(finding: Finding) -> str:
    return f"[{finding.kind.code}]({finding.kind.page})"


def _weakened(findings: Sequence[Finding], report: ChangeReport) -> Iterator[str]:
    """A line for each guard, whichever resources it is on."""
    same: dict[tuple[str, ...], list[Finding]] = {}
    for finding in findings:
        facts = finding.facts
        key = (
            ("check", facts["title"], facts["check"])
            if "check" in facts
            else (*(facts[name] for name in ("what", "before", "after", "field")),)
        )
        same.setdefault((finding.kind.code, *key), []).append(finding)
    for key, found in same.items():
        first = found[0]
        if key[1] == "check":
            said = f"checkov's check {escaped(key[3])} fails, and it passed before: {escaped(key[2])}"
        else:
            _, what, before, after, field = key
            said = f"{what}. {_moved(field, before, after)}"
        where = _where(_line(one, report) for one in found)
        resources = _addresses([one.facts["subject"] for one in found])
        yield f"{said[0].upper()}{said[1:]}. {_code(first)}, {resources}{where}"


def _line(guard: Finding, report: ChangeReport) -> Cause | None:
    facts = guard.facts
    return report.causes.of_guard(facts.get("kind", ""), facts.get("field", ""), guard.addresses)


def _moved(field: str, before: str, after: str) -> str:
    """What became of a guard, as a sentence without its full stop."""
    if field == RESOURCE:
        return "The resource that does this is removed" if after == REMOVED else "A new resource gives it"
    if field == RULE:
        if before == NO_RULE:
            return f"There is a new rule: {escaped(after)}"
        if after == NO_RULE:
            return f"This rule is gone: {escaped(before)}"
        return f"The rule was: {escaped(before)}. Now it is: {escaped(after)}"
    now = "it is not set" if after == NOT_SET else f"it is {_value(after)}"
    if before == NO_RESOURCE:
        return f"A new resource has {_value(field)}, and {now}"
    was = "was not set" if before == NOT_SET else f"was {_value(before)}"
    return f"{_value(field)} {was}, and now {now}"


def _value(text: str) -> str:
    return escaped(text) if " " in text else code(text)


def _addresses(addresses: Sequence[str]) -> str:
    return some(map(code, addresses), NAMED)


def unjudged_lines(listed: Sequence[Unjudged]) -> Iterator[str]:
    """A line for each kind of resource of which the same differs."""
    for one in together(listed):
        named = some([code(field) for field in one.fields if field], FIELDS)
        why = f" ({'; '.join(one.reasons)})" if one.reasons else ""
        of_new = one.what is not What.CHANGED
        where = (
            f", with {named} that no answer shows" if named and of_new else f" in {named}" if named else ""
        )
        yield f"{escaped(one.said)}{where}: {_addresses(one.addresses)}{why}"


def _by_kind(findings: Sequence[Finding], report: ChangeReport | None) -> Iterator[str]:
    """Findings, the worst first, of a kind with many instances the first few; with a report, each with its line."""
    same: dict[str, list[Finding]] = {}
    for finding in sorted(findings, key=lambda one: list(Level).index(one.kind.level)):
        same.setdefault(finding.kind.code, []).append(finding)
    for found in same.values():
        for finding in found[:NAMED]:
            where = _where([report.causes.of_finding(finding)] if report else [])
            yield f"**{finding.kind.level}** {_code(finding)} {escaped(finding.message)}{where}"
        if len(found) > NAMED:
            yield f"**{found[0].kind.level}** {_code(found[0])} {len(found) - NAMED:,} more of this kind"


def _acceptances(report: ChangeReport) -> Iterator[Titled]:
    found = report.change.acceptances
    yield from _part(
        "Acceptances that ended",
        report,
        [
            f"{one.code} {escaped(one.subject)} ended on {one.until}. It said: {escaped(one.reason.strip())}"
            for one in found.ended
        ],
    )
    yield from _part(
        "Acceptances that are extended or depend on other controls",
        report,
        [_altered(before, after) for before, after in found.altered],
    )
    yield from _part(
        "Acceptances removed",
        report,
        [
            f"{one.code} {escaped(one.subject)}. It said: {escaped(one.reason.strip())}"
            for one in found.removed
        ],
    )
    yield from _part(
        "Notes newly accepted",
        report,
        [_accepted(pair) for pair in found.new if pair[0].kind.level is Level.NOTE],
    )
