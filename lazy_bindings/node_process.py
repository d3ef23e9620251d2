"""jsii's node process, loading assemblies while Python goes on.

jsii waits for the answer to each `load` (node's start, then 0.3 s for cdktf and the providers), although the answer
holds nothing that Python needs before the first object is made. Here a background thread waits, and any other
request waits for it. `_NodeProcess` is private to jsii, so its shape is checked first.
"""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

from lazy_bindings.shape import warn


def load_in_background() -> None:
    """Start jsii's node now, and let it load assemblies, both in the background."""
    import jsii
    from jsii._kernel.providers import process as jsii_process

    stock: Any = getattr(jsii_process, "_NodeProcess", None)
    requests = (getattr(jsii_process, "LoadRequest", None), getattr(jsii_process, "LoadResponse", None))
    if (
        not all(callable(getattr(stock, method, None)) for method in ("start", "send", "stop"))
        or None in requests
    ):
        warn("jsii's node process", "this jsii starts it another way")
        return
    jsii_process._NodeProcess = background_loading(stock, *requests)  # type: ignore[misc]
    _ = getattr(jsii.kernel.provider, "_process", None)  # made, and so started, when it is first read


def background_loading(stock: Any, load_request: Any, load_response: Any) -> Any:
    """The node process class `stock`, answering `load` requests at once."""

    class BackgroundLoadingProcess(stock):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="jsii-load")
            self._loading: list[Future[Any]] = []

        def start(self) -> None:
            self._loading.append(self._worker.submit(self._start))

        def _start(self) -> None:
            """Start node; end it again where Python itself is ending by now, and allows no more threads (3.12)."""
            try:
                super().start()
            except RuntimeError:
                if process := getattr(self, "_process", None):
                    process.kill()
                    process.communicate()
                if files := getattr(self, "_ctx_stack", None):
                    files.close()
                raise

        def send(self, request: Any, response_type: Any) -> Any:
            if isinstance(request, load_request):
                self._loading.append(self._worker.submit(super().send, request, response_type))
                return load_response(assembly=request.name, types=0)
            self._settle()
            return super().send(request, response_type)

        def stop(self) -> None:
            self._worker.shutdown(wait=True)
            super().stop()

        def _settle(self) -> None:
            """Wait for the loads under way; the first that failed raises here."""
            while self._loading:
                self._loading.pop(0).result()

    return BackgroundLoadingProcess
