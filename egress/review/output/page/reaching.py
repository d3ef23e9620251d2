"""Who reaches what, by namespace and by host: the rows of the matrix added up."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html import escape
from urllib.parse import quote

from egress.review.answer import Verdict
from egress.review.matrix import Row
from egress.review.output.gist import listed, number
from egress.review.output.page.rows import breakable, whole
from egress.review.targets import ANY_OTHER

SHOWN, NAMED = 5, 4
"""Lines of the first screen, and names in one of them."""
ROWS, OPEN = 2_000, 12
"""Rows of a table of sums, and up to how many it is unfolded."""

_PASSING = (Verdict.ALLOWED, Verdict.CONDITIONAL)


@dataclass
class Sum:
    """The answers of a namespace, or about a host."""

    name: str
    others: dict[str, Verdict] = field(default_factory=dict)
    """The hosts that the namespace reaches, or the namespaces that reach the host: wholly, in part, or nobody knows."""
    members: dict[str, None] = field(default_factory=dict)
    refused: int = 0

    def add(self, other: str, row: Row) -> None:
        """Count a row."""
        self.members[row.identity] = None
        verdict = row.answer.verdict
        if verdict is Verdict.REFUSED:
            self.refused += 1
        elif self.others.get(other) is not Verdict.ALLOWED:
            self.others[other] = verdict


def by_team(rows: Iterable[Row]) -> list[Sum]:
    """A sum for each namespace, the farthest reaching first."""
    found: dict[str, Sum] = {}
    for row in rows:
        space = row.identity.partition("/")[0]
        found.setdefault(space, Sum(space)).add(row.host, row)
    return _sorted(found.values())


def by_host(rows: Iterable[Row]) -> list[Sum]:
    """A sum for each host, the most reached first; any other host before all if somebody reaches it."""
    found: dict[str, Sum] = {}
    for row in rows:
        found.setdefault(row.host, Sum(row.host)).add(row.identity.partition("/")[0], row)
    return _sorted(found.values(), first=ANY_OTHER)


def _sorted(sums: Iterable[Sum], first: str = "") -> list[Sum]:
    return sorted(sums, key=lambda one: (not (one.name == first and one.others), -len(one.others), one.name))


def short(rows: Sequence[Row]) -> str:
    """The first screen's part: the namespaces with what they reach, and the hosts that most of them reach."""
    teams, hosts = by_team(rows), [one for one in by_host(rows) if one.others]
    outside = [one for one in hosts if one.name != ANY_OTHER]
    reach = sum(1 for one in teams if one.others)
    lines = [_line(one, "identity", f"{one.name}/") for one in teams if one.others][:SHOWN]
    more = _more(reach - len(lines), "namespaces", "by-team")
    told = (
        f"<p><strong>{reach:,}</strong> of {number(len(teams), 'namespace')} "
        f"{'reaches' if reach == 1 else 'reach'} <strong>{len(outside):,}</strong> "
        f"{'host' if len(outside) == 1 else 'hosts'}. Everything else is refused.</p>"
    )
    any_other = [one for one in hosts if one.name == ANY_OTHER]
    if any_other:
        told += (
            f'<p class="alarm">{breakable(_names(any_other[0]))} '
            f"{'reaches' if len(any_other[0].others) == 1 else 'reach'} hosts that nobody named.</p>"
        )
    if len(teams) > SHOWN:
        lines += [_line(one, "destination", one.name) for one in outside[:SHOWN]]
        more += _more(len(outside) - SHOWN, "hosts", "by-host")
    return f"{told}<ul>{''.join(lines)}{more}</ul>"


def tables(rows: Sequence[Row]) -> str:
    """Both sums as tables."""
    return _table("by-team", "By namespace", "namespace", "reaches", by_team(rows)) + _table(
        "by-host", "By host", "host", "reached by", by_host(rows)
    )


def _line(one: Sum, filtered: str, value: str) -> str:
    target = escape(f"#{filtered}={quote(value, safe='/:')}")
    return f'<li><a href="{target}">{breakable(one.name)}</a>: {breakable(_names(one))}</li>'


def _more(count: int, noun: str, target: str) -> str:
    return f'<li><a href="#{target}">and {count:,} more {noun}</a></li>' if count > 0 else ""


def _names(one: Sum, limit: int = NAMED) -> str:
    texts = [
        name + {Verdict.CONDITIONAL: " (in part)", Verdict.UNKNOWN: " (not known)"}.get(verdict, "")
        for name, verdict in sorted(one.others.items(), key=lambda each: (each[0] == ANY_OTHER, each[0]))
    ]
    rest = len(texts) - limit
    return (
        ", ".join(texts[:limit]) + f" and {rest:,} more"
        if rest > 0
        else listed(texts)
        if texts
        else "nothing"
    )


def _table(id_: str, title: str, what: str, reach: str, sums: Sequence[Sum]) -> str:
    filtered = "identity" if what == "namespace" else "destination"
    lines = "".join(_row(one, filtered, team=what == "namespace") for one in sums[:ROWS])
    left = len(sums) - ROWS
    rest = f"<p>and {left:,} more: <code>python -m egress list</code></p>" if left > 0 else ""
    columns = (what, "workloads", reach, "refused answers")
    head = "".join(f'<th scope="col">{column}</th>' for column in columns)
    is_open = " open" if len(sums) <= OPEN else ""
    return (
        f'<details id="{id_}"{is_open}><summary>{title}: {len(sums):,}</summary>'
        f'<table class="sums"><caption class="hidden">{title}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{lines}</tbody></table>{rest}</details>"
    )


def _row(one: Sum, filtered: str, *, team: bool) -> str:
    value = f"{one.name}/" if team else one.name
    target = escape(f"#{filtered}={quote(value, safe='/:')}")
    names = breakable(_names(one, 12))
    shown = f'<span class="{_look(one)}">{names}</span>'
    return (
        f'<tr><th scope="row"{whole(one.name)}><a href="{target}">{breakable(one.name)}</a></th>'
        f'<td>{len(one.members):,}</td><td>{shown}</td><td class="calm">{one.refused:,}</td></tr>'
    )


def _look(one: Sum) -> str:
    if ANY_OTHER in (one.name, *one.others) and any(
        verdict in _PASSING for name, verdict in one.others.items() if ANY_OTHER in (one.name, name)
    ):
        return "alarm"
    return "calm" if not one.others else ""
