"""What holds for every input: no crash, sound configurations load as written, lines are right."""

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from egress.checks.loading import load
from egress.config.schema import MODELS, models_of
from egress.source.problem import ConfigurationError, Problem

FILES = ("platform.yaml", "destinations.yaml", "teams/team-x.yaml")
KEYS = sorted(
    {key for model in MODELS.values() for each in models_of(model) for key in each.model_fields}
    | {"example.com", "team-x", "test"}
)

scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(),
    st.sampled_from([*KEYS, "10.0.0.0/8", "*", "/a", "${x}", "gcr.io/a/b", "1.2.3.4"]),
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=8), inner, max_size=6)
    ),
    max_leaves=25,
)


def write(folder, documents):
    (folder / "teams").mkdir(parents=True, exist_ok=True)
    for name, content in documents.items():
        (folder / name).write_bytes(content)


def check(documents):
    """Load a folder of these files: sound, or refused with problems that can be shown."""
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), documents)
        problems: tuple[Problem, ...] = ()
        try:
            load(Path(folder), {})
        except ConfigurationError as error:
            problems = error.problems or pytest.fail("an error without problems")
    for problem in problems:
        assert "\n" not in str(problem)
        assert "Input should" not in problem.message
        assert "not valid here" not in problem.message


sound_tutorial = {
    name: (Path(__file__).parents[3] / "config" / "tutorial" / name).read_bytes()
    for name in ("platform.yaml", "destinations.yaml", "teams/team-x.yaml", "teams/team-y.yaml")
}


@given(name=st.sampled_from(FILES), value=values)
@settings(max_examples=60)
def test_any_value_as_yaml_is_sound_or_refused(name, value):
    check({**sound_tutorial, name: yaml.safe_dump(value, allow_unicode=True).encode("utf-8", "replace")})


@given(
    name=st.sampled_from(FILES),
    text=st.text(alphabet="ab:-&*!{}[]#'\"\n %|>?.,~0 \t\\u<@`\u202e\x00") | st.text(),
)
@settings(max_examples=60)
def test_any_text_is_sound_or_refused(name, text):
    check({**sound_tutorial, name: text.encode("utf-8", "surrogatepass")})


@given(name=st.sampled_from(FILES), content=st.binary())
@settings(max_examples=30)
def test_any_bytes_are_sound_or_refused(name, content):
    check({**sound_tutorial, name: content})


def places(value, path=()):
    """Every place of a tree."""
    yield path
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from places(inner, (*path, key))
    if isinstance(value, list):
        for number, inner in enumerate(value):
            yield from places(inner, (*path, number))


def replaced(value, path, new):
    """A tree with another value at one place."""
    if not path:
        return new
    copy = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = replaced(copy[path[0]], path[1:], new)
    return copy


@given(data=st.data(), name=st.sampled_from(FILES), value=values)
@settings(max_examples=60)
def test_any_value_anywhere_in_a_sound_file_is_sound_or_refused(data, name, value):
    tree = yaml.safe_load(sound_tutorial[name])
    path = data.draw(st.sampled_from(list(places(tree))))

    check({**sound_tutorial, name: yaml.safe_dump(replaced(tree, path, value)).encode()})


labels = st.from_regex(r"[a-z][a-z0-9]{0,8}(-[a-z0-9]{1,8})?", fullmatch=True)
hosts = st.builds("{}.{}.test".format, labels, labels)


@st.composite
def sound_configurations(draw):
    """Files of a sound configuration, as data."""
    teams = draw(st.lists(labels.map(lambda name: f"team-{name}"), min_size=1, max_size=4, unique=True))
    names = draw(st.lists(hosts, min_size=1, max_size=5, unique_by=lambda host: host.replace(".", "-")))
    destinations = {
        host: draw(
            st.fixed_dictionaries(
                {},
                optional={
                    "http": st.sampled_from(["plain", "originate-tls"]),
                    "https": st.just("pass-through"),
                    "visible_to": st.just(teams),
                },
            )
        )
        for host in names
    }
    files = {
        "platform.yaml": {
            "project": {"id": f"p-{draw(labels)}-project", "region": "us-central1", "zone": "us-central1-b"},
            "network": {
                "name": draw(labels),
                "subnet": {"nodes": "10.0.0.0/24", "pods": "10.1.0.0/16", "services": "10.2.0.0/20"},
            },
            "cluster": {"control_plane_range": "10.5.0.0/28", "name": draw(labels)},
        },
        "destinations.yaml": {"authorization": "by-namespace", "destinations": destinations},
    }
    for team in teams:
        granted = draw(st.lists(st.sampled_from(names), unique=True))
        paths = st.lists(st.from_regex(r"(/[a-z0-9_.~-]{1,5}[a-z])+\*?", fullmatch=True), unique=True)
        files[f"teams/{team}.yaml"] = {
            "labels": draw(
                st.dictionaries(labels, st.from_regex(r"([a-z][A-Z0-9]{0,9})?", fullmatch=True), max_size=2)
            ),
            "workloads": {
                name: {"image": "gcr.io/some/image", "command": draw(st.lists(st.text("a /-=", max_size=9)))}
                for name in draw(st.lists(labels.map("w-{}".format), min_size=1, max_size=2, unique=True))
            },
            "grants": [{"to": host, "scheme": "http", "paths": draw(paths)} for host in granted],
            "network_policies": {"to_teams": [other for other in teams if other != team]},
        }
    return files


def given_by(model, stated):
    """The part of a model that was stated."""
    if isinstance(stated, dict):
        inner = model if isinstance(model, dict) else model.__dict__
        return {key: given_by(inner[key], value) for key, value in stated.items()}
    if isinstance(stated, list):
        return [given_by(one, other) for one, other in zip(model, stated, strict=True)]
    return model


@given(files=sound_configurations(), as_json=st.booleans())
@settings(max_examples=40)
def test_a_sound_configuration_loads_as_it_is_written(files, as_json):
    dump = json.dumps if as_json else yaml.safe_dump
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {name: dump(value).encode() for name, value in files.items()})
        configuration = load(Path(folder), {})

    assert given_by(configuration.platform, files["platform.yaml"]) == files["platform.yaml"]
    assert given_by(configuration.destinations, files["destinations.yaml"]) == files["destinations.yaml"]
    assert {f"teams/{name}.yaml" for name in configuration.teams} == {name for name in files if "/" in name}
    for name, team in configuration.teams.items():
        assert given_by(team, files[f"teams/{name}.yaml"]) == files[f"teams/{name}.yaml"]


def key_line(text, path):
    """The line on which PyYAML sees the key or the item at a path."""
    node: Any = yaml.compose(text)
    line = 1
    for part in path:
        if isinstance(part, int):
            node = node.value[part]
            line = node.start_mark.line + 1
        else:
            key, node = next(pair for pair in node.value if pair[0].value == part)
            line = key.start_mark.line + 1
    return line


@given(
    data=st.data(),
    files=sound_configurations(),
    flow=st.sampled_from([False, None]),
    width=st.integers(20, 90),
)
@settings(max_examples=60)
def test_a_problem_names_the_line_on_which_its_key_or_item_stands(data, files, flow, width):
    name = data.draw(st.sampled_from(sorted(files)))
    path = data.draw(st.sampled_from([path for path in places(files[name]) if path]))
    text = yaml.safe_dump(
        replaced(files[name], path, {"$unknown": []}), default_flow_style=flow, width=width, sort_keys=False
    )
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), {other: yaml.safe_dump(value).encode() for other, value in files.items()})
        write(Path(folder), {name: text.encode()})
        with pytest.raises(ConfigurationError) as caught:
            load(Path(folder), {})

    found = [problem for problem in caught.value.problems if problem.path[: len(path)] == path]
    assert found, [str(problem) for problem in caught.value.problems]
    for problem in found:
        assert problem.line == key_line(text, problem.path[: len(path)]) or len(problem.path) > len(path)
