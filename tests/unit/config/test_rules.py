"""The rules across fields and files, each with what it refuses and what it lets pass.

rules.yaml edits a folder by namespace, identity_rules.yaml one by identity.
"""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
import yaml

from egress.checks import rules

TABLES = {
    fixture: yaml.safe_load(Path(__file__).with_name(name).read_text(encoding="utf-8"))
    for fixture, name in (("folder", "rules.yaml"), ("identity_folder", "identity_rules.yaml"))
}
ROWS = [
    pytest.param(fixture, rule, row["edits"], row["says"], id=f"{rule}-{number}")
    for fixture, table in TABLES.items()
    for rule, rows in table.items()
    for number, row in enumerate(rows)
]


def edit(folder, edits):
    """Make the edits; a fourth item repeats what is new so often, numbered."""
    for name, old, one, *times in edits:
        new = "".join(one.replace("<n>", str(number)) for number in range(*times)) if times else one
        if not (folder.path / name).exists():
            folder.write(name, "")
        folder.edit(name, old, new)


@pytest.mark.parametrize(("fixture", "rule", "edits", "says"), ROWS)
def test_an_edit_makes_exactly_the_problems_of_its_row_and_by_its_rule_alone(
    request, monkeypatch, fixture, rule, edits, says
):
    folder = request.getfixturevalue(fixture)
    edit(folder, edits)
    assert folder.problems() == says

    monkeypatch.setattr(rules, "RULES", tuple(each for each in rules.RULES if each.__name__ != rule))
    assert folder.problems() == []


def test_every_rule_stands_in_the_registry_once_and_in_the_table():
    modules = [
        importlib.import_module(f"{rules.__name__}.{module.name}")
        for module in pkgutil.iter_modules(rules.__path__)
    ]
    written = [
        name
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__
        and list(inspect.signature(function).parameters) == ["draft"]
        and not name.startswith("_")
    ]

    assert sorted(written) == sorted(rule.__name__ for rule in rules.RULES)
    for table in TABLES.values():
        assert [rule.__name__ for rule in rules.RULES if rule.__name__ in table] == list(table)
    assert {rule.__name__ for rule in rules.RULES} == {rule for table in TABLES.values() for rule in table}


def test_every_rule_says_what_it_is_for():
    assert [rule.__name__ for rule in rules.RULES if not rule.__doc__] == []
