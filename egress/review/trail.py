"""The trail of one request: the controls it has met so far, and how it ends."""

from typing import TYPE_CHECKING

from egress.review.answer import FROM_SITE, RESET, TLS_FAILURE, UNAVAILABLE, ClientView, Passage, Step
from egress.review.request import Request
from egress.review.workloads import Workload

if TYPE_CHECKING:
    from egress.review.review import Review


class Ends(Exception):  # noqa: N818 - the request's end, whichever it is
    """A request is refused; `client` is what its sender sees."""

    def __init__(self, client: ClientView) -> None:
        self.client = client


class Trail:
    """What is known of one request on its way; `trail` grows with every control it meets."""

    def __init__(self, review: "Review", source: Workload, request: Request) -> None:
        self.review = review
        self.source = source
        self.request = request
        self.meshed = source.meshed if request.sidecar is None else request.sidecar
        self.trail: list[Step] = []
        self.control = "source"
        self.gateway = ""
        self.arrives = ""
        self.client: ClientView = FROM_SITE
        self.reads_http = True
        """The last proxy read requests; one that passes bytes on can answer nothing, it closes."""

    def _meet(self, step: Step, refused: ClientView) -> None:
        self.trail.append(step)
        if step.passage is Passage.REFUSES:
            raise Ends(refused)

    def _refuse(self, control: str, reason: str, address: str | None, view: ClientView) -> None:
        self.trail.append(Step(control, Passage.REFUSES, reason, address))
        raise Ends(view)

    def _broken(self) -> ClientView:
        """What a proxy's failed connection looks like to the client."""
        if self.request.scheme == "https":
            return TLS_FAILURE
        return UNAVAILABLE if self.reads_http else RESET
