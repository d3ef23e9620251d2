"""`python -m posture`: synthesizes config/production and holds it against checkov's checks.

Exit code 1 where a check fails that accepted.yaml does not list, or where it lists one that nothing needs. With
`--stacks FOLDER` it prints the checks that fail for synthesized stacks as JSON instead, accepted or not, for
`python -m egress summary` to compare two states. Exit code 2 where checkov is not there or did not finish.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from egress.synthesis.checkout import ROOT, find_stacks
from posture.accepted import not_accepted, not_needed, read_accepted
from posture.checkov import run

PRODUCTION = ROOT / "config" / "production"
PROGRAM = ROOT / ".cache" / "checkov" / "bin" / "checkov"


def main(arguments: Sequence[str]) -> int:
    """Exit code 0 where every failure is accepted and every acceptance needed."""
    parser = argparse.ArgumentParser(prog="python -m posture", description=__doc__)
    parser.add_argument(
        "--stacks", type=Path, metavar="FOLDER", help="print the failures of a cdktf.out folder as JSON"
    )
    stacks = parser.parse_args(arguments).stacks
    if not PROGRAM.exists():
        sys.stderr.write("checkov is not installed: run `make posture`, which installs it\n")
        return 2
    try:
        return _of_stacks(stacks) if stacks else _of_production()
    except FileNotFoundError as error:
        if error.filename != str(PROGRAM):
            raise
        first = PROGRAM.read_text(encoding="utf-8", errors="replace").partition("\n")[0]
        sys.stderr.write(
            f"{PROGRAM} names a Python that is not here, {first.removeprefix('#!')}: "
            "remove .cache/checkov and run `make posture`, which installs it again\n"
        )
        return 2
    except Exception as error:
        sys.stderr.write(f"error: {type(error).__name__}: {error}\n")
        return 2


def _of_stacks(folder: Path) -> int:
    result = run(PROGRAM, folder / "stacks")
    failures = [
        {"check": each.check, "resource": each.resource, "title": each.title} for each in result.failures
    ]
    print(json.dumps({"version": result.version, "passed": result.passed, "failures": failures}, indent=2))
    return 0


def _of_production() -> int:
    started = time.monotonic()
    accepted = read_accepted()
    with tempfile.TemporaryDirectory() as folder:
        _synthesize(Path(folder))
        result = run(PROGRAM, Path(folder) / "stacks")
    new, stale = not_accepted(result.failures, accepted), not_needed(result.failures, accepted)
    for failure in new:
        print(
            f"{failure.check} {failure.resource}: {failure.title}: fix it, or accept it in posture/accepted.yaml"
        )
    for acceptance in stale:
        print(f"{acceptance.check} {', '.join(acceptance.resources)}: accepted, but does not fail any more")
    print(
        f"checkov {result.version}: {result.passed} passed, {len(result.failures)} failed, "
        f"{len(result.failures) - len(new)} of them accepted; {time.monotonic() - started:.1f} s"
    )
    return 1 if new or stale else 0


def _synthesize(out: Path) -> None:
    import lazy_bindings

    find_stacks()
    lazy_bindings.install()
    from cdktf import App

    from egress.checks.loading import load
    from stacks.layers import add_stacks

    app = App(outdir=str(out))
    add_stacks(app, load(PRODUCTION, {}))
    app.synth()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
