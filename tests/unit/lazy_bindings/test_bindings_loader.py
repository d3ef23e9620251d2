import gc
import importlib
import sys
from pathlib import Path
from types import ModuleType

import pytest

from lazy_bindings.bindings_loader import bindings_loader

SOURCE = "class Network:\n    def __init__(self, name: 'Name', labels: Labels = None) -> None: ...\n"
"""What is called Labels nobody defines: only code that leaves annotations alone runs."""


@pytest.fixture
def code_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    cache = tmp_path / "code"
    cache.mkdir()
    monkeypatch.setattr("lazy_bindings.bindings_loader.CODE_CACHE", cache)
    return cache


def load(tmp_path: Path, source: str = SOURCE) -> ModuleType:
    path = tmp_path / "network.py"
    path.write_text(source)
    loader = bindings_loader("network", str(path))
    spec = importlib.util.spec_from_loader("network", loader)
    assert spec is not None
    module = importlib.util.module_from_spec(spec)
    loader.exec_module(module)
    return module


@pytest.mark.usefixtures("code_cache")
def test_annotations_are_left_as_text(tmp_path: Path) -> None:
    assert load(tmp_path).Network.__init__.__annotations__["labels"] == "Labels"


def test_the_code_is_kept_even_where_python_keeps_none(
    tmp_path: Path, code_cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    load(tmp_path)
    assert [file.name for file in code_cache.rglob("*.pyc")] == [
        f"network.{sys.implementation.cache_tag}.pyc"
    ]
    assert sys.dont_write_bytecode
    assert sys.pycache_prefix is None


@pytest.mark.usefixtures("code_cache")
def test_a_source_that_changed_is_compiled_again(tmp_path: Path) -> None:
    load(tmp_path)
    assert load(tmp_path, SOURCE.replace("Network", "Subnetwork")).Subnetwork


def test_without_a_place_for_the_code_pythons_rules_hold(tmp_path: Path, code_cache: Path) -> None:
    code_cache.rmdir()
    with pytest.raises(NameError, match="Labels"):
        load(tmp_path)


@pytest.mark.usefixtures("code_cache")
def test_what_a_module_holds_is_out_of_the_collectors_sight(tmp_path: Path) -> None:
    before = gc.get_freeze_count()
    load(tmp_path)
    assert gc.get_freeze_count() > before
    assert gc.isenabled()


@pytest.mark.usefixtures("code_cache")
def test_a_module_that_fails_leaves_the_collector_on(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="no network"):
        load(tmp_path, "raise RuntimeError('no network')\n")
    assert gc.isenabled()
