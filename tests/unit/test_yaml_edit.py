"""Edits of YAML texts keep what a person wrote."""

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from egress.source.yaml_edit import CannotEdit, YamlText

TEXT = """\
# first
labels: { team: x } # the team
grants: # what it may ask
  - to: example.com
    methods: [GET] # alone
  # the next one
  - { to: httpbin.org }

# last
policies:
  same: true
empty:
"""


def test_an_item_goes_after_the_last_one_and_comments_stay() -> None:
    text = YamlText(TEXT)
    text.append(("grants",), {"to": "a.org", "paths": ["/a"]})
    assert text.text == TEXT.replace(
        "  - { to: httpbin.org }\n", "  - { to: httpbin.org }\n  - to: a.org\n    paths: [/a]\n"
    )
    text.append(("grants", 0, "methods"), "HEAD")
    assert "    methods: [GET, HEAD] # alone\n" in text.text


def test_a_key_goes_into_its_mapping() -> None:
    text = YamlText(TEXT)
    text.put(("policies",), "same", False)
    text.put(("policies",), "to_teams", ["y"])
    text.put(("labels",), "a", "1")
    text.put(("grants", 1), "scheme", "http")
    assert "  same: false\n  to_teams: [y]\n" in text.text
    assert "labels: { team: x, a: '1' } # the team\n" in text.text
    assert "  - { to: httpbin.org, scheme: http }\n" in text.text


def test_what_is_not_there_is_made() -> None:
    text = YamlText("a: 1\n")
    text.append(("grants",), {"to": "a.org"})
    text.put(("mesh", "gateway"), "identity_https", True)
    assert text.text == "a: 1\ngrants:\n  - to: a.org\nmesh:\n  gateway:\n    identity_https: true\n"
    other = YamlText("a: 1\nhosts:\n  example.com: {}\n")
    other.put(("hosts", "example.com"), "https", "identity")
    assert other.text == "a: 1\nhosts:\n  example.com: {https: identity}\n"


@pytest.mark.parametrize("text", ["", "[]\n", "a: &x [1]\nb: *x\n", "a: text\n"])
def test_a_layout_that_an_edit_could_damage_is_refused(text: str) -> None:
    with pytest.raises(CannotEdit):
        YamlText(text).append(("b" if "*x" in text else "a",), 2)


scalars = st.one_of(st.booleans(), st.integers(), st.text("ab:#- ,[]{}'\"\n", max_size=6))
trees = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("ab-", min_size=1), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {"grants": st.lists(trees, min_size=1, max_size=3), "z": trees}, optional={"a": trees}
    ),
    st.sampled_from([True, False, None]),
    trees,
)
def test_an_edit_changes_the_data_as_it_should_or_not_at_all(data: Any, flow: bool | None, item: Any) -> None:
    text = YamlText(yaml.safe_dump(data, default_flow_style=flow, sort_keys=False))
    try:
        text.append(("grants",), item)
        text.put((), "new", item)
    except CannotEdit:
        return
    assert yaml.safe_load(text.text) == {**data, "grants": [*data["grants"], item], "new": item}
