"""An entry is added where it belongs, and no other line changes."""

from pathlib import Path

import pytest
import yaml

from egress.environments.errors import EnvironmentsError
from egress.environments.insertion import insert

FILE = Path("destinations.yaml")
ENTRY = "new.example.com:\n  http: closed"


@pytest.mark.parametrize(
    "before",
    [
        "destinations:\n  a.example.com:\n    http: plain\n",
        "destinations:\n  a.example.com:\n    http: plain",
        "# top\ndestinations: # all\n    a.example.com: {http: plain} # one\n    # end\n\n# apis\ngoogle_apis: {}\n",
        "destinations: {}\n",
        "destinations: {} # none yet\nauthorization: by-identity\n",
        "destinations:\n  {}\n",
        "destinations:\n",
        "authorization: by-identity\n",
        "authorization: by-identity",
        "",
        "# only a comment\n",
        "destinations:\r\n  a.example.com:\r\n    http: plain\r\n",
    ],
)
def test_the_entry_is_there_and_every_earlier_line_too(before: str) -> None:
    after = insert(FILE, before, "destinations", ENTRY)

    data, was = yaml.safe_load(after), yaml.safe_load(before) or {}
    assert data == {
        **was,
        "destinations": {**(was.get("destinations") or {}), "new.example.com": {"http": "closed"}},
    }
    for comment in (line.partition("#")[2].strip() for line in before.splitlines() if "#" in line):
        assert comment in after
    kept = [line for line in before.splitlines() if "{}" not in line and line.strip()]
    assert [line for line in after.splitlines() if line in kept] == kept


@pytest.mark.parametrize(
    ("before", "grants"),
    [
        ("grants:\n  - to: a\n    paths:\n      - /x\n\nnetwork_policies: {}\n", 2),
        ("grants:\n- to: a\nnetwork_policies: {}\n", 2),
        ("grants: []\n", 1),
        ("grants:\n  - to: a\n    paths: >-\n      x\n      y\n", 2),
    ],
)
def test_a_list_gets_one_more_item(before: str, grants: int) -> None:
    after = yaml.safe_load(insert(FILE, before, "grants", "- to: b\n  methods: [GET]"))

    assert len(after["grants"]) == grants
    assert after["grants"][-1] == {"to": "b", "methods": ["GET"]}


@pytest.mark.parametrize("before", ["destinations: {a.example.com: {http: plain}}\n", "destinations: text\n"])
def test_what_is_written_in_one_line_is_left_alone_and_the_entry_is_shown(before: str) -> None:
    with pytest.raises(
        EnvironmentsError, match=r"destinations.yaml:1: .*\n  new.example.com:\n    http: closed"
    ):
        insert(FILE, before, "destinations", ENTRY)


def test_a_file_that_is_not_yaml_is_told() -> None:
    with pytest.raises(EnvironmentsError, match="not YAML"):
        insert(FILE, "destinations: [", "destinations", ENTRY)
