"""`add team` and `add host`: an entry in the environment's files, which are checked before they are written."""

import argparse
import json
import os
import sys

from egress.environments.selection import add_selector, select

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """What is added, and to which environment."""
    kinds = parser.add_subparsers(dest="kind", required=True, metavar="KIND")
    team = kinds.add_parser("team", help="a team's file, and a grant for each --host")
    team.add_argument("name", metavar="TEAM", help="the new team's name; its file is teams/TEAM.yaml")
    team.add_argument("--host", action="append", default=[], metavar="HOST", help="a host it may reach")
    host = kinds.add_parser("host", help="a host's entry, and a grant for --team")
    host.add_argument("name", metavar="HOST", help="the outside host, such as api.github.com")
    host.add_argument("--team", metavar="TEAM", help="the team that may reach it")
    host.add_argument(
        "--also", action="append", default=[], metavar="HOST", help="another host of the same service"
    )
    host.add_argument(
        "--method",
        action="append",
        default=[],
        choices=METHODS,
        help="the grant allows this method alone; may be given again",
    )
    host.add_argument(
        "--path",
        action="append",
        default=[],
        metavar="PATH",
        help="the grant allows this path alone, such as '/v1/*'; may be given again",
    )
    for each in (team, host):
        each.add_argument(
            "--service-account", metavar="NAME", help="which of the team's ServiceAccounts may ask"
        )
        add_ways(each)
        add_selector(each)
        each.add_argument("--format", choices=("text", "json"), default="text", help="default: text")


def add_ways(parser: argparse.ArgumentParser) -> None:
    """How a new host is reached."""
    parser.add_argument(
        "--http",
        choices=("originate-tls", "plain", "closed"),
        default="originate-tls",
        help="what the gateway makes of plain HTTP (default: originate-tls, it makes HTTPS of it)",
    )
    parser.add_argument(
        "--https",
        choices=("identity", "pass-through"),
        help="how the application's own TLS travels (default: not)",
    )


def run(options: argparse.Namespace) -> int:
    """Write the files. Exit code 0; 2 where the environment with the addition breaks a rule."""
    from egress.environments.additions import Additions
    from egress.environments.changes import write
    from egress.environments.entries import Host, NewGrant
    from egress.environments.errors import EnvironmentsError

    environment = select(options.config, os.environ, must_be_named=False)
    additions = Additions(environment.folder)
    accounts = [options.service_account] if options.service_account else []
    if options.kind == "team":
        additions.team(options.name, options.service_account)
        for name in options.host:
            additions.host(Host(name=name, http=options.http, https=options.https))
            additions.grant(options.name, NewGrant(to=name, service_accounts=accounts))
    else:
        if additions.has_host(options.name) and not options.team:
            raise EnvironmentsError(
                f"{environment.folder}: there is such a host already: --team TEAM grants it to a team"
            )
        additions.host(Host(name=options.name, http=options.http, https=options.https, also=options.also))
        if options.team:
            grant = NewGrant(
                to=options.name, service_accounts=accounts, methods=options.method, paths=options.path
            )
            additions.grant(options.team, grant)
        elif options.method or options.path or accounts:
            raise EnvironmentsError(
                "--service-account, --method and --path are parts of a grant: name its --team"
            )
    write(environment.folder, additions.files)
    written = [str(environment.folder / name) for name in additions.files]
    if options.format == "json":
        told = json.dumps({"environment": environment.name, "written": written}, indent=2)
    else:
        told = f"environment {environment.name}: {', '.join(written)} written and checked"
    sys.stdout.write(f"{told}\n")
    return 0
