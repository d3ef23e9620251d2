"""Type hints of jsii's stubs, resolved once.

The prebuilt bindings check the arguments of each constructor against `typing.get_type_hints(<stub>)`, and resolve
the stub's annotations at each call (bindings of a newer jsii-pacmak memoise them: `cached_type_hints`).
"""

import typing
from collections.abc import Callable
from typing import Any

STUB_PREFIX = "_typecheckingstub__"


def memoise_stub_hints() -> None:
    """Make `typing.get_type_hints` answer for a stub of jsii from memory; any other object as before."""
    if not hasattr(typing.get_type_hints, "stock"):
        typing.get_type_hints = memoised(typing.get_type_hints)


def memoised(stock: Callable[..., dict[str, Any]]) -> Callable[..., dict[str, Any]]:
    """The function `stock` with a memory for jsii's stubs, whose annotations never change."""
    known: dict[Any, dict[str, Any]] = {}

    def get_type_hints(obj: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        if args or kwargs or not getattr(obj, "__name__", "").startswith(STUB_PREFIX):
            return stock(obj, *args, **kwargs)
        if obj not in known:
            known[obj] = stock(obj)
        return known[obj]

    get_type_hints.stock = stock  # type: ignore[attr-defined]
    return get_type_hints
