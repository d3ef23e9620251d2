"""`evaluate`: one answer, or a file of them."""

import argparse
import io
import json
import sys
from collections.abc import Iterable, Iterator
from typing import TextIO

from egress.review.answer import Verdict
from egress.review.cluster import Cluster
from egress.review.commands.inputs import add_input, announce, inputs, name_environment, reviewed
from egress.review.errors import ReviewError
from egress.review.output.answered import Evaluated
from egress.review.output.answers import as_json
from egress.review.output.formats.registry import FORMATS, render
from egress.review.path.evaluation import evaluate
from egress.review.request import Request, parse_request, request_from_json

EXIT_CODES = {Verdict.ALLOWED: 0, Verdict.REFUSED: 1}
MAX_LINE = 1_000_000
"""Characters of one request; its headers and path are far shorter."""
OPEN = 2
"""The input leaves the question open."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The request, and how the answer is told."""
    add_input(parser)
    parser.add_argument(
        "--from", dest="source", metavar="WHO", help="who asks: NAMESPACE/WORKLOAD or NAMESPACE/sa/ACCOUNT"
    )
    parser.add_argument("--to", dest="url", metavar="URL", help="for what, such as https://example.com/a")
    parser.add_argument("--method", default="GET", help="default: GET")
    parser.add_argument(
        "--header",
        action="append",
        metavar="NAME:VALUE",
        default=[],
        help="a header of the request; may be given again",
    )
    parser.add_argument(
        "--dial",
        metavar="KIND:NAMESPACE/NAME:PORT",
        help="a Service or Pod that is addressed instead of the host",
    )
    parser.add_argument("--without-sidecar", action="store_true", help="as if the Pod had no proxy")
    parser.add_argument("--explain", action="store_true", help="every control on the way")
    parser.add_argument("--format", choices=FORMATS["evaluate"], default="text", help="default: text")
    parser.add_argument("--requests", metavar="FILE", help="JSON lines with from and to; - is standard input")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 allowed, 1 refused, 2 a bad question or one that the input leaves open.

    With --requests 0 where each line is a question, whatever the answers.
    """
    name_environment(options)
    if options.requests:
        if options.source or options.url:
            raise ReviewError("--requests takes the place of --from and --to")
        cluster = _cluster(options)
        if options.requests == "-":
            return _answer_lines(cluster, sys.stdin, explain=options.explain)
        with _opened(options.requests) as lines:
            return _answer_lines(cluster, lines, explain=options.explain)
    if not options.source or not options.url:
        raise ReviewError("evaluate needs --from and --to, or --requests")
    request = _request(options)
    cluster = _cluster(options)
    document = Evaluated(
        source=request.source,
        url=options.url,
        answer=evaluate(cluster, request),
        explain=options.explain,
        reviewed=reviewed(options, cluster.inventory),
    )
    print(render("evaluate", options.format, document))
    return EXIT_CODES.get(document.answer.verdict, OPEN)


def _cluster(options: argparse.Namespace) -> Cluster:
    from egress.review.inputs.reading import read

    inventory = read(inputs(options), strict=options.strict)
    announce(inventory)
    return Cluster(inventory)


def _request(options: argparse.Namespace) -> Request:
    headers = {}
    for header in options.header:
        name, colon, value = header.partition(":")
        if not colon:
            raise ReviewError(f"--header {header}: must be NAME:VALUE")
        headers[name.strip()] = value.strip()
    return parse_request(
        source=options.source,
        url=options.url,
        method=options.method,
        headers=headers,
        dial=options.dial,
        sidecar=False if options.without_sidecar else None,
    )


def _opened(name: str) -> TextIO:
    try:
        return open(name, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise ReviewError(f"--requests {name}: {error.strerror}") from error


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """The lines of a file. Raises ReviewError for one without an end."""
    if not isinstance(lines, io.TextIOBase):
        yield from lines
        return
    while line := lines.readline(MAX_LINE):
        if len(line) == MAX_LINE and not line.endswith("\n"):
            raise ReviewError(f"--requests: a line is longer than {MAX_LINE:,} characters")
        yield line


def _answer_lines(cluster: Cluster, lines: Iterable[str], *, explain: bool) -> int:
    """Answer JSON lines with JSON lines, in their order; a line that is no question gets an error, and exit code 2."""
    code = 0
    for number, line in enumerate(_bounded(lines), 1):
        if not line.strip():
            continue
        try:
            document = json.loads(line)
            if not isinstance(document, dict):
                raise ReviewError("a request is a JSON object")
            answered = as_json(evaluate(cluster, request_from_json(document)), explain=explain)
        except (ValueError, RecursionError, ReviewError) as error:
            answered, code = {"error": f"line {number}: {error}"}, OPEN
        print(json.dumps(answered))
    return code
