import typing
from typing import Any

from lazy_bindings.type_hints import memoised


def _typecheckingstub__example(value: "int") -> None: ...


def plain(value: "int") -> None: ...


def counted(calls: list[Any]) -> Any:
    def stock(obj: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        calls.append(obj)
        return typing.get_type_hints(obj, *args, **kwargs)

    return memoised(stock)


def test_a_stub_is_resolved_once() -> None:
    calls: list[Any] = []
    hints = counted(calls)
    assert hints(_typecheckingstub__example) == hints(_typecheckingstub__example)
    assert hints(_typecheckingstub__example)["value"] is int
    assert calls == [_typecheckingstub__example]


def test_any_other_function_is_resolved_each_time() -> None:
    calls: list[Any] = []
    hints = counted(calls)
    assert hints(plain) == hints(plain) == {"value": int, "return": type(None)}
    assert calls == [plain, plain]


def test_a_stub_asked_for_with_options_is_resolved_with_them() -> None:
    calls: list[Any] = []
    hints = counted(calls)
    hints(_typecheckingstub__example)
    assert hints(_typecheckingstub__example, include_extras=True)["value"] is int
    assert len(calls) == 2
