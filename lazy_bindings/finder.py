"""The import hook that keeps a provider package from importing its submodules."""

import importlib
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from lazy_bindings.bindings_loader import bindings_loader
from lazy_bindings.kernel_types import KernelTypes
from lazy_bindings.shape import PREFIX, ProviderShape, UnknownShapeError, read_shape, warn


class LazyProviderLoader(SourceFileLoader):
    """Gives a provider package its names without running its `__init__`."""

    def __init__(self, fullname: str, path: str, shape: ProviderShape, kernel_types: KernelTypes) -> None:
        super().__init__(fullname, path)
        self._shape = shape
        self._kernel_types = kernel_types

    def exec_module(self, module: ModuleType) -> None:
        """Load the provider's assembly into jsii; a submodule is imported when asked for (PEP 562)."""
        package = module.__name__
        submodules = self._shape.submodules
        known = frozenset(submodules)

        def __getattr__(name: str) -> Any:  # noqa: N807 - PEP 562's name
            if name not in known:
                raise AttributeError(f"module {package!r} has no attribute {name!r}")
            return importlib.import_module(f"{package}.{name}")

        def __dir__() -> list[str]:  # noqa: N807 - PEP 562's name
            return sorted(known.union(module.__dict__))

        jsii_module = importlib.import_module(f"{package}._jsii")
        assembly = jsii_module.__jsii_assembly__
        self._kernel_types.register(assembly.name, package, submodules)
        module.__dict__.update(
            __jsii_assembly__=assembly, __all__=list(submodules), __getattr__=__getattr__, __dir__=__dir__
        )


class LazyProviderFinder(MetaPathFinder):
    """Finds cdktf and the prebuilt provider packages; every other module is left to Python."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,
        target: ModuleType | None = None,
    ) -> ModuleSpec | None:
        """The spec of a module of the bindings with the loader that suits it, None for any other module."""
        if fullname != "cdktf" and not fullname.startswith(PREFIX):
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or spec.origin is None or type(spec.loader) is not SourceFileLoader:
            return None
        is_provider = fullname != "cdktf" and "." not in fullname
        spec.loader = provider_loader(spec) if is_provider else bindings_loader(fullname, spec.origin)
        return spec


def provider_loader(spec: ModuleSpec) -> SourceFileLoader:
    """The lazy loader of a provider package, or the stock one, with a warning, when it has another shape."""
    origin = str(spec.origin)
    kernel_types = KernelTypes.of_jsii()
    try:
        if kernel_types.submodules is None:
            raise UnknownShapeError(
                "this jsii cannot find the class of an object whose module is not imported"
            )
        return LazyProviderLoader(spec.name, origin, read_shape(Path(origin)), kernel_types)
    except UnknownShapeError as error:
        warn(spec.name, str(error))
        return SourceFileLoader(spec.name, origin)
