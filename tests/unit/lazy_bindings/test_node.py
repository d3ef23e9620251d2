import json
import os
import subprocess
from pathlib import Path

import pytest

from lazy_bindings.node import PRELOAD, add_node_options, bundled_node, prepare_node


@pytest.fixture
def node() -> str:
    node = bundled_node()
    assert node is not None
    return str(node)


def resolved(node: str, package: Path, environ: dict[str, str]) -> str:
    """The file that node takes for the package."""
    script = f"process.stdout.write(require.resolve({json.dumps(str(package))}))"
    return subprocess.run(
        [node, "-e", script], env=environ, capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def provider(tmp_path: Path) -> Path:
    """A provider package as npm unpacks it, with an eager and a lazy index."""
    package = tmp_path / "node modules" / "@cdktf" / "provider-sample"
    (package / "lib").mkdir(parents=True)
    (package / "package.json").write_text('{"name": "@cdktf/provider-sample", "main": "lib/index.js"}')
    for index in ("index.js", "lazy-index.js"):
        (package / "lib" / index).write_text("")
    return package


@pytest.fixture
def environ() -> dict[str, str]:
    environ: dict[str, str] = {}
    add_node_options(environ)
    return environ


def test_node_takes_a_providers_lazy_index(node: str, provider: Path, environ: dict[str, str]) -> None:
    assert resolved(node, provider, environ).endswith("lib/lazy-index.js")


def test_node_takes_the_eager_index_where_there_is_no_lazy_one(
    node: str, provider: Path, environ: dict[str, str]
) -> None:
    (provider / "lib" / "lazy-index.js").unlink()
    assert resolved(node, provider, environ).endswith("lib/index.js")


def test_node_takes_the_index_of_any_other_package(
    node: str, provider: Path, environ: dict[str, str]
) -> None:
    other = provider.rename(provider.with_name("something"))
    assert resolved(node, other, environ).endswith("lib/index.js")


def test_the_preload_script_may_stand_in_a_folder_with_a_space(
    node: str, provider: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    script = tmp_path / 'a "quoted" folder' / "preload.js"
    script.parent.mkdir()
    script.write_bytes(PRELOAD.read_bytes())
    monkeypatch.setattr("lazy_bindings.node.PRELOAD", script)
    environ: dict[str, str] = {}
    add_node_options(environ)
    assert resolved(node, provider, environ).endswith("lib/lazy-index.js")


def test_node_options_of_the_user_are_kept_and_win() -> None:
    environ = {"NODE_OPTIONS": "--max-semi-space-size=64"}
    add_node_options(environ)
    assert environ["NODE_OPTIONS"].endswith(" --max-semi-space-size=64")


def test_node_options_are_added_once() -> None:
    environ: dict[str, str] = {}
    add_node_options(environ)
    once = environ["NODE_OPTIONS"]
    add_node_options(environ)
    assert environ["NODE_OPTIONS"] == once


def test_jsii_runs_on_the_locked_node(node: str) -> None:
    environ: dict[str, str] = {}
    prepare_node(environ)
    assert environ["JSII_NODE"] == node
    assert os.access(node, os.X_OK)


def test_the_users_node_and_cache_are_kept() -> None:
    environ = {"JSII_NODE": "/usr/bin/node", "JSII_RUNTIME_PACKAGE_CACHE_ROOT": "/var/cache/jsii"}
    given = dict(environ)
    prepare_node(environ)
    assert environ == given


def test_node_takes_no_stack_trace_for_each_token(node: str, tmp_path: Path, environ: dict[str, str]) -> None:
    stack_trace = tmp_path / "cdktf" / "lib" / "tokens" / "private" / "stack-trace.js"
    stack_trace.parent.mkdir(parents=True)
    stack_trace.write_text("")
    replacement = resolved(node, stack_trace, environ)
    assert Path(replacement).parent == PRELOAD.parent
    script = f"process.stdout.write(String(require({json.dumps(replacement)}).captureStackTrace().length))"
    assert subprocess.run([node, "-e", script], capture_output=True, text=True, check=True).stdout == "0"
