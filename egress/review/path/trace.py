"""The trail of one request: the controls it has met, and what its sender sees where one refuses it."""

from typing import TYPE_CHECKING

from egress.review.answer import FROM_SITE, RESET, TLS_FAILURE, UNAVAILABLE, ClientView, Passage, Step
from egress.review.objects.workloads import Workload
from egress.review.request import Request

if TYPE_CHECKING:
    from egress.review.review import Review


class Ends(Exception):  # noqa: N818 - the request's end, whichever it is
    """A request is refused; `client` is what its sender sees."""

    def __init__(self, client: ClientView) -> None:
        self.client = client


class Trail:
    """Grows with every control that a request meets."""

    def __init__(self, review: "Review", source: Workload, request: Request) -> None:
        self.review = review
        self.source = source
        self.request = request
        self.meshed = source.meshed if request.sidecar is None else request.sidecar
        self.steps: list[Step] = []
        self.control = "source"
        """The control that is being asked, for a question it leaves open."""
        self.gateway = ""
        self.arrives = ""
        self.client: ClientView = FROM_SITE
        self.reads_http = True
        """The last proxy read requests; one that passes bytes on can answer nothing, it closes."""

        self.shakes_hands = request.scheme == "https"
        """The client's own handshake is passed on unread: what breaks then breaks that."""

        self.postponed: tuple[Step, ClientView] | None = None
        """A policy's refusal of a connection: Envoy asks it when the first byte comes, once it has connected on."""

    def connected(self) -> None:
        """A connection has come about. Raises Ends where a policy was waiting for that."""
        if self.postponed is not None:
            self.meet(*self.postponed)

    def meet(self, step: Step, refused: ClientView) -> None:
        """Add a control. Raises Ends where it refuses."""
        self.steps.append(step)
        if step.passage is Passage.REFUSES:
            raise Ends(refused)

    def refuse(self, control: str, reason: str, address: str | None, view: ClientView) -> None:
        """Add a control that refuses. Raises Ends."""
        self.meet(Step(control, Passage.REFUSES, reason, address), view)

    def broken(self) -> ClientView:
        """What a proxy's failed connection looks like to the client."""
        if self.shakes_hands:
            return TLS_FAILURE
        return UNAVAILABLE if self.reads_http else RESET

    def closed(self) -> ClientView:
        """What a connection that is closed without an answer looks like to a client without a proxy."""
        return TLS_FAILURE if self.request.scheme == "https" else RESET
