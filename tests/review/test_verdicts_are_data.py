"""Nothing decides on a text that is meant for a person: a text is made in one place, for output and a few messages."""

import ast
import re
from collections.abc import Iterator
from enum import Enum
from pathlib import Path
from string import Formatter
from typing import TypeGuard

import pytest

from egress.review.cell import Way
from egress.review.decision.arrival import Spoken
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.reason import Why
from egress.review.decision.security import Security
from egress.review.output.texts.arrivals import SPOKEN
from egress.review.output.texts.cells import WAYS
from egress.review.output.texts.clients import TEXTS as CLIENTS
from egress.review.output.texts.controls import NAMES
from egress.review.output.texts.reasons import ABSENT, JOINED, SECURITY, TEXTS

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "egress" / "review" / "output"
MODULES = [
    path
    for folder in ("egress/review", "egress/proof/differential")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if OUTPUT not in path.parents
]

TEXT_FUNCTIONS = {
    "arrival_text",
    "cell_text",
    "client_text",
    "conditions_texts",
    "control_text",
    "left_out_text",
    "reason_text",
}
VALUES = {
    "arrival",
    "arrives",
    "client",
    "control",
    "decisive",
    "outcome",
    "reason",
    "security",
    "spoken",
    "why",
}
"""Attributes whose texts once decided."""
COMPARING = {
    "startswith",
    "endswith",
    "partition",
    "rpartition",
    "split",
    "find",
    "index",
    "count",
    "removeprefix",
}
COMPARING |= {"removesuffix", "match", "fullmatch", "search", "replace", "lower", "upper"}

QUOTING = {
    "egress/proof/differential/agreement.py": "names both answers where they differ",
    "egress/review/findings/around_isolation.py": "says what a sidecar does not see",
    "egress/review/findings/around_routing.py": "says which layer was not given",
    "egress/review/findings/dead_routes.py": "says why a route leads nowhere",
}
"""Who may quote a text in a message of its own."""


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        (Why, TEXTS),
        (Control, NAMES),
        (ClientSees, CLIENTS),
        (Spoken, SPOKEN),
        (Security, SECURITY),
        (Way, WAYS),
    ],
)
def test_every_value_has_its_text(values: type[Enum], texts: dict[Enum, str]) -> None:
    assert set(texts) == set(values)


def test_texts_of_one_kind_differ() -> None:
    for texts in (NAMES, CLIENTS, SPOKEN, SECURITY, WAYS):
        assert len(set(texts.values())) == len(texts)


def reasons(tree: ast.AST) -> Iterator[tuple[ast.Call, list[str]]]:
    """The calls `Reason(Why.CODE, ...)`, with the codes that may be meant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Reason":
            yield node, [name.attr for name in ast.walk(node.args[0]) if is_why(name)]


def is_why(node: ast.AST) -> TypeGuard[ast.Attribute]:
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Why"


def placeholders(why: Why) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(TEXTS[why]) if name}


def test_a_reason_is_given_the_facts_that_its_text_names() -> None:
    wrong = []
    for path in MODULES:
        for call, codes in reasons(ast.parse(path.read_text())):
            given = {keyword.arg for keyword in call.keywords if keyword.arg}
            spread = any(keyword.arg is None for keyword in call.keywords)
            for code in codes:
                wanted = placeholders(Why[code])
                if not given <= wanted or (not spread and given != wanted):
                    wrong.append(f"{path.relative_to(ROOT)}:{call.lineno}: {code} wants {sorted(wanted)}")
    assert wrong == []


def test_every_reason_is_given_somewhere() -> None:
    named = {name.attr for path in MODULES for name in ast.walk(ast.parse(path.read_text())) if is_why(name)}
    assert {why.name for why in Why} - named == set()


def test_what_is_said_of_a_fact_is_said_of_one_that_the_text_names() -> None:
    for why, fact in ABSENT:
        assert fact in placeholders(why)
    assert all(placeholders(why) for why in JOINED)


def decisions_on_text(tree: ast.AST) -> Iterator[ast.AST]:
    """Comparisons and string methods on what is meant for a person."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            if any(map(is_text, sides)) or (any(map(is_value, sides)) and any(map(is_string, sides))):
                yield node
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            if node.func.attr in COMPARING and any(
                is_text(part) or is_value(part) for part in (node.func.value, *node.args)
            ):
                yield node
        elif isinstance(node, ast.Match) and (is_text(node.subject) or is_value(node.subject)):
            strings = (case.pattern for case in node.cases)
            if any(is_string(part) for pattern in strings for part in ast.walk(pattern)):
                yield node
        elif isinstance(node, ast.Subscript) and is_text(node.value):
            yield node


def is_text(node: ast.AST) -> bool:
    """True for a text that output makes: by one of its functions, or out of one of its tables."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        return node.func.id in TEXT_FUNCTIONS or (node.func.id == "str" and any(map(is_value, node.args)))
    named = isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name)
    return named and node.value.id in ("NAMES", "TEXTS")  # type: ignore[attr-defined]


def is_value(node: ast.AST) -> bool:
    """True for a value of a decision, or a part of one."""
    if isinstance(node, ast.Attribute):
        return node.attr in VALUES or (node.attr in ("text", "value", "name") and is_value(node.value))
    return False


def is_string(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str)
    if isinstance(node, (ast.Tuple, ast.List, ast.Set)):
        return any(map(is_string, node.elts))
    return isinstance(node, ast.JoinedStr)


def test_nothing_decides_on_a_text() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {ast.unparse(node)}"  # type: ignore[attr-defined]
        for path in MODULES
        for node in decisions_on_text(ast.parse(path.read_text()))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        'step.control == "authorization policy"',
        'step.control in ("service", "gateway route")',
        'step.reason.endswith("denies it")',
        'reason_text(step.reason).startswith("the sidecar")',
        '"caller" in reason_text(step.reason)',
        'answer.arrives.partition(":")[0]',
        'arrival_text(answer.arrival) == "x:80, plain"',
        '"exit 35" in answer.client.text',
        're.fullmatch("sidecar of .*", step.control)',
        'NAMES[step.control].startswith("gateway")',
        'str(step.control) == "service"',
        'step.reason.why.value == "policy_denies"',
        'match step.control:\n    case "service":\n        pass',
        'wire.security == "mesh mTLS"',
    ],
)
def test_a_decision_on_a_text_is_seen(source: str) -> None:
    assert list(decisions_on_text(ast.parse(source)))


@pytest.mark.parametrize(
    "source",
    [
        "step.control is Control.SERVICE",
        "step.reason.why is not Why.POLICY_DENIES",
        "step.control in ENDS_OF_ROUTES",
        'step.reason.facts.get("rule") == ended.rule',
        'path.startswith("/")',
    ],
)
def test_a_decision_on_a_value_is_none_on_a_text(source: str) -> None:
    assert not list(decisions_on_text(ast.parse(source)))


def test_texts_are_quoted_by_those_alone_who_are_listed() -> None:
    quoting = {
        str(path.relative_to(ROOT))
        for path in MODULES
        if re.search(r"^from egress\.review\.output\.texts", path.read_text(), re.MULTILINE)
        and "commands" not in path.parts
    }
    assert quoting == set(QUOTING)
