"""How much of real inputs the review answers: `python -m tests.review.measure_reach FOLDER...`.

Each file and each folder right below a FOLDER is one input. It is answered where `list` and `findings` end with an
answer (exit code 0 or 1); what stops is told with its first line. Of what is answered the share of unknown cells is
counted, and how many things were named as not understood.
"""

import contextlib
import io
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from egress.cli import main
from egress.review.cluster import Cluster
from egress.review.errors import ReviewError
from egress.review.inputs.reading import read
from egress.review.matrix import Matrix

SUFFIXES = (".yaml", ".yml", ".json")


class Measured(NamedTuple):
    """One input: why it stopped, else its cells by verdict and how much of it was not understood."""

    name: str
    stopped: str
    verdicts: Counter[str]
    named: int


def measure(path: Path) -> Measured:
    """Read one input and ask every cell of it."""
    try:
        inventory = read([path])
        rows = list(Matrix(Cluster(inventory)).rows())
    except ReviewError as error:
        return Measured(path.name, " ".join(str(error).split())[:300], Counter(), 0)
    except Exception as error:
        return Measured(path.name, f"FAULT {type(error).__name__}: {error}", Counter(), 0)
    stopped = ""
    for verb in (["list"], ["findings", "--accepted", "none"]):
        told = io.StringIO()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(told):
            code = main([*verb, "--input", str(path)])
        if code not in (0, 1):
            stopped = f"{verb[0]}: {told.getvalue()[-300:]}"
    verdicts = Counter(str(row.answer.verdict) for row in rows)
    return Measured(path.name, stopped, verdicts, len(inventory.not_understood))


def inputs(folder: Path) -> Iterator[Path]:
    """The inputs of a folder: those that hold a file which may be read at all."""
    for path in sorted(folder.iterdir()):
        if (path.is_file() and path.suffix in SUFFIXES) or (
            path.is_dir() and any(file.suffix in SUFFIXES for file in path.rglob("*"))
        ):
            yield path


def run(folders: list[Path]) -> None:
    """Print each input, then the sums."""
    every = []
    for folder in folders:
        found = [measure(path) for path in inputs(folder)]
        every += found
        for one in found:
            sys.stdout.write(json.dumps({"folder": folder.name, **one._asdict()}) + "\n")
    answered = [one for one in every if not one.stopped]
    cells = sum((one.verdicts for one in answered), Counter())
    whole = sum(1 for one in answered if not one.verdicts["unknown"])
    sys.stderr.write(
        f"{len(every)} inputs: {len(answered)} answered, {whole} without an unknown cell; "
        f"{sum(cells.values())} cells, {cells['unknown']} unknown\n"
    )


if __name__ == "__main__":
    run([Path(argument) for argument in sys.argv[1:]])
