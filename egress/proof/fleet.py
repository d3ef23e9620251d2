"""A configuration of many teams: config/production's platform, teams that differ in what they are granted.

One ServiceAccount and ten grants a team, by identity, over fifty hosts; every fourth host is reached in the same way.
"""

import random
import shutil
from collections.abc import Sequence
from pathlib import Path

PRODUCTION = Path(__file__).parents[2] / "config" / "production"
IMAGE = "gcr.io/google.com/cloudsdktool/cloud-sdk:slim"
WAYS = (
    ("{ http: originate-tls }", ""),
    ("{ http: closed, https: identity }", ""),
    ("{ http: plain, https: identity }", ""),
    ("{ http: closed, https: pass-through }", ", scheme: https"),
)
"""Each of config/production's four ways to reach a destination, and what a grant has to add for it; taken in turn."""


def write(
    folder: Path,
    *,
    teams: int,
    grants: int = 10,
    hosts: int = 50,
    seed: int = 1,
    tenancy: str | None = None,
    running: int | None = None,
) -> Path:
    """Write the configuration; the folder. Another seed is another choice of hosts for every team.

    The first of a team's hosts is its number's, so that every host is granted. Only the first `running` teams have a
    workload (all of them by default); the others have the ServiceAccount alone.
    """
    choose = random.Random(seed)  # noqa: S311 - no secret
    names = [host_name(position) for position in range(hosts)]
    (folder / "teams").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PRODUCTION / "platform.yaml", folder / "platform.yaml")
    if tenancy:
        with (folder / "platform.yaml").open("a", encoding="utf-8") as platform:
            platform.write(f"\ntenancy: {tenancy}\n")
    (folder / "destinations.yaml").write_text(_destinations(names), encoding="utf-8")
    for number in range(teams):
        own = number % hosts
        others = [position for position in range(hosts) if position != own]
        granted = sorted([own, *choose.sample(others, grants - 1)])
        text = _account(running is None or number < running) + _grants(granted)
        (folder / "teams" / f"team-{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def host_name(position: int) -> str:
    """The host at a position; what is asked in plain HTTP is at 0, 4, 8 and so on."""
    return f"host-{position}.example.com"


def grant(position: int, more: str = "") -> str:
    """A team's grant of the host at a position, as a line of its file."""
    way = WAYS[position % len(WAYS)][1]
    return f"  - {{ to: {host_name(position)}, service_accounts: [app]{way}{more} }}\n"


def _destinations(names: Sequence[str]) -> str:
    entries = [f"  {name}: {WAYS[position % len(WAYS)][0]}\n" for position, name in enumerate(names)]
    return "authorization: by-identity\ndestinations:\n" + "".join(entries)


def _account(runs: bool) -> str:
    return f"workloads:\n  app:\n    image: {IMAGE}\n" if runs else "service_accounts: [app]\n"


def _grants(positions: Sequence[int]) -> str:
    return "grants:\n" + "".join(grant(position) for position in positions)
