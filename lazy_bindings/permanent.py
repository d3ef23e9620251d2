"""Importing bindings without the garbage collector going through them.

A provider module is thousands of classes that live as long as the process. The collector visits all of them again
and again while they are imported, and once more at exit: a quarter of the run.
"""

import gc
from importlib.machinery import SourceFileLoader
from types import ModuleType


class PermanentLoader(SourceFileLoader):
    """Loads a module as Python does, and takes what it holds out of the collector's sight (`gc.freeze`)."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module with the collector off; what is alive then is never looked at again."""
        collecting = gc.isenabled()
        gc.disable()
        try:
            super().exec_module(module)
        finally:
            gc.freeze()
            if collecting:
                gc.enable()
