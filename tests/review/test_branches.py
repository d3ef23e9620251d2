"""A function of the review that branches more than twenty times holds two ideas."""

import ast
from pathlib import Path

import pytest

REVIEW = Path(__file__).parents[2] / "egress" / "review"
MOST = 20
BRANCHING = (
    ast.If,
    ast.IfExp,
    ast.For,
    ast.While,
    ast.BoolOp,
    ast.comprehension,
    ast.ExceptHandler,
    ast.match_case,
)
FILES = [path for path in sorted(REVIEW.rglob("*.py")) if path.parent.name != "inputs"]


def branches(function: ast.AST) -> int:
    return sum(isinstance(node, BRANCHING) for node in ast.walk(function))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(REVIEW)))
def test_no_function_branches_more_often(path: Path) -> None:
    found = {
        node.name: branches(node)
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef)
    }
    assert {name: count for name, count in found.items() if count > MOST} == {}


def test_branches_are_counted() -> None:
    assert (
        branches(ast.parse("x = [a for a in b if a and c]\nif x:\n    pass\nelse:\n    y = 1 if x else 2"))
        == 4
    )
