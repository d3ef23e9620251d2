"""A configuration of many teams: config/production's platform, teams that differ in what they are granted.

`python -m bench.fleet FOLDER --teams N` writes it: one workload and ten grants a team, by identity, over fifty hosts.
"""

import argparse
import random
import shutil
from collections.abc import Sequence
from pathlib import Path

from bench.process import ROOT

PRODUCTION = ROOT / "config" / "production"
IMAGE = "gcr.io/google.com/cloudsdktool/cloud-sdk:slim"
WAYS = (
    ("{ http: originate-tls }", ""),
    ("{ http: closed, https: identity }", ""),
    ("{ http: plain, https: identity }", ""),
    ("{ http: closed, https: pass-through }", ", scheme: https"),
)
"""Each of config/production's four ways to reach a destination, and what a grant has to add for it; taken in turn."""


def write(
    folder: Path, *, teams: int, grants: int = 10, hosts: int = 50, seed: int = 1, tenancy: str | None = None
) -> Path:
    """Write the configuration; the folder. Another seed is another choice of hosts for every team."""
    choose = random.Random(seed)  # noqa: S311 - no secret
    names = [f"host-{number}.example.com" for number in range(hosts)]
    (folder / "teams").mkdir(parents=True, exist_ok=True)
    shutil.copyfile(PRODUCTION / "platform.yaml", folder / "platform.yaml")
    if tenancy:
        with (folder / "platform.yaml").open("a", encoding="utf-8") as platform:
            platform.write(f"\ntenancy: {tenancy}\n")
    (folder / "destinations.yaml").write_text(_destinations(names), encoding="utf-8")
    for number in range(teams):
        granted = sorted(choose.sample(range(hosts), grants))
        text = _team([(names[position], WAYS[position % len(WAYS)][1]) for position in granted])
        (folder / "teams" / f"team-{number}.yaml").write_text(text, encoding="utf-8")
    return folder


def _destinations(names: Sequence[str]) -> str:
    entries = [f"  {name}: {WAYS[position % len(WAYS)][0]}\n" for position, name in enumerate(names)]
    return "authorization: by-identity\ndestinations:\n" + "".join(entries)


def _team(hosts: Sequence[tuple[str, str]]) -> str:
    grants = "".join(f"  - {{ to: {host}, service_accounts: [app]{more} }}\n" for host, more in hosts)
    return f"workloads:\n  app:\n    image: {IMAGE}\ngrants:\n{grants}"


def main() -> None:
    """Write one for a look at it."""
    parser = argparse.ArgumentParser(prog="python -m bench.fleet", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--teams", type=int, required=True)
    parser.add_argument("--seed", type=int, default=1, help="which hosts the teams are granted (default: 1)")
    parser.add_argument("--tenancy", choices=("shared", "stack-per-team"))
    arguments = parser.parse_args()
    write(arguments.folder, teams=arguments.teams, seed=arguments.seed, tenancy=arguments.tenancy)


if __name__ == "__main__":
    main()
