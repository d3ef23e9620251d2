"""A class name of the proof means one thing: nobody else's class has it."""

import ast
from collections import defaultdict

from tests.unit.house import modules


def test_no_class_of_the_proof_shares_its_name() -> None:
    places: dict[str, list[str]] = defaultdict(list)
    for module, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].append(module)

    shared = {
        name: found
        for name, found in places.items()
        if len(found) > 1 and any(module.startswith("egress.proof") for module in found)
    }
    assert shared == {}
