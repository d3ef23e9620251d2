"""The options that several verbs have."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from egress.review.output.escapes import plain

if TYPE_CHECKING:
    from egress.review.inventory import Inventory
    from egress.review.output.answered import Reviewed

from egress.checks.folder import environment_name
from egress.environments.record import Origin
from egress.environments.record import read as read_origin
from egress.environments.selection import VARIABLE, Environment, select
from egress.review.errors import ReviewError

DEFAULT_INPUT = "cdktf.out"
NONE = "none"
"""The word for a state, or a file of acceptances, that is not there and known not to be."""
THRESHOLDS = ("error", "warning", "note")
ACCEPTED = "accepted.yaml"


def add_input(parser: argparse.ArgumentParser) -> None:
    """`--input`, as often as there are plans or files."""
    parser.add_argument(
        "--input",
        type=Path,
        action="append",
        metavar="PATH",
        help=f"a cdktf.out folder, Terraform plans as JSON, or Kubernetes YAML (default: {DEFAULT_INPUT}); "
        "several plans or files: give it again, or their folder",
    )
    parser.add_argument(
        "--context",
        metavar="NAME",
        help="a live cluster in place of --input, by its name in kubectl's configuration: read by `kubectl get`",
    )
    add_strict(parser)


def add_strict(parser: argparse.ArgumentParser) -> None:
    """`--strict`, for whoever takes no unknown answer."""
    parser.add_argument(
        "--strict",
        action="store_true",
        help="stop at anything that is not understood, in place of leaving open what it can touch",
    )


def announce(inventory: "Inventory") -> None:
    """Name once, on standard error, what is not understood and which files were skipped."""
    for line in inventory.told():
        sys.stderr.write(f"{plain(line)}\n")


def reviewed(options: argparse.Namespace, inventory: "Inventory") -> "Reviewed":
    """What a document says of its input."""
    from egress.review.output.answered import Reviewed

    found = origin(options)
    return Reviewed(
        environment=found.name if found else "",
        inputs=tuple(map(str, inputs(options))),
        not_understood=inventory.not_understood,
        changed_outside=inventory.drifted,
        skipped=inventory.skipped,
    )


def inputs(options: argparse.Namespace) -> list[Path]:
    """The inputs given, or the default. Raises ReviewError."""
    if options.context is not None:
        from egress.review.inputs.live_cluster import fetched

        if options.input:
            raise ReviewError("--context takes the place of --input")
        options.input, options.context = [fetched(options.context)], None
    return options.input or [Path(DEFAULT_INPUT)]


def origin(options: argparse.Namespace) -> Origin | None:
    """The environment that the input was synthesized from; None for plans, YAML and other programs' output."""
    paths = inputs(options)
    return read_origin(paths[0]) if len(paths) == 1 else None


def name_environment(options: argparse.Namespace) -> str | None:
    """Say on stderr whose answer follows, and where CONFIG names another; return the name, if the input has one."""
    found = origin(options)
    if found is None:
        return None
    where = f" ({found.folder})" if found.folder else ""
    sys.stderr.write(f"environment {found.name}{where}, as in {inputs(options)[0]}{_another(found)}\n")
    return found.name


def _another(found: Origin) -> str:
    """What to do where the variable names another environment than the one that was synthesized last."""
    named = os.environ.get(VARIABLE, "").strip()
    if not named or environment_name(Path(named)) == found.name:
        return ""
    return f"; {VARIABLE} names {named}: `egress synth` writes that one"


def name_chosen(environment: Environment) -> None:
    """Say on stderr which configuration is read."""
    told = "" if environment.chosen else f": none was named; {VARIABLE}=NAME picks another"
    sys.stderr.write(f"environment {environment.name} ({environment.folder}){told}\n")


def configuration(options: argparse.Namespace) -> Environment | None:
    """The configuration that made the input: the one that is selected, else the input's own; None for neither.

    Raises ReviewError where the input was made from another one than is selected.
    """
    noted = origin(options)
    if not options.config and not os.environ.get(VARIABLE, "").strip():
        return Environment(folder=noted.folder, chosen=False) if noted and noted.folder else None
    chosen = select(options.config, os.environ)
    if noted and noted.name != chosen.name:
        raise _made_from_another(options, noted.name, chosen.name)
    return chosen


def _made_from_another(options: argparse.Namespace, made_from: str, selected: str) -> ReviewError:
    return ReviewError(
        f"{inputs(options)[0]} was synthesized from the environment {made_from}, and {selected} is selected: "
        f"run `egress synth --config {selected}` first, or select {made_from}"
    )


def add_accepted(parser: argparse.ArgumentParser) -> None:
    """`--accepted`, by default the environment's own file."""
    parser.add_argument(
        "--accepted",
        type=Path,
        metavar="FILE",
        help=f"findings that are meant to be so, or `{NONE}` "
        f"(default: {ACCEPTED} of the environment that the input names)",
    )


def accepted(options: argparse.Namespace) -> Path | None:
    """The acceptances: the file given, else the environment's own; None where there is none."""
    if options.accepted is not None:
        return accepted_file(options.accepted)
    found = origin(options)
    file = found.folder / ACCEPTED if found and found.folder else None
    return file if file and file.is_file() else None


def accepted_file(given: Path | None) -> Path | None:
    """A file of acceptances; None where there is none. Raises ReviewError for one beyond the budgets of inputs."""
    if given is None or given == Path(NONE):
        return None
    from egress.review.inputs.documents import text_of, within_budget

    if given.exists():
        within_budget(text_of(given), str(given))
    return given


def add_threshold(parser: argparse.ArgumentParser) -> None:
    """`--failure-threshold`."""
    parser.add_argument(
        "--failure-threshold",
        choices=THRESHOLDS,
        default="warning",
        help="the least level of a finding that sets exit code 1 (default: warning)",
    )


def add_artifact(parser: argparse.ArgumentParser) -> None:
    """`--artifact`, beside `--accepted`."""
    parser.add_argument(
        "--artifact",
        type=Path,
        metavar="FOLDER",
        help="the configuration that made the input, config/<env>: findings are shown at its lines "
        "(default: the folder of --accepted; without either, at the input's own)",
    )


def artifact(options: argparse.Namespace) -> Path | None:
    """The configuration to show findings in; None where none is named.

    Raises ReviewError where the input was made from another one than --artifact names.
    """
    found = artifact_of(options.artifact, options.accepted)
    noted = origin(options) if hasattr(options, "input") else None
    if found is None and options.accepted is None:
        return noted.folder if noted else None
    if noted and options.artifact and environment_name(options.artifact) != noted.name:
        raise _made_from_another(options, noted.name, environment_name(options.artifact))
    return found


def add_comparison(parser: argparse.ArgumentParser) -> None:
    """What is told of a comparison of two states: its name, its commits, its configurations, checkov's failures."""
    for side in ("base", "head"):
        parser.add_argument(
            f"--{side}-posture",
            type=Path,
            metavar="FILE",
            help=f"checkov's failures for the {side}: `python -m posture --stacks FOLDER` prints them",
        )
    parser.add_argument(
        "--base-artifact",
        type=Path,
        metavar="FOLDER",
        help="the configuration that made the base; with --artifact, each line that gains or loses something is named "
        "(default: the folder of --base-accepted)",
    )
    add_names(parser)


def add_names(parser: argparse.ArgumentParser) -> None:
    """What the first line says of a comparison."""
    parser.add_argument(
        "--environment",
        metavar="NAME",
        help="what is reviewed, for the first line (default: what the input's own note says)",
    )
    parser.add_argument("--base-commit", metavar="COMMIT", help="where the change starts, for the same line")
    parser.add_argument("--head-commit", metavar="COMMIT", help="where it ends")


def artifact_of(named: Path | None, accepted: Path | None) -> Path | None:
    """A side's configuration: the one that is named, else the folder of its acceptances if it is one."""
    from egress.checks.folder import PLATFORM

    if named is not None:
        return named
    file = accepted_file(accepted)
    return file.parent if file and (file.parent / PLATFORM).is_file() else None
