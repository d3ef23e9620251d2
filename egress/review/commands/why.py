"""`why`: why a request was refused, the line that decides, and the patch that grants it."""

import argparse
import json
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

from egress.environments.selection import VARIABLE, add_earlier_selector, add_selector
from egress.review.commands.inputs import add_input, configuration, inputs, name_environment
from egress.review.commands.writing import write
from egress.review.errors import ReviewError
from egress.review.output.formats.registry import FORMATS, render

STANDARD_INPUT = "-"
OPEN = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What a person has, in any order, and the configuration."""
    parser.add_argument(
        "what",
        nargs="*",
        metavar="WHAT",
        help="a URL, a SPIFFE id, a log line, a file of logs (- is standard input), a request as JSON",
    )
    add_input(parser)
    add_selector(parser, f"${VARIABLE}, else the one that the input names")
    add_earlier_selector(parser)
    parser.add_argument(
        "--from", dest="source", metavar="WHO", help="NAMESPACE/WORKLOAD, NAMESPACE/sa/ACCOUNT or a SPIFFE id"
    )
    parser.add_argument("--method", default="GET", help="of a URL that is named (default: GET)")
    parser.add_argument("--curl-exit", type=int, metavar="CODE", help="curl's exit code")
    parser.add_argument("--patch", type=Path, metavar="FILE", help="also write the patch of all cases here")
    parser.add_argument("--format", choices=FORMATS["why"], default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Exit code 0 where nothing is refused, 1 where a refusal is explained, 2 for what was not understood."""
    from egress.review.why.symptoms import CURL_EXITS, CURL_WORDS

    if options.curl_exit is not None and options.curl_exit not in CURL_WORDS:
        known = ", ".join(map(str, sorted(CURL_WORDS)))
        raise ReviewError(f"--curl-exit {options.curl_exit}: no exit code of a refusal; these are: {known}")
    found = _found(options)
    print(render("why", options.format, found))
    if options.patch:
        _write_patch(options.patch, found)
    if not found.answered:
        return OPEN
    if found.cases:
        return int(any(case.refused for case in found.cases))
    return int(options.curl_exit in CURL_EXITS)


def _found(options: argparse.Namespace) -> Any:
    from egress.review.why.explained import Why

    given = _sorted(options)
    source = options.source or given.get("source")
    if not (given.keys() & {"url", "lines", "files", "request"}):
        if options.curl_exit is None:
            raise ReviewError(
                "name what failed: a URL with --from, a log line, a file of logs, or --curl-exit"
            )
        return Why(cases=(), curl_exit=options.curl_exit)
    environment = name_environment(options)
    return replace(_explained(options, given, source), environment=environment)


def _explained(options: argparse.Namespace, given: dict[str, Any], source: str | None) -> Any:
    from egress.logs.reading import Logs, UnreadableLog
    from egress.review.cluster import Cluster
    from egress.review.inputs.reading import read
    from egress.review.why.asked import Asked, identity
    from egress.review.why.explained import Why, explain, explain_log
    from egress.review.why.folder import Folder

    chosen = configuration(options)
    cluster = Cluster(read(inputs(options)))
    folder = Folder(chosen.folder, os.environ) if chosen else None
    if "request" in given:
        asked = given["request"]
        return Why(cases=(explain(cluster, folder, asked),), curl_exit=options.curl_exit)
    if "url" in given:
        if not source:
            raise ReviewError("who asked? name the workload with --from NAMESPACE/WORKLOAD, or its SPIFFE id")
        question = Asked(identity(source), given["url"], options.method)
        return Why(cases=(explain(cluster, folder, question),), curl_exit=options.curl_exit)
    logs = Logs(given.get("files", ()))
    entries = logs.of_lines(given["lines"], "the line") if "lines" in given else logs
    try:
        return explain_log(cluster, folder, entries, logs.tally, source)
    except UnreadableLog as error:
        raise ReviewError(str(error)) from error


def _sorted(options: argparse.Namespace) -> dict[str, Any]:
    """What each WHAT is. Raises ReviewError for what is nothing of the sort, and for two questions at once."""
    from egress.logs.text_format import START

    found: dict[str, Any] = {}
    for text in options.what:
        if text.startswith(("http://", "https://")):
            kind, value = "url", text
        elif text.startswith("spiffe://"):
            kind, value = "source", text
        elif text.lstrip().startswith("{"):
            kind, value = _of_json(text)
        elif START.match(text):
            kind, value = "lines", [text]
        elif text == STANDARD_INPUT or Path(text).exists():
            found.setdefault("files", []).append(text)
            continue
        else:
            raise ReviewError(
                f"{text[:80]}: this is no URL (http://... or https://...), no SPIFFE id, no log line and no file"
            )
        if kind in found or (kind == "source" and options.source):
            raise ReviewError(f"{text[:80]}: there are two of this kind: ask one question at a time")
        found[kind] = value
    asked = sorted(found.keys() & {"url", "lines", "files", "request"})
    if len(asked) > 1:
        raise ReviewError(f"{' and '.join(asked)} are two questions: ask one at a time")
    return found


def _of_json(text: str) -> tuple[str, Any]:
    """A request as `evaluate --requests` takes it, or a log line."""
    from egress.review.request import request_from_json
    from egress.review.why.asked import Asked, identity

    try:
        document = json.loads(text)
    except ValueError as error:
        raise ReviewError(f"{text[:80]}: this is no whole JSON object: {error}") from error
    if not document.keys() & {"from", "to"}:
        return "lines", [text]
    request_from_json(document)  # which refuses unknown keys
    if extra := sorted(document.keys() - {"from", "to", "method"}):
        raise ReviewError(f"the key {extra[0]!r} is for `evaluate`: ask `why` with from, to and method")
    return "request", Asked(identity(document["from"]), document["to"], document.get("method", "GET"))


def _write_patch(file: Path, found: Any) -> None:
    patches = dict.fromkeys(case.remedy.patch for case in found.cases if case.remedy and case.remedy.patch)
    if len(patches) > 1:
        raise ReviewError(
            "--patch: several requests need a patch, and each is made alone: ask for one request"
        )
    if not patches:
        raise ReviewError("--patch: there is nothing to write")
    write(file, next(iter(patches)))
