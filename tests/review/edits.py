"""Edits of synthesized stacks, and the page of the change that they make."""

from collections.abc import Callable, Iterable
from copy import deepcopy
from dataclasses import replace
from typing import Any

from egress.review.changes.change import change
from egress.review.cluster import Cluster
from egress.review.findings.finding import Level
from egress.review.inputs.synthesized import inventory_of_stacks
from egress.review.judgement import judge_cluster
from egress.review.output.documents import ChangeReport
from egress.review.output.formats.summary_markdown import render
from egress.terraform import StackFile
from tests.review.mutations import TODAY

Document = dict[str, Any]
Edit = Callable[[Document], None]


def edited(stacks: Iterable[StackFile], stack: str, edit: Edit) -> list[StackFile]:
    """The stacks with one of them edited."""
    found = []
    for one in stacks:
        if one.id == stack:
            document = deepcopy(one.document)
            edit(document)
            one = replace(one, document=document)
        found.append(one)
    return found


def page(old: list[StackFile], new: list[StackFile]) -> tuple[str, tuple[str, ...]]:
    """The page of a change, and why a reviewer has to agree."""
    base, head = (
        judge_cluster(Cluster(inventory_of_stacks(side, "stacks")), [], TODAY) for side in (old, new)
    )
    found = change(base, head, TODAY)
    asks = found.asks(Level.WARNING)
    return render(ChangeReport(change=found, asks=asks)), asks
