"""`init`: a new environment folder in production's secure form, valid at once."""

import argparse
import json
import sys
from pathlib import Path

from egress.environments.commands.add import add_ways
from egress.environments.errors import EnvironmentsError
from egress.environments.selection import ENVIRONMENTS, NAME

QUESTIONS = {
    "project": "the Google Cloud project's id",
    "project_number": "the project's number (gcloud projects describe PROJECT)",
    "region": "the region, such as us-central1",
    "zones": "two or three zones of the region, with commas, such as us-central1-a,us-central1-b",
    "team": "the first team's name",
}
"""What nobody can guess, by option: asked for on a terminal, an error elsewhere."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The environment's name and what it is made of."""
    parser.add_argument("name", metavar="NAME", help=f"the environment; its folder is {ENVIRONMENTS}/NAME")
    for option, help_ in QUESTIONS.items():
        parser.add_argument(f"--{option.replace('_', '-')}", dest=option, help=help_)
    ranges = parser.add_argument_group("address ranges (ask whoever runs the network)")
    for option, default in (
        ("nodes-range", "10.0.0.0/24"),
        ("pods-range", "10.1.0.0/16"),
        ("services-range", "10.2.0.0/20"),
        ("control-plane-range", "10.5.0.0/28"),
    ):
        ranges.add_argument(f"--{option}", metavar="CIDR", default=default, help=f"default: {default}")
    parser.add_argument(
        "--host", action="append", default=[], metavar="HOST", help="a host the first team may reach"
    )
    parser.add_argument(
        "--service-account", metavar="NAME", help="the first team's ServiceAccount (default: client)"
    )
    add_ways(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def run(options: argparse.Namespace) -> int:
    """Write the folder. Exit code 0; 2 where an answer breaks a rule, and then nothing is written."""
    from egress.environments.additions import Additions
    from egress.environments.changes import write
    from egress.environments.entries import Host, NewGrant
    from egress.environments.starting import SCHEMAS, Start, write_schemas

    folder = _new_folder(options.name)
    answers = {option: getattr(options, option) or _asked(option) for option in QUESTIONS}
    start = Start(
        name=options.name,
        project=answers["project"],
        number=_number(answers["project_number"]),
        region=answers["region"],
        zones=tuple(zone.strip() for zone in answers["zones"].split(",") if zone.strip()),
        nodes=options.nodes_range,
        pods=options.pods_range,
        services=options.services_range,
        control_plane=options.control_plane_range,
    )
    additions = Additions(folder, start.files())
    additions.team(answers["team"], options.service_account)
    for host in options.host:
        additions.host(Host(name=host, http=options.http, https=options.https))
        additions.grant(answers["team"], NewGrant(to=host, service_accounts=[]))
    write(folder, additions.files)
    schemas = write_schemas(ENVIRONMENTS / SCHEMAS)
    written = [*(folder / name for name in additions.files), *schemas, *_cdktf()]
    if options.format == "json":
        document = {"environment": options.name, "written": [str(path) for path in written]}
        sys.stdout.write(json.dumps(document, indent=2) + "\n")
    else:
        sys.stdout.write(_told(options.name, folder, written))
    return 0


def _new_folder(name: str) -> Path:
    """The folder, not there yet. Raises EnvironmentsError."""
    if not NAME.fullmatch(name) or name == "schema":
        raise EnvironmentsError(
            f"{name}: an environment's name is 1 to 63 letters, digits, dots, hyphens and underscores, and not `schema`"
        )
    folder = ENVIRONMENTS / name
    if folder.exists():
        raise EnvironmentsError(
            f"{folder}: this is there already: take another name, or add to it with `egress add`"
        )
    return folder


def _asked(option: str) -> str:
    """The answer of a person; without a terminal, an error that names the option."""
    flag = f"--{option.replace('_', '-')}"
    if not sys.stdin.isatty():
        raise EnvironmentsError(f"{flag} is missing: {QUESTIONS[option]}")
    sys.stderr.write(f"{QUESTIONS[option]}: ")
    sys.stderr.flush()
    answer = sys.stdin.readline().strip()
    if not answer:
        raise EnvironmentsError(f"{flag} is missing: {QUESTIONS[option]}")
    return answer


def _number(text: str) -> int:
    if not text.isdecimal():
        raise EnvironmentsError(
            f"--project-number {text}: write the number, as `gcloud projects describe PROJECT` prints it"
        )
    return int(text)


def _cdktf() -> list[Path]:
    """Cdktf's own file, where the folder has none: it runs the installed program, for a named environment alone."""
    from egress.environments.entries import template

    file = Path("cdktf.json")
    if file.exists():
        return []
    file.write_text(template(file.name, {}), encoding="utf-8")
    return [file]


def _told(name: str, folder: Path, written: list[Path]) -> str:
    lines = [f"environment {name}: made and checked", *(f"  {path}" for path in written)]
    lines += [
        "Next:",
        f"  egress add host HOST --team TEAM --config {name}",
        f"  egress synth --config {name}",
        "  egress list",
        f"Before a deploy name a bucket for the state in {folder}/platform.yaml (docs/deploy.md).",
    ]
    return "\n".join(lines) + "\n"
