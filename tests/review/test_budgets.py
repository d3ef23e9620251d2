"""Whatever an input is, the review ends soon: with answers, or with what is wrong and exit code 2."""

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from egress.review.inputs.documents import MAX_BYTES
from egress.review.istio.templates import fits
from egress.review.probes import probes
from tests.review.conftest import ROOT

SECONDS = 10
HEAD = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: "


def bomb() -> str:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    for before, name in zip("abcdefgh", "bcdefghi", strict=True):
        lines.append(f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]")
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n" + "\n".join(lines)


def istio(kind: str, group: str, spec: object) -> str:
    return yaml.safe_dump(
        {"apiVersion": f"{group}.istio.io/v1", "kind": kind, "metadata": {"name": "a"}, "spec": spec}
    )


def service(port: str) -> str:
    return f"apiVersion: v1\nkind: Service\nmetadata: {{name: a}}\nspec: {{ports: [{{port: {port}}}]}}\n"


INPUTS: dict[str, tuple[str | bytes, str]] = {
    "levels-in-flow.yaml": (HEAD + "[" * 100_000, "nested more than 100 levels"),
    "levels-in-block.yaml": (HEAD + "\n  " + "- " * 100_000, "nested more than 100 levels"),
    "levels.json": ('{"a":' * 100_000, "nested more than"),
    "bomb.yaml": (bomb(), "once its aliases are written out"),
    "holds-itself.yaml": ("&a\nkind: List\nitems: [*a]\n", "a value that holds itself"),
    "nan.json": ('{"apiVersion": "v1", "kind": "Service", "a": NaN}', "NaN is no JSON"),
    "nan.yaml": (service(".nan"), "state.yaml:4: spec.ports[0].port: nan is no port"),
    "digits.yaml": (service("9" * 5_000), ":1: "),
    "port.yaml": (service("70000"), "70000 is no port"),
    "no-text.yaml": (b"\xff\xfe\x00\x00\xff", ""),
    "syntax.yaml": ("a: [", ", line "),
    "date.yaml": (HEAD + "{a: 2024-13-45}", ":1: a value that is none of its type"),
    "key.yaml": (HEAD + "{[a]: b}", ""),
    "list.yaml": ("- a\n- b\n", "no object of Kubernetes"),
    "hosts.yaml": (istio("ServiceEntry", "networking", {"hosts": {"a": "b"}}), "spec.hosts"),
    "rules.yaml": (
        istio("AuthorizationPolicy", "security", {"rules": "all"}),
        "spec.rules: 'all' is no list",
    ),
    "large.yaml": (b"#" * (MAX_BYTES + 1), "larger than 64 MiB"),
}


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "egress", *arguments]
    started = time.monotonic()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert time.monotonic() - started < SECONDS
    return done


@pytest.mark.parametrize("name", INPUTS)
def test_an_input_that_cannot_be_read_ends_soon_with_one_problem(name: str, tmp_path: Path) -> None:
    text, told = INPUTS[name]
    file = tmp_path / ("state" + Path(name).suffix)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())

    done = run("list", "--input", str(file))

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.startswith("error: ")
    assert "fault of the program" not in done.stderr
    assert told in done.stderr
    assert len(done.stderr) < 2_000


def pipe(folder: Path) -> Path:
    os.mkfifo(folder / "pipe.yaml")
    return folder / "pipe.yaml"


SPECIAL: dict[str, Callable[[Path], Path]] = {
    "a device": lambda _: Path("/dev/zero"),
    "a pipe": pipe,
    "a folder with a pipe": lambda folder: pipe(folder).parent,
}


@pytest.mark.parametrize("what", SPECIAL)
def test_what_is_no_regular_file_is_not_read(what: str, tmp_path: Path) -> None:
    done = run("list", "--input", str(SPECIAL[what](tmp_path)))
    assert done.returncode == 2
    assert "not a regular file" in done.stderr


@pytest.mark.parametrize("option", ["--accepted", "--requests"])
def test_the_other_files_have_budgets_too(option: str, tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    state.write_text("apiVersion: v1\nkind: Namespace\nmetadata: {name: a}\n")
    verb = "findings" if option == "--accepted" else "evaluate"
    done = run(verb, "--input", str(state), option, "/dev/zero")
    assert done.returncode == 2
    assert done.stderr.startswith("error: ")
    assert "fault of the program" not in done.stderr


def test_patterns_with_many_stars_are_compared_at_once() -> None:
    started = time.monotonic()
    pattern = "/" + "{*}" * 12 + "!"
    assert not fits(pattern, "/" + "a" * 5_000)
    assert not fits("*a" * 12 + "!", "a" * 5_000, stars=True)
    assert probes([pattern, "/" + "{*}a" * 12], [])
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("/{*}", "/a", True),
        ("/{*}", "/", False),
        ("/{*}", "/a/b", False),
        ("/{*}/b", "/a/b", True),
        ("/{**}", "/", True),
        ("/{**}/c", "/a/b/c", True),
        ("/{*}{*}", "/ab", True),
        ("/{*}{*}", "/a", False),
        ("/*", "/*", True),
        ("/*", "/a", False),
    ],
)
def test_a_template_fits_as_envoys_does(pattern: str, value: str, expected: bool) -> None:
    assert fits(pattern, value) is expected


def test_memory_stays_small(tmp_path: Path) -> None:
    file = tmp_path / "bomb.yaml"
    file.write_text(bomb())
    run("list", "--input", str(file))
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 1_500_000


def test_a_request_that_is_too_deep_gets_an_error_and_the_next_its_answer(tmp_path: Path) -> None:
    state = tmp_path / "state.yaml"
    state.write_text("apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: a}\nspec: {containers: []}\n")
    file = tmp_path / "requests"
    good = json.dumps({"from": "a/p", "to": "http://a.example"})
    file.write_text('{"from":' * 50_000 + "\n" + good + "\n")
    done = run("evaluate", "--input", str(state), "--requests", str(file))
    first, second = map(json.loads, done.stdout.splitlines())
    assert "line 1" in first["error"]
    assert second["verdict"] == "allowed"
