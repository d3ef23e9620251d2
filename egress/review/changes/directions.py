"""In which direction a guard is safe, and whether a value has moved away from it."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from egress.review.changes.resources import Values
from egress.review.network.addresses import Cover, networks


def _never(_values: Values) -> bool:
    return False


def _always(_before: Values, _after: Values) -> bool:
    return True


def _not_stated(before: Values, _after: Values) -> bool:
    return not before


@dataclass(frozen=True, kw_only=True)
class Direction:
    """Compares a guard's values; no values where nothing is stated."""

    weaker: Callable[[Values, Values], bool]
    """Whether the guard holds back less after than before."""
    weak: Callable[[Values], bool] = _never
    """Whether a new resource does not have the guard at its best."""
    order: Values = ()
    """The named values from the safest on, where there are such."""
    comparable: Callable[[Values, Values], bool] = _always
    """Whether `weaker` can tell: False means that neither side is known to be the safer one."""


def ranked(*values: str, absent: str, good: int | None = None) -> Direction:
    """Named values from the safest on; one that is not listed counts as the worst, and of several the worst counts.

    `absent` is what it is where nothing is stated; the first `good` values (all but the last) will do for a new one.
    """
    enough = len(values) - 1 if good is None else good
    order = [value.lower() for value in values]

    def rank(stated: Values) -> int:
        found = [value.lower() for value in stated or (absent,)]
        return max(order.index(value) if value in order else len(order) for value in found)

    return Direction(
        weaker=lambda before, after: rank(after) > rank(before),
        weak=lambda stated: rank(stated) >= enough,
        order=values,
        comparable=lambda before, after: {value.lower() for value in (*before, *after)} <= set(order),
    )


def on(*, absent: bool) -> Direction:
    """A switch that is safe when it is on."""
    return ranked("true", "false", absent="true" if absent else "false")


def off(*, absent: bool) -> Direction:
    """A switch that is safe when it is off."""
    return ranked("false", "true", absent="true" if absent else "false")


def stated() -> Direction:
    """Safe where something is stated."""
    return Direction(
        weaker=lambda before, after: bool(before) and not after,
        weak=lambda values: not values,
        comparable=_not_stated,
    )


def _both_stated(before: Values, after: Values) -> bool:
    return bool(before) and bool(after)


def fewer(*, none: bool = False) -> Direction:
    """A list of what is let through: every new entry is weaker.

    With `none` an absent list is known to be empty; else it is what the provider or the API takes in its place.
    """
    return Direction(
        weaker=lambda before, after: bool(set(after) - set(before)),
        comparable=_always if none else _both_stated,
    )


def fewer_or_none() -> Direction:
    """A selector of what is looked at: every new entry is weaker, and nothing but its removal is known to be safe."""
    return Direction(
        weaker=lambda before, after: bool(set(after) - set(before)), comparable=lambda _, after: not after
    )


def more(*, none: bool = False) -> Direction:
    """A list of what holds back: every entry that goes is weaker; `none` as of `fewer`."""
    return Direction(
        weaker=lambda before, after: bool(set(before) - set(after)),
        comparable=_always if none else _both_stated,
    )


def narrower() -> Direction:
    """Ranges of addresses that are let in: wider is weaker, however they are written."""

    def wider(before: Values, after: Values) -> bool:
        new = set(after) - set(before)
        try:
            covered = networks(sorted(new)).covered_by(networks(before)) is Cover.ALL
        except ValueError:
            return bool(new)
        return not covered or any(":" in one for one in new)  # IPv6 is compared as text

    return Direction(weaker=wider)


_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_WHOLE_NUMBER = re.compile(_NUMBER.pattern + "s?")


def higher() -> Direction:
    """A number, or a duration in seconds, that is safe when it is high; none is the worst, and no known one."""
    return Direction(weaker=lambda before, after: _least(after) < _least(before), comparable=_numbers)


def lower() -> Direction:
    """A number, or a duration in seconds, that is safe when it is low; none is the worst, and no known one."""
    return Direction(weaker=lambda before, after: _most(after) > _most(before), comparable=_numbers)


def _numbers(*sides: Values) -> bool:
    return all(sides) and all(_WHOLE_NUMBER.fullmatch(value) for side in sides for value in side)


def _least(values: Values) -> float:
    return min(_read(values, float("-inf")))


def _most(values: Values) -> float:
    return max(_read(values, float("inf")))


def _read(values: Values, worst: float) -> list[float]:
    found = [_NUMBER.match(value) for value in values]
    return [float(match.group()) if match else worst for match in found] or [worst]
