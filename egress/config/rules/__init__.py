"""The rules across fields and files: each a function that yields problems, listed here in their order."""

from collections.abc import Callable, Iterator

from egress.config.draft import Draft
from egress.config.problem import Problem

Rule = Callable[[Draft], Iterator[Problem]]

RULES: tuple[Rule, ...] = ()


def judge(draft: Draft) -> Iterator[Problem]:
    """Every problem that a rule finds."""
    for rule in RULES:
        yield from rule(draft)
