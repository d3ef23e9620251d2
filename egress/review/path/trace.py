"""The trace of one request: what it has met so far, and how it ended."""

from typing import NamedTuple

from egress.review.decision.arrival import Arrival
from egress.review.decision.client import ClientSees
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.decision.reason import Reason
from egress.review.errors import Undecided
from egress.review.istio.forwarding import Forwarding
from egress.review.objects.workloads import Workload


class Refused(NamedTuple):
    """A control refuses the request: this is what its client sees."""

    client: ClientSees


class Arrived(NamedTuple):
    """The request has arrived; the client sees what is made of it there."""

    arrival: Arrival
    client: ClientSees = ClientSees.SITE_ANSWER


class AtGateway(NamedTuple):
    """The request has reached a gateway, which does something with it."""

    gateway: Workload
    forwarding: Forwarding


class Trace:
    """Grows with every control that a request meets; nothing is taken back."""

    def __init__(self) -> None:
        self.decisions: list[Decision] = []
        self._asked: list[tuple[Control, str]] = [(Control.SOURCE, "")]
        self._gateways: list[str] = []
        self._waiting: list[tuple[Decision, ClientSees]] = []
        self._restricting: list[Decision] = []

    @property
    def gateway(self) -> str:
        """The gateway that was reached last; empty before the first."""
        return self._gateways[-1] if self._gateways else ""

    def enter(self, gateway: Workload) -> None:
        """Note that a gateway is reached."""
        self._gateways.append(gateway.identity)

    def ask(self, control: Control, workload: str = "") -> None:
        """Note which control is asked next: it is the one that leaves a question open."""
        self._asked.append((control, workload))

    def add(self, *decisions: Decision) -> None:
        """Note what controls decide that do not end the request here."""
        self.decisions.extend(decisions)

    def meet(self, decision: Decision, client: ClientSees) -> Refused | None:
        """Note what a control decides. `client` is what is seen where it refuses."""
        self.decisions.append(decision)
        return Refused(client) if decision.refuses else None

    def refuse(self, control: Control, reason: Reason, address: str | None, client: ClientSees) -> Refused:
        """Note a control that refuses."""
        self.decisions.append(Decision(control, Outcome.REFUSES, reason, address))
        return Refused(client)

    def postpone(self, decision: Decision, client: ClientSees) -> None:
        """Note a policy's refusal of a connection.

        Envoy asks the policy when the first byte comes, once it has connected on.
        """
        self._waiting.append((decision, client))

    def connected(self) -> Refused | None:
        """Note that a connection has come about: a policy that waits for it refuses now."""
        return self.meet(*self._waiting[-1]) if self._waiting else None

    def restrict(self, undecided: Undecided) -> None:
        """Note what the control that was asked last may refuse, and never allow: a refusal stands without it."""
        self._restricting.append(self._open(undecided))

    def restricted(self) -> bool:
        """Close the trace of a request that has arrived; true where something may have refused it."""
        self.decisions += self._restricting
        return bool(self._restricting)

    @property
    def sooner(self) -> bool:
        """True where something on the way may have refused the request before what ends it."""
        return bool(self._restricting)

    def _open(self, undecided: Undecided) -> Decision:
        control, workload = self._asked[-1]
        causes = undecided.causes
        return Decision(control, Outcome.UNKNOWN, undecided.reason, causes[0].address, workload, causes)

    def leave_open(self, undecided: Undecided) -> Refused | None:
        """Note what the control that was asked last leaves open.

        Where a policy waits with a refusal, that ends the request, whatever the way on is like.
        """
        refused = self.connected()
        if refused is not None:
            return refused
        self.decisions.append(self._open(undecided))
        return None
