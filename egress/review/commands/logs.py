"""The options of the verbs that read access logs: which files, and who asked where a line does not say."""

import argparse
from pathlib import Path


def add_logs(parser: argparse.ArgumentParser) -> None:
    """The logs and whose they are."""
    parser.add_argument(
        "logs",
        nargs="+",
        metavar="LOG",
        help="a file of access logs, also .gz (- is standard input); NAMESPACE/WORKLOAD=FILE says whose it is",
    )
    parser.add_argument(
        "--from",
        dest="source",
        metavar="WHO",
        default="",
        help="who asked where a line does not say: NAMESPACE/WORKLOAD, NAMESPACE/sa/ACCOUNT or a SPIFFE id",
    )
    parser.add_argument(
        "--pods",
        type=Path,
        metavar="FILE",
        help="what `kubectl get pods --all-namespaces --output json` printed: who asked, for lines without an identity",
    )


def files(options: argparse.Namespace) -> dict[str, str]:
    """The files, each with whose it is; empty where that was not given."""
    return dict(map(_named, options.logs))


def _named(text: str) -> tuple[str, str]:
    """A file, and whose it is: NAMESPACE/WORKLOAD=FILE, where there is no file of the whole name."""
    whose, equals, name = text.partition("=")
    if equals and "/" in whose and not Path(text).exists():
        return name, whose
    return text, ""
