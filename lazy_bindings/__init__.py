"""Lazy loading of cdktf's prebuilt provider bindings.

The google provider alone is 1,470 Python modules and as many JavaScript ones; its package imports all of
them, on both sides, for the thirty that a stack uses. `install()` makes both sides load a resource when it is
first used:

    import lazy_bindings

    lazy_bindings.install()  # before anything of cdktf is imported

    from cdktf_cdktf_provider_google.compute_network import ComputeNetwork

The synthesized JSON is the same byte for byte, type checkers see the packages as they are, and a provider
package of another shape is loaded the stock way with one `LazyBindingsWarning`. `EGRESS_LAZY_BINDINGS=off`
turns all of it off (but for the node of the lock file and jsii's cache).
"""

import os
import sys

from lazy_bindings.finder import LazyProviderFinder
from lazy_bindings.node import add_node_options, prepare_node
from lazy_bindings.node_process import load_in_background
from lazy_bindings.shape import PREFIX, LazyBindingsWarning, warn
from lazy_bindings.type_hints import memoise_stub_hints

__all__ = ["SWITCH", "LazyBindingsWarning", "install", "is_installed"]

SWITCH = "EGRESS_LAZY_BINDINGS"
"""The environment variable that turns lazy loading off when it says `off`."""


def install() -> None:
    """Load provider bindings lazily from here on; a second call changes nothing.

    A package or a node process that was there before is not touched: one `LazyBindingsWarning` says so.
    """
    prepare_node(os.environ)
    if os.environ.get(SWITCH, "").lower() == "off" or is_installed():
        return
    for module in sorted(sys.modules):
        if module in ("cdktf", "constructs") or (module.startswith(PREFIX) and "." not in module):
            warn(module, "it was imported before lazy_bindings.install()")
    add_node_options(os.environ)
    load_in_background()
    memoise_stub_hints()
    sys.meta_path.insert(0, LazyProviderFinder())


def is_installed() -> bool:
    """Whether this process loads provider packages lazily."""
    return any(isinstance(finder, LazyProviderFinder) for finder in sys.meta_path)
