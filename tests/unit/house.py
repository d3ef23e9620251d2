"""The modules of the project and their imports, those inside functions included."""

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "constructs", "egress", "experiments", "lazy_bindings", "posture", "stacks")
SOURCE_ROOTS = ("constructs",)
"""Folders whose packages are imported by their own names."""

Graph = Mapping[str, frozenset[str]]


@cache
def modules() -> Mapping[str, Path]:
    """Every module by its dotted name."""
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")] + [ROOT / "main.py"]
    return {_name(path): path for path in sorted(files)}


def _name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    parts = parts[1:] if parts[0] in SOURCE_ROOTS else parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def imports() -> Graph:
    """What each module imports of the project's own modules."""
    return {name: frozenset(_imported(path) - {name}) for name, path in modules().items()}


def _imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            found |= {
                f"{node.module}.{alias.name}"
                if f"{node.module}.{alias.name}" in modules()
                else str(node.module)
                for alias in node.names
            }
    return found & modules().keys()


def circles(graph: Graph) -> list[frozenset[str]]:
    """The sets of modules that reach each other, by Tarjan's algorithm."""
    numbers: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_: list[str] = []
    found: list[frozenset[str]] = []

    def visit(module: str) -> None:
        numbers[module] = lowest[module] = len(numbers)
        open_.append(module)
        for other in sorted(graph.get(module, ())):
            if other not in numbers:
                visit(other)
            if other in open_:
                lowest[module] = min(lowest[module], lowest[other])
        if lowest[module] == numbers[module]:
            members = open_[open_.index(module) :]
            del open_[open_.index(module) :]
            found.append(frozenset(members))

    for module in graph:
        if module not in numbers:
            visit(module)
    return [members for members in found if len(members) > 1]


def package_of(module: str, packages: Iterable[str]) -> str:
    """The package of a list that a module belongs to, the longest name first; empty where there is none."""
    fitting = [each for each in packages if module == each or module.startswith(f"{each}.")]
    return max(fitting, key=len, default="")
