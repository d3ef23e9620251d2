"""Every formatter stands behind one interface, and imports run one way."""

import ast
import importlib
import inspect
from pathlib import Path

import pytest

from egress.review.output.formats import registry
from egress.review.output.formats.registry import DRAWN, FORMATS, formatter
from tests.review.conftest import ROOT

OUTPUT = ROOT / "egress" / "review" / "output"
TEXTS = "egress.review.output.texts"
"""The texts of values: the lowest part of the output, which a finding may quote."""
REGISTERED = {
    *(f"{verb}_{format_}" for verb, formats in FORMATS.items() for format_ in formats),
    *(f"{verb}_terminal" for verb in DRAWN),
}


def test_every_formatter_is_registered_and_every_registered_one_is_there() -> None:
    files = {path.stem for path in (OUTPUT / "formats").glob("*.py")} - {"__init__", "registry"}
    assert files == REGISTERED


@pytest.mark.parametrize("name", sorted(REGISTERED))
def test_a_formatter_has_the_one_interface(name: str) -> None:
    module = formatter(*name.split("_"))
    signature = inspect.signature(module.render)
    assert len(signature.parameters) == 1
    assert signature.return_annotation is str
    public = [
        each
        for each, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__ and not each.startswith("_")  # type: ignore[attr-defined]
    ]
    assert public == ["render"]


@pytest.mark.parametrize("verb", sorted(FORMATS))
def test_a_verb_prints_through_the_registry_alone(verb: str) -> None:
    """No verb has a `match` over formats of its own."""
    path = ROOT / "egress/review/commands" / f"{verb}.py"
    tree = ast.parse(path.read_text())
    assert not any(isinstance(node, ast.Match) for node in ast.walk(tree))
    assert f'render("{verb}"' in path.read_text()
    if len(FORMATS[verb]) > 1:
        assert f'FORMATS["{verb}"]' in path.read_text()


def imports(path: Path) -> set[str]:
    """The modules of the project that a file imports, those inside its functions too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("egress"):
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("egress")}
    return found


def test_no_two_modules_of_the_output_import_each_other() -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts): imports(path)
        for path in OUTPUT.rglob("*.py")
        if path.name != "__init__.py"
    }
    left = {name: {one for one in found if one in modules} for name, found in modules.items()}
    while ready := [name for name, needed in left.items() if not needed]:
        left = {name: needed - set(ready) for name, needed in left.items() if name not in ready}
    assert left == {}


ESCAPES = "egress.review.output.escapes"
"""What every output escapes a text with."""


def test_what_draws_on_a_terminal_knows_no_document() -> None:
    for path in (OUTPUT / "terminal").glob("*.py"):
        for name in imports(path):
            assert name.startswith(("egress.review.output.terminal", ESCAPES)), (path.name, name)


TEXTS = "egress.review.output.texts"
"""The words for what is data elsewhere; it imports nothing else of the output, and findings quote it."""


def test_nothing_below_the_output_imports_it() -> None:
    review = ROOT / "egress" / "review"
    for path in review.rglob("*.py"):
        part = path.relative_to(review).parts[0]
        if part not in ("output", "commands"):
            assert not [
                name
                for name in imports(path)
                if name.startswith("egress.review.output") and not name.startswith(TEXTS)
            ], path


def test_the_three_verbs_share_one_pipeline() -> None:
    for verb in ("findings", "summary", "report"):
        found = imports(ROOT / "egress/review/commands" / f"{verb}.py")
        assert "egress.review.judgement" in found
        assert not [name for name in found if name.startswith("egress.review.findings.acceptance_file")]


def test_the_registry_is_imported_without_any_formatter() -> None:
    source = inspect.getsource(registry)
    assert "egress.review.output.formats." in source
    assert importlib.import_module("egress.review.output.formats.registry") is registry
    assert not [name for name in imports(Path(registry.__file__)) if name.startswith("egress.review.output")]
