import threading
from dataclasses import dataclass
from typing import Any

import pytest

from lazy_bindings.node_process import background_loading


@dataclass
class Load:
    name: str


@dataclass
class Loaded:
    assembly: str
    types: int


class Node:
    """jsii's node process as far as it matters: it answers in the order of the requests."""

    def __init__(self) -> None:
        self.done: list[str] = []
        self.answering = threading.Event()

    def start(self) -> None:
        self.done.append("start")

    def send(self, request: Any, _response_type: Any) -> Any:
        if isinstance(request, Load):
            assert self.answering.wait(10)
            if request.name == "broken":
                raise RuntimeError("broken cannot be loaded")
        self.done.append(getattr(request, "name", request))
        return request

    def stop(self) -> None:
        self.done.append("stop")


class Late(Node):
    """jsii's process where Python is ending: node is there, the thread beside it is not allowed."""

    def start(self) -> None:
        self._process = self
        self._ctx_stack = self
        raise RuntimeError("can't create new thread at interpreter shutdown")

    def kill(self) -> None:
        self.done.append("kill")

    def communicate(self) -> None:
        self.done.append("communicate")

    def close(self) -> None:
        self.done.append("close")


@pytest.fixture
def node() -> Any:
    process = background_loading(Node, Load, Loaded)()
    process.start()
    yield process
    process.answering.set()
    process._worker.shutdown()


def test_a_load_is_answered_before_node_answers(node: Any) -> None:
    assert node.send(Load("cdktf"), Loaded).assembly == "cdktf"
    assert "cdktf" not in node.done


def test_another_request_waits_for_the_loads_before_it(node: Any) -> None:
    node.send(Load("constructs"), Loaded)
    node.send(Load("cdktf"), Loaded)
    threading.Timer(0.05, node.answering.set).start()
    assert node.send("create", None) == "create"
    assert node.done == ["start", "constructs", "cdktf", "create"]


def test_a_load_that_fails_raises_at_the_next_request(node: Any) -> None:
    node.answering.set()
    node.send(Load("broken"), Loaded)
    with pytest.raises(RuntimeError, match="broken cannot be loaded"):
        node.send("create", None)


def test_stopping_waits_for_the_loads(node: Any) -> None:
    node.send(Load("cdktf"), Loaded)
    threading.Timer(0.05, node.answering.set).start()
    node.stop()
    assert node.done == ["start", "cdktf", "stop"]


def test_node_is_ended_where_python_ends_before_it_has_started() -> None:
    process = background_loading(Late, Load, Loaded)()
    process.start()
    process._worker.shutdown()
    assert process.done == ["kill", "communicate", "close"]
    with pytest.raises(RuntimeError, match="interpreter shutdown"):
        process.send("create", None)
