"""`summary`: a change's differences and findings for a pull request, as Markdown, JSON and SARIF."""

import argparse
from pathlib import Path

from egress.review.commands.inputs import (
    NONE,
    accepted_file,
    add_artifact,
    add_comparison,
    add_strict,
    add_threshold,
    announce,
    artifact,
)
from egress.review.commands.writing import write
from egress.review.errors import ReviewError
from egress.review.output.formats.registry import FORMATS, render


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The two states and where to write."""
    parser.add_argument(
        "old", type=Path, help=f"the base's cdktf.out, plans or YAML; `{NONE}` for a new environment"
    )
    parser.add_argument("new", type=Path, help=f"the head's; `{NONE}` for an environment that goes")
    parser.add_argument(
        "--accepted", type=Path, metavar="FILE", help=f"config/<env>/accepted.yaml of the head, or `{NONE}`"
    )
    parser.add_argument(
        "--base-accepted",
        type=Path,
        metavar="FILE",
        help=f"config/<env>/accepted.yaml of the base, or `{NONE}`; left out, every acceptance counts as new",
    )
    parser.add_argument(
        "--format", choices=FORMATS["summary"], default=FORMATS["summary"][0], help="default: markdown"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything as JSON")
    parser.add_argument(
        "--sarif", type=Path, metavar="FILE", help="also write the head's findings as SARIF 2.1.0"
    )
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="also write the whole report as one HTML page"
    )
    parser.add_argument(
        "--full-report",
        metavar="URL",
        help="where the page says that the whole report is (default: --html's name)",
    )
    add_comparison(parser)
    parser.add_argument(
        "--judge-changed",
        action="append",
        default=[],
        metavar="FILE",
        help="a file of the review or its workflow that the change touches; may be given again",
    )
    add_threshold(parser)
    add_artifact(parser)
    add_strict(parser)


def run(options: argparse.Namespace) -> int:
    """Print the summary. Exit code 0 where nobody has to agree to anything, else 1."""
    from egress.review.commands.compared import causes, compared, heading
    from egress.review.findings.acceptance import Judged
    from egress.review.findings.finding import Level
    from egress.review.judgement import judgement, utc_today
    from egress.review.locations.locations import places
    from egress.review.matrix import Matrix
    from egress.review.output.documents import ChangeReport, Found, Page

    if options.old == options.new == Path(NONE):
        raise ReviewError(f"both states are `{NONE}`: name a folder for one of them")
    today = utc_today()
    head = judgement(_state(options.new), accepted_file(options.accepted), today, strict=options.strict)
    announce(head.cluster.inventory)
    found = compared(options, options.old, head, today)
    asks = found.asks(Level(options.failure_threshold))
    sides = (found.base.cluster.inventory, head.cluster.inventory)
    told = heading(options, *sides, [options.old, options.new])
    document = ChangeReport(
        change=found,
        asks=asks,
        heading=told,
        judges=tuple(options.judge_changed),
        causes=causes(options, found, head),
        full_report=options.full_report or (options.html.name if options.html else ""),
    )
    text = render("summary", options.format, document)
    written = {options.json: render("summary", "json", document)} if options.json else {}
    if options.sarif:
        where = places(head.cluster.inventory, [options.new], artifact(options))
        judged = Judged(open=(*head.judged.open, *found.weakened), accepted=head.judged.accepted)
        written[options.sarif] = render("findings", "sarif", Found(judged=judged, places=where))
    if options.html:
        rows = tuple(Matrix(head.cluster).rows())
        page = Page(heading=told, rows=rows, judged=head.judged, change=found, causes=document.causes)
        written[options.html] = render("report", "html", page)
    for file, content in written.items():
        write(file, content)
    print(text)
    return int(bool(asks))


def _state(path: Path) -> list[Path]:
    """The inputs of a side; none for an environment that is not there."""
    return [] if path == Path(NONE) else [path]
