"""Importing bindings without the work that nobody looks at.

A provider module is thousands of classes that live as long as the process, with tens of thousands of annotations.
Two things are left out, a third of the run together:

- the garbage collector, which visits all of them again and again while they are imported, and once more at exit;
- the annotations, which Python evaluates one by one and jsii reads for a few (PEP 563 keeps them as text until
  then; bindings of a newer jsii-pacmak say so themselves).
"""

import __future__

import gc
import os
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

CODE_CACHE = Path(__file__).parent.parent / ".cache" / "bindings"
"""Where set-up makes room for the code that is compiled otherwise than Python's own."""


class BindingsLoader(SourceFileLoader):
    """Loads a module out of the collector's sight (`gc.freeze`)."""

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


class PostponingLoader(BindingsLoader):
    """Loads a module with its annotations as text; the code is kept apart from Python's own, in `CODE_CACHE`."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The module's code, compiled at its first import and kept even where Python is told to keep none."""
        settings = sys.pycache_prefix, sys.dont_write_bytecode
        sys.pycache_prefix, sys.dont_write_bytecode = str(CODE_CACHE), False
        try:
            return super().get_code(fullname)
        finally:
            sys.pycache_prefix, sys.dont_write_bytecode = settings

    def source_to_code(self, data: Any, path: Any, *, _optimization: int = -1) -> CodeType:  # type: ignore[override]
        """Compile as if the module began with `from __future__ import annotations`."""
        flags = __future__.annotations.compiler_flag
        code: CodeType = compile(data, path, "exec", flags=flags, dont_inherit=True, optimize=_optimization)
        return code


def bindings_loader(fullname: str, path: str) -> BindingsLoader:
    """The loader for a module of the bindings: without a place for its code it is compiled by Python's rules."""
    postponing = os.access(CODE_CACHE, os.W_OK)
    return (PostponingLoader if postponing else BindingsLoader)(fullname, path)
