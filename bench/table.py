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
        name="a session of the tests that one synth of config/tutorial serves, against stock",
        of="tutorial tests",
        against="tutorial tests, stock",
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
    Measure(
        name="`python -m egress list` for the tutorial",
        of="review list, tutorial",
        against=None,
        value=wall,
        unit="s",
        at_most=0.5,
    ),
    Measure(
        name="every stack of 1,000 teams (`stack-per-team`)",
        of="synth 1000",
        against=None,
        value=wall,
        unit="s",
        at_most=25.0,
    ),
    Measure(
        name="peak memory of the largest one of its processes",
        of="synth 1000",
        against=None,
        value=peak,
        unit="MB",
        at_most=400.0,
    ),
    Measure(
        name="one team's stack of 1,000 teams, against config/tutorial",
        of="one stack of 1000",
        against="synth",
        value=wall,
        unit="s",
        at_most=2.5,
    ),
    *(
        measure
        for verb, seconds in (("list", 10.0), ("findings", 10.0), ("diff", 20.0), ("report", 30.0))
        for measure in (
            Measure(
                name=f"`{verb}` for 1,000 teams",
                of=f"{verb} 1000",
                against=None,
                value=wall,
                unit="s",
                at_most=seconds,
            ),
            Measure(
                name="peak memory of the same",
                of=f"{verb} 1000",
                against=None,
                value=peak,
                unit="MB",
                at_most=400.0,
            ),
        )
    ),
    *(
        Measure(
            name=f"{name} for 2,000 teams, against 1,000",
            of=f"{command} 2000",
            against=f"{command} 1000",
            value=wall,
            unit="s",
            at_most=2.2,
        )
        for name, command in (
            ("every stack", "synth"),
            ("`list`", "list"),
            ("`findings`", "findings"),
            ("`diff`", "diff"),
            ("`report`", "report"),
        )
    ),
)


def cpu(run: Run) -> float:
    """Seconds of CPU, of all processes together: what a busy machine does not change much."""
    return run.cpu_seconds


def table(runs: Mapping[str, Sequence[Run]]) -> str:
    """A Markdown table of the medians."""
    lines = ["| measure | median | against | result | at most | | CPU |", "|---|---|---|---|---|---|---|"]
    for measure in MEASURES:
        lines.append(row(measure, runs))
    return "\n".join(lines)


def row(measure: Measure, runs: Mapping[str, Sequence[Run]]) -> str:
    """One line of the table, with a plain word for a target that is missed."""
    value = middle(measure.value, runs[measure.of])
    shown, base = quantity(value, measure.unit), ""
    result, burden = shown, quantity(middle(cpu, runs[measure.of]), "s")
    if measure.against is not None:
        against = runs[measure.against]
        base = quantity(middle(measure.value, against), measure.unit)
        value /= middle(measure.value, against)
        result, burden = f"{value:.2f}", f"{middle(cpu, runs[measure.of]) / middle(cpu, against):.2f}"
    if measure.value is not wall:
        burden = ""
    limit = f"{measure.at_most:g}" if measure.against else quantity(measure.at_most, measure.unit)
    verdict = "met" if value <= measure.at_most else "missed"
    return f"| {measure.name} | {shown} | {base} | {result} | {limit} | {verdict} | {burden} |"


def middle(value: Callable[[Run], float], runs: Sequence[Run]) -> float:
    """The median of one value of the runs."""
    return median(value(run) for run in runs)


def quantity(value: float, unit: str) -> str:
    """A value with as many digits as mean something."""
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2f} {unit}"


def growth(runs: Mapping[str, Sequence[Run]], verbs: Sequence[str], sizes: Sequence[int]) -> str:
    """A Markdown table of CPU seconds by the number of teams, and the last over the one before."""
    heads = [f"{size:,} teams" for size in sizes]
    lines = [f"| CPU | {' | '.join(heads)} | growth |", f"|---|{'---|' * (len(sizes) + 1)}"]
    for verb in verbs:
        seconds = [middle(cpu, runs[f"{verb} {size}"]) for size in sizes]
        shown = " | ".join(quantity(each, "s") for each in seconds)
        lines.append(f"| `{verb}` | {shown} | {seconds[-1] / seconds[-2]:.2f} |")
    return "\n".join(lines)


def ways(runs: Mapping[str, Sequence[Run]], names: Mapping[str, str], sizes: Sequence[int]) -> str:
    """A Markdown table of CPU and memory by the way in which the same resources are written."""
    lines = [f"| way | {' | '.join(f'{size:,} teams' for size in sizes)} |", f"|---|{'---|' * len(sizes)}"]
    for name, told in names.items():
        each = [runs[f"{name} {size}"] for size in sizes]
        shown = [f"{quantity(middle(cpu, one), 's')}, {quantity(middle(peak, one), 'MB')}" for one in each]
        lines.append(f"| {told} | {' | '.join(shown)} |")
    return "\n".join(lines)
