"""The program inside the proof's sandbox: cases until there are enough rows, or the table of mistakes.

`python -m egress.proof.differential.inside SETTINGS` (JSON); `python -m egress prove-deep` prepares it.
"""

import json
import os
import sys
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from egress.proof.asking.prove import Progress
from egress.proof.cluster import deployment
from egress.proof.differential.case import ObjectCase
from egress.proof.differential.corpus import keep
from egress.proof.differential.families import SORTS, Base, CaseFamily, Configurations, Objects, State
from egress.proof.differential.mistakes import planted
from egress.proof.differential.oracle import BothSides, otherwise
from egress.proof.differential.vocabulary import WORDS
from egress.proof.errors import ProofError
from egress.proof.network import sandbox
from egress.proof.toolchain import versions
from egress.proof.toolchain.tools import Tools
from egress.review.errors import ReviewError
from egress.review.findings.registry import find
from egress.review.inputs.synthesized import read_synthesized

SHRINKING_SECONDS = 30


def table_of_mistakes(sides: BothSides, family: CaseFamily, tools: Tools, folder: Path) -> int:
    """Plant each mistake; print what the review and the mesh make of it. 1 where one goes unseen."""
    base = ObjectCase(family="tutorial", seed=0, operations=())
    before = sides.hold(family, base)
    known = {(finding.kind.code, finding.subject) for finding in find(before.cluster)}
    print(
        "| Mistake | Rows the mesh answers otherwise | Rows the review answers as the mesh | New findings |"
    )
    print("|---|---|---|---|")
    missed = 0
    for mistake, out in planted(family.out, folder):
        state = State(inventory=read_synthesized(out, strict=True), deployed=deployment.read(out, tools))
        try:
            held = sides.hold(family, base, state)
        except ProofError as error:
            print(f"| {mistake.name} | none: refused when it is applied | - | - |", flush=True)
            print(f"  {error}", file=sys.stderr)
            continue
        new = {f.kind.code for f in find(held.cluster) if (f.kind.code, f.subject) not in known}
        differing = otherwise(before.rows, held.rows)
        compared, differences = held.agreement.compared, held.agreement.differences
        print(
            f"| {mistake.name} | {len(differing)} | {compared - len(differences)} of {compared} | "
            f"{', '.join(sorted(new)) or '-'} |",
            flush=True,
        )
        missed += bool(differences) or not differing
        for difference in differences[:2]:
            print(f"  {difference}", file=sys.stderr)
    return int(missed > 0)


def main(settings: Mapping[str, Any]) -> int:
    """Exit code 0 without a difference, 1 with one, 2 where it cannot run."""
    progress = Progress()
    try:
        sandbox.enter()
        tools = Tools(**{name: Path(path) for name, path in settings["tools"].items()})
        progress.say(f"Istio {versions.istio(tools)}, Envoy {versions.envoy(tools)}")
        folder = Path(settings["folder"])
        families = _families(settings, tools, folder)
        sides = BothSides(families[0].out, tools, progress)
        if settings["mistakes"]:
            return table_of_mistakes(sides, families[0], tools, folder / "mistakes")
        return max([_ask(sides, family, settings, progress) for family in families])
    except ProofError as error:
        print(f"the proof cannot run: {error}", file=sys.stderr)
        return 2


def _families(settings: Mapping[str, Any], tools: Tools, folder: Path) -> list[CaseFamily]:
    name = settings["base"]
    if name in WORDS:
        base = Base(name, Path(settings["out"]), tools)
        return [Objects(SORTS[family], base) for family in settings["families"]]
    return [Configurations(folder / name, tools, int(settings["seed"]))]


def _ask(sides: BothSides, family: CaseFamily, settings: Mapping[str, Any], progress: Progress) -> int:
    """Ask until there are enough rows or no time is left."""
    compared = undecided = cases = left_out = unsteady = falsely = 0
    differing: list[Path] = []
    started = time.monotonic()
    seed = int(settings["seed"])
    while compared < settings["rows"] and time.monotonic() - started < settings["seconds"]:
        case = family.case(seed)
        seed += 1
        try:
            held = sides.hold(family, case)
            if held.agreement.differences:
                # A busy machine may read a log before its last line is there: what differs does so again.
                progress.say(f"case {case.seed} differs, asked again: {held.agreement.differences[0]}")
                held = sides.hold(family, case)
                unsteady += not held.agreement.differences
        except (ProofError, ReviewError) as error:
            left_out += 1
            progress.say(f"case {case.seed} left out: {_line(error)}")
            continue
        cases += 1
        compared += held.agreement.compared
        undecided += held.agreement.undecided
        falsely += sum(difference.falsely_refused for difference in held.agreement.differences)
        if held.agreement.differences:
            small, held = sides.shrunk(family, case, held, SHRINKING_SECONDS)
            differing.append(keep(small, held.agreement, held.rows, Path(settings["keep"])))
    seconds = time.monotonic() - started
    share = 100 * undecided / max(1, compared + undecided)
    print(
        f"{family.name}: {compared} rows of {cases} cases from seed {settings['seed']} in {seconds:.0f} s, "
        f"{undecided} more ({share:.1f} %) that the review leaves open, {left_out} cases left out, "
        f"{unsteady} alike when asked again, {len(differing)} differ, {falsely} rows falsely refused",
        flush=True,
    )
    for file in differing:
        print(f"  {file}")
    return 1 if differing else 0


def _line(error: Exception) -> str:
    """The first two lines: the second one names the object."""
    return " ".join(line.strip() for line in str(error).splitlines()[:2])


if __name__ == "__main__":
    try:
        code = main(json.loads(sys.argv[1]))
    except BaseException:  # else the threads that are left would keep the sandbox for ever
        traceback.print_exc()
        code = 2
    sys.stdout.flush()
    os._exit(code)  # PID 1 takes everything else of the sandbox with it
