"""Which environment is meant: one selector for make, main.py, cdktf and CI.

An environment is a folder of YAML files. `--config` or the variable CONFIG picks it: a name means `config/NAME`,
anything with a slash is the folder itself.
"""

import argparse
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from egress.checks.folder import DESTINATIONS, PLATFORM, environment_name
from egress.environments.errors import EnvironmentsError
from egress.source.nearest import nearest

VARIABLE = "CONFIG"
RETIRED = ("EGRESS_CONFIG", "EGRESS_ENVIRONMENT")
"""Earlier names of the variable: to ignore one in silence would deploy another environment than the one it names."""

ENVIRONMENTS = Path("config")
TUTORIAL = "tutorial"
"""What is synthesized where nobody chose and there is more than one: the README's first command."""

NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}")
"""A name that can stand in a state's path and in a bucket's prefix."""


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A configuration folder, and whether somebody chose it."""

    folder: Path
    chosen: bool = True

    @property
    def name(self) -> str:
        """The folder's own name: it stands in the state's path and in every output."""
        return environment_name(self.folder)


def select(given: str | None, environ: Mapping[str, str], *, must_be_named: bool = False) -> Environment:
    """Find the environment that `--config`, else the variable CONFIG, names.

    Where neither does, it is the only one in `config`, else the tutorial; with `must_be_named` there is no default.
    Raises EnvironmentsError.
    """
    wanted = given or environ.get(VARIABLE, "").strip()
    if wanted:
        return Environment(folder=_folder(wanted, f"--config {wanted}" if given else f"{VARIABLE}={wanted}"))
    for variable in RETIRED:
        if environ.get(variable):
            raise EnvironmentsError(f"{variable} is not read any more: set {VARIABLE} instead")
    found = environments()
    if must_be_named:
        raise EnvironmentsError(
            f"no environment is named, and a deploy has no default: put {VARIABLE}=NAME before the command"
            f"{_there(found)}"
        )
    if len(found) == 1:
        return Environment(folder=ENVIRONMENTS / found[0], chosen=False)
    if TUTORIAL in found:
        return Environment(folder=ENVIRONMENTS / TUTORIAL, chosen=False)
    raise EnvironmentsError(
        f"no environment is named: say --config NAME, or set {VARIABLE}=NAME{_there(found)}"
        if found
        else f"there is no environment in {ENVIRONMENTS}/: `egress init NAME` makes one, `--config ./FOLDER` picks one"
    )


def environments() -> tuple[str, ...]:
    """The names of the environments in `config`, in alphabetical order."""
    if not ENVIRONMENTS.is_dir():
        return ()
    return tuple(
        sorted(
            entry.name
            for entry in ENVIRONMENTS.iterdir()
            if (entry / PLATFORM).is_file() or (entry / DESTINATIONS).is_file()
        )
    )


def _folder(wanted: str, said: str) -> Path:
    """The folder a name or a path means."""
    is_path = os.sep in wanted or wanted in (".", "..")
    name = wanted.rstrip(os.sep)
    if is_path and not Path(wanted).exists() and name in environments():
        raise EnvironmentsError(
            f"{said}: there is no folder {wanted} here; write `{name}` for {ENVIRONMENTS / name}"
        )
    folder = Path(wanted) if is_path else ENVIRONMENTS / wanted
    if folder.is_dir():
        if not NAME.fullmatch(environment_name(folder)):
            raise EnvironmentsError(
                f"{said}: the folder's name stands in the state's path: rename it to 1 to 63 letters, digits, "
                "dots, hyphens and underscores"
            )
        return folder
    if folder.exists():
        raise EnvironmentsError(f"{said}: this is a file: name the folder it stands in")
    if not is_path and Path(wanted).is_dir():
        raise EnvironmentsError(
            f"{said}: there is no {folder}; for the folder of that name here, write {os.path.join('.', wanted)}"
        )
    raise EnvironmentsError(
        f"{said}: there is no folder {folder}; {nearest(wanted, environments())}; `egress init NAME` makes a new one"
    )


def _there(found: tuple[str, ...]) -> str:
    return f" (there are {', '.join(found)})" if found else ""


def add_selector(parser: argparse._ActionsContainer, default: str = f"${VARIABLE}") -> None:
    """`--config`, the same for every verb that takes an environment."""
    parser.add_argument(
        "--config",
        metavar="NAME",
        help=f"the environment: a name in {ENVIRONMENTS}/, or a folder written with a slash (default: {default})",
    )


def add_earlier_selector(parser: argparse.ArgumentParser) -> None:
    """`--artifact`, what `--config` was called in verbs that read one configuration."""
    parser.add_argument("--artifact", dest="config", metavar="FOLDER", help=argparse.SUPPRESS)
