"""The review's modules import each other in one direction, whether at run time or for their types alone."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "egress.review"


def modules() -> dict[str, ast.Module]:
    """Every module of the review by its dotted name; formats are held elsewhere."""
    found = {}
    for path in sorted((ROOT / "egress" / "review").rglob("*.py")):
        name = ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith(f"{PACKAGE}.output.") or name.startswith(f"{PACKAGE}.output.texts"):
            found[name] = ast.parse(path.read_text())
    return found


def imported(tree: ast.AST, known: Mapping[str, object]) -> set[str]:
    """The modules that one imports, in a function or for its types too."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                found.add(inner if inner in known else node.module)
    return found & set(known)


def circles(edges: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """One way from a module back to itself for each module that has one."""
    for start in edges:
        waiting, seen = [[start]], {start}
        while waiting:
            way = waiting.pop()
            for following in edges.get(way[-1], ()):
                if following == start:
                    yield [*way, start]
                    waiting.clear()
                    break
                if following not in seen:
                    seen.add(following)
                    waiting.append([*way, following])


def test_no_module_imports_itself_by_way_of_others() -> None:
    found = modules()
    assert len(found) > 80
    edges = {name: imported(tree, found) - {name} for name, tree in found.items()}
    assert any(edges.values())
    assert list(circles(edges)) == []


def test_a_circle_is_seen() -> None:
    assert list(circles({"a": {"b"}, "b": {"c"}, "c": {"a"}, "d": {"a"}})) == [
        ["a", "b", "c", "a"],
        ["b", "c", "a", "b"],
        ["c", "a", "b", "c"],
    ]
