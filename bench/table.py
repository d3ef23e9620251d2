"""The bench's table: medians of one interleaved run, as ratios where a ratio is the target."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

from bench.process import Run


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One row: a median, what it is compared with (nothing: it is a target of its own), and the target."""

    name: str
    of: str
    against: str | None
    value: Callable[[Run], float]
    unit: str
    at_most: float


def wall(run: Run) -> float:
    """Seconds from start to end."""
    return run.wall_seconds


def peak(run: Run) -> float:
    """Megabytes (10^6) of the largest process."""
    return run.peak_bytes / 1e6


MEASURES = (
    Measure(
        name="`python main.py` for config/tutorial, against stock provider imports",
        of="synth",
        against="synth, stock",
        value=wall,
        unit="s",
        at_most=0.12,
    ),
    Measure(
        name='the same, against `python -c "import cdktf"`',
        of="synth",
        against="import cdktf",
        value=wall,
        unit="s",
        at_most=3.0,
    ),
    Measure(
        name="the synth tests, against stock provider imports",
        of="synth tests",
        against="synth tests, stock",
        value=wall,
        unit="s",
        at_most=0.15,
    ),
    Measure(
        name="peak memory of the largest process of `python main.py`, against stock",
        of="synth",
        against="synth, stock",
        value=peak,
        unit="MB",
        at_most=0.25,
    ),
    Measure(
        name="reporting every configuration error",
        of="configuration errors",
        against=None,
        value=wall,
        unit="s",
        at_most=0.3,
    ),
)


def table(runs: Mapping[str, Sequence[Run]]) -> str:
    """A Markdown table of the medians."""
    lines = ["| measure | median | against | result | at most | |", "|---|---|---|---|---|---|"]
    for measure in MEASURES:
        lines.append(row(measure, runs))
    return "\n".join(lines)


def row(measure: Measure, runs: Mapping[str, Sequence[Run]]) -> str:
    """One line of the table, with a plain word for a target that is missed."""
    value = median(measure.value(run) for run in runs[measure.of])
    shown, base, result = quantity(value, measure.unit), "", quantity(value, measure.unit)
    if measure.against is not None:
        against = median(measure.value(run) for run in runs[measure.against])
        base = quantity(against, measure.unit)
        value /= against
        result = f"{value:.2f}"
    limit = f"{measure.at_most:g}" if measure.against else quantity(measure.at_most, measure.unit)
    verdict = "met" if value <= measure.at_most else "missed"
    return f"| {measure.name} | {shown} | {base} | {result} | {limit} | {verdict} |"


def quantity(value: float, unit: str) -> str:
    """A value with as many digits as mean something."""
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"
