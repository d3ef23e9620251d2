"""The way of a request as stations: where it passed, where it was stopped, where nobody could tell."""

from dataclasses import dataclass

from egress.review.answer import Answer
from egress.review.decision.control import Control
from egress.review.decision.decision import Decision, Outcome
from egress.review.output.texts.controls import NAMES

POD, GATEWAY, BEYOND = "the Pod", "the gateway", "beyond the gateway"

_WORST = (Outcome.REFUSES, Outcome.UNKNOWN, Outcome.NOT_GIVEN, Outcome.PASSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Controls that follow each other at one place, by the numbers of their steps (from 1)."""

    zone: str
    name: str
    outcome: Outcome
    first: int
    last: int


def stations(answer: Answer) -> tuple[Station, ...]:
    """The stations that a request met, in order. None is shown that it did not meet."""
    found: list[Station] = []
    zone = POD
    for number, step in enumerate(answer.steps, 1):
        zone, name = _zone(step.control, zone), _name(step.control)
        last = found[-1] if found else None
        if last and (last.zone, last.name) == (zone, name):
            outcome = min(last.outcome, step.outcome, key=_WORST.index)
            found[-1] = Station(zone=zone, name=name, outcome=outcome, first=last.first, last=number)
        else:
            found.append(Station(zone=zone, name=name, outcome=step.outcome, first=number, last=number))
    return tuple(found)


def stop(answer: Answer) -> Decision | None:
    """The control that refuses the request or leaves it open; None where it arrives."""
    return next((s for s in reversed(answer.steps) if s.outcome in (Outcome.REFUSES, Outcome.UNKNOWN)), None)


def _zone(control: Control, before: str) -> str:
    """Where a control stands: a sidecar's is the Pod's, however late it is heard."""
    if control in _SIDECAR:
        return POD
    if control in _AT_GATEWAY:
        return GATEWAY
    return POD if before == POD else BEYOND


def _name(control: Control) -> str:
    """A station's name: several controls of a proxy are one station."""
    if control in _SIDECAR:
        return "Sidecar"
    if control in (Control.GATEWAY_ROUTE, Control.GATEWAY_TLS):
        return "Gateway's route"
    if control in _GATEWAY:
        return "Gateway's listener"
    if control is Control.NETWORK_POLICY_DNS:
        return "Name lookup"
    plain = NAMES[control].partition(" (")[0]
    return plain[:1].upper() + plain[1:]


_SIDECAR = frozenset(
    {
        Control.SIDECAR,
        Control.SIDECAR_SCOPE,
        Control.SIDECAR_REGISTRY,
        Control.SIDECAR_ROUTE,
        Control.SIDECAR_TLS,
        Control.INBOUND_SIDECAR,
        Control.INJECTION,
    }
)
_GATEWAY = frozenset(
    {
        Control.GATEWAY,
        Control.GATEWAY_LISTENER,
        Control.GATEWAY_IDENTITY,
        Control.GATEWAY_PROTOCOL,
        Control.GATEWAY_ROUTE,
        Control.GATEWAY_TLS,
    }
)
_AT_GATEWAY = _GATEWAY | {Control.AUTHORIZATION_POLICY, Control.NETWORK_POLICY_INGRESS}
