"""Pairwise covering arrays: the fewest rows found in which every two values of two options meet.

A greedy construction (Cohen, Dalal, Fredman, Patton: "The AETG system", 1997) without its random choices, so that
each run builds the same rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations

Row = dict[str, str]
Pair = frozenset[tuple[str, str]]


def pairs(options: Mapping[str, Sequence[str]]) -> set[Pair]:
    """Every two values of two different options."""
    return {
        frozenset({(one, value), (other, other_value)})
        for one, other in combinations(options, 2)
        for value in options[one]
        for other_value in options[other]
    }


def pairs_of(row: Row) -> Iterator[Pair]:
    """The pairs that meet in a row."""
    return (frozenset(pair) for pair in combinations(row.items(), 2))


def covering_array(options: Mapping[str, Sequence[str]], refused: Callable[[Row], bool]) -> list[Row]:
    """Rows in which every pair meets that some row can hold.

    `refused` says whether a partial row holds a combination that no complete one may.
    """
    left = sorted((pair for pair in pairs(options) if not refused(dict(pair))), key=sorted)
    uncovered = set(left)
    rows = []
    for seed in left:
        if seed not in uncovered:
            continue
        row = _complete(dict(sorted(seed)), options, refused, uncovered)
        assert row is not None, f"no row can hold {dict(seed)}: state the pair as refused"
        rows.append({option: row[option] for option in options})
        uncovered.difference_update(pairs_of(row))
    return rows


def _complete(
    row: Row, options: Mapping[str, Sequence[str]], refused: Callable[[Row], bool], uncovered: set[Pair]
) -> Row | None:
    """The row with a value for each option, the one first that covers most; None where none fits."""
    option = next((option for option in options if option not in row), None)
    if option is None:
        return row

    def new_pairs(value: str) -> int:
        return sum(frozenset({(option, value), held}) in uncovered for held in row.items())

    for value in sorted(options[option], key=lambda value: (-new_pairs(value), options[option].index(value))):
        longer = {**row, option: value}
        if not refused(longer):
            completed = _complete(longer, options, refused, uncovered)
            if completed is not None:
                return completed
    return None
