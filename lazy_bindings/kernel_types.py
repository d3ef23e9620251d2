"""jsii's map from the kernel's names of submodules to Python's.

jsii's kernel hands back objects by their JavaScript type
(`@cdktf/provider-google.computeNetwork.ComputeNetwork`). When the class is not registered, jsii looks its
module up in a map that newer bindings fill; the prebuilt providers do not: their `__init__` imports
everything. The map is private to jsii.
"""

from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class KernelTypes:
    """The map of one jsii runtime, or the reason why it has none."""

    submodules: MutableMapping[str, str] | None

    @classmethod
    def of_jsii(cls) -> "KernelTypes":
        """The map of the installed jsii; without one when jsii keeps it elsewhere."""
        from jsii import _reference_map as reference_map

        submodules: Any = getattr(reference_map, "_submodule_fqn_map", None)
        resolves = callable(getattr(reference_map, "_try_import_type_module", None))
        return cls(submodules if resolves and isinstance(submodules, MutableMapping) else None)

    def register(self, assembly: str, package: str, submodules: Iterable[str]) -> None:
        """Name the module of each of the assembly's submodules."""
        if self.submodules is None:
            raise LookupError("this jsii keeps no map of submodules")
        for submodule in submodules:
            self.submodules[f"{assembly}.{kernel_name(submodule)}"] = f"{package}.{submodule}"


def kernel_name(submodule: str) -> str:
    """JavaScript's name of a Python submodule: `compute_network` is `computeNetwork`."""
    first, *rest = submodule.split("_")
    return first + "".join(word[:1].upper() + word[1:] for word in rest)
