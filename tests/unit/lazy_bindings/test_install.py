import os
import subprocess
import sys

import pytest

import lazy_bindings

QUIET = (
    "import sys, warnings; warnings.simplefilter('error'); import lazy_bindings; lazy_bindings.install(); "
)


def python(script: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Runs a script in a Python of its own: what is installed stays installed."""
    clean = {
        name: value
        for name, value in os.environ.items()
        if name not in ("NODE_OPTIONS", lazy_bindings.SWITCH)
    }
    return subprocess.run(
        [sys.executable, "-c", script], env=clean | environ, capture_output=True, text=True, check=False
    )


def test_installing_twice_is_installing_once() -> None:
    done = python(
        QUIET + "before = list(sys.meta_path); lazy_bindings.install(); assert sys.meta_path == before"
    )
    assert done.returncode == 0, done.stderr


def test_installing_imports_nothing_of_cdktf() -> None:
    done = python(QUIET + "assert 'cdktf' not in sys.modules and 'constructs' not in sys.modules")
    assert done.returncode == 0, done.stderr


def test_the_switch_turns_lazy_loading_off() -> None:
    done = python(
        QUIET + "import os; assert not lazy_bindings.is_installed() and 'NODE_OPTIONS' not in os.environ",
        EGRESS_LAZY_BINDINGS="off",
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("early", ["constructs", "cdktf", "cdktf_cdktf_provider_google"])
def test_installing_after_the_bindings_says_so(early: str) -> None:
    done = python(f"import sys; sys.modules['{early}'] = sys; import lazy_bindings; lazy_bindings.install()")
    assert (
        f"{early} is loaded the stock, slow way: it was imported before lazy_bindings.install()"
        in done.stderr
    )
    assert done.returncode == 0


def test_installing_before_the_bindings_says_nothing() -> None:
    assert python(QUIET).stderr == ""
