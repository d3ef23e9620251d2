"""A provider package as jsii-pacmak writes it, without jsii behind it."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PACKAGE = "cdktf_cdktf_provider_sample"

PACMAK_INIT = '''r"""
# CDKTF prebuilt bindings
"""
from ._jsii import *

__all__ = [
    "compute_network",
    "provider",
]

# Loading modules to ensure their types are registered with the jsii runtime library
from . import compute_network
from . import provider
'''

ASSEMBLY = """from types import SimpleNamespace

__jsii_assembly__ = SimpleNamespace(name="@cdktf/provider-sample")
__all__ = ["__jsii_assembly__"]
"""

WritePackage = Callable[..., Path]


@pytest.fixture
def write_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WritePackage]:
    """Writes the package with the given `__init__`; it can be imported while the test runs."""

    def write(init: str = PACMAK_INIT, *, assembly: bool = True) -> Path:
        package = tmp_path / PACKAGE
        modules = {
            "compute_network": "class ComputeNetwork: ...\n",
            "provider": "class SampleProvider: ...\n",
        }
        for name, source in {**modules, **({"_jsii": ASSEMBLY} if assembly else {})}.items():
            (package / name).mkdir(parents=True)
            (package / name / "__init__.py").write_text(source)
        (package / "__init__.py").write_text(init)
        return package

    # Not beside the code of the real bindings.
    monkeypatch.setattr("lazy_bindings.bindings_loader.CODE_CACHE", tmp_path / "code")
    monkeypatch.syspath_prepend(tmp_path)
    yield write
    for name in [name for name in sys.modules if name.split(".")[0] == PACKAGE]:
        del sys.modules[name]
