"""The way of a request as stations: where it passed, where it was stopped, where nobody could tell."""

from dataclasses import dataclass

from egress.review.answer import Answer, Passage, Step

POD, GATEWAY, BEYOND = "the Pod", "the gateway", "beyond the gateway"

_WORST = (Passage.REFUSES, Passage.UNKNOWN, Passage.NOT_GIVEN, Passage.PASSES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Station:
    """Controls that follow each other at one place, by the numbers of their steps (from 1)."""

    zone: str
    name: str
    passage: Passage
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
            passage = min(last.passage, step.passage, key=_WORST.index)
            found[-1] = Station(zone=zone, name=name, passage=passage, first=last.first, last=number)
        else:
            found.append(Station(zone=zone, name=name, passage=step.passage, first=number, last=number))
    return tuple(found)


def stop(answer: Answer) -> Step | None:
    """The control that refuses the request or leaves it open; None where it arrives."""
    return next((s for s in reversed(answer.steps) if s.passage in (Passage.REFUSES, Passage.UNKNOWN)), None)


def _zone(control: str, before: str) -> str:
    """Where a control stands: a sidecar's is the Pod's, however late it is heard."""
    if control.startswith("sidecar"):
        return POD
    if control.startswith(("gateway", "authorization", "network policy (ingress)")):
        return GATEWAY
    return POD if before == POD else BEYOND


def _name(control: str) -> str:
    """A station's name: several controls of a proxy are one station."""
    if control.startswith("sidecar"):
        return "Sidecar"
    if control in ("gateway route", "gateway TLS"):
        return "Gateway's route"
    if control.startswith("gateway"):
        return "Gateway's listener"
    if control == "network policy (DNS)":
        return "Name lookup"
    plain = control.partition(" (")[0]
    return plain[:1].upper() + plain[1:]
