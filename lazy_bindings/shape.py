"""What a prebuilt provider package must look like to be loaded lazily."""

import re
import warnings
from dataclasses import dataclass
from pathlib import Path

PREFIX = "cdktf_cdktf_provider_"
"""How the packages of prebuilt providers are called."""

_SUBMODULE = re.compile(r"^from \. import (\w+)$", re.MULTILINE)


class LazyBindingsWarning(UserWarning):
    """Something is loaded the stock way, and why: the result is the same, only slower."""


def warn(what: str, why: str) -> None:
    """Say in one line that `what` falls back to the stock way."""
    warnings.warn(f"{what} is loaded the stock, slow way: {why}", LazyBindingsWarning, stacklevel=3)


@dataclass(frozen=True, kw_only=True)
class ProviderShape:
    """The submodules a provider package's `__init__` imports: one for each resource or data source."""

    submodules: tuple[str, ...]


class UnknownShapeError(Exception):
    """The package's `__init__` does something else than to import its submodules."""


def read_shape(init_file: Path) -> ProviderShape:
    """The shape of the package that `init_file` is the `__init__.py` of.

    jsii-pacmak writes `from ._jsii import *`, then one `from . import <submodule>` for each. Classes in the
    root module (as in providers that predate namespaces) would be lost by not running it. Raises
    UnknownShapeError when the package cannot be loaded lazily.
    """
    if not (init_file.parent / "_jsii" / "__init__.py").is_file():
        raise UnknownShapeError("it has no _jsii module")
    source = init_file.read_text(encoding="utf-8")
    if re.search(r"^class |\bjsii_type=", source, re.MULTILINE):
        raise UnknownShapeError("its __init__ holds classes of its own")
    submodules = tuple(_SUBMODULE.findall(source))
    if not submodules:
        raise UnknownShapeError("its __init__ imports no submodules")
    return ProviderShape(submodules=submodules)
