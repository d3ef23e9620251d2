"""What is said of an answer, in words and as JSON; every formatter takes it from here."""

from typing import Any

from egress.review.answer import Answer, Verdict
from egress.review.decision.client import ClientSees
from egress.review.decision.decision import Decision, Outcome
from egress.review.output.texts.arrivals import arrival_text
from egress.review.output.texts.clients import client_text
from egress.review.output.texts.conditions import conditions_texts
from egress.review.output.texts.controls import NAMES, control_text
from egress.review.output.texts.reasons import reason_text

FAILURES = (ClientSees.WRONG_CERTIFICATE, ClientSees.TLS_FAILURE)
"""What a client may see of a request that is let through and arrives."""


def as_json(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """An answer's fields; with `explain` every control on the way."""
    decisive = answer.decisive
    found: dict[str, Any] = {
        "verdict": str(answer.verdict),
        "client": client_text(answer),
        "status": answer.client.status,
        "arrives": arrival_text(answer.arrival) or None,
        "through": answer.through or None,
        "decided_by": step_json(decisive) if decisive else None,
    }
    if decisive and decisive.causes:
        found["causes"] = [cause._asdict() for cause in decisive.causes]
    if answer.conditions:
        found["conditions"] = conditions_texts(answer.conditions)
    if answer.not_given:
        found["not_given"] = [NAMES[control] for control in answer.not_given]
    if explain:
        found["steps"] = [step_json(step) for step in answer.steps]
    return found


def step_json(step: Decision) -> dict[str, Any]:
    """A control's part in an answer."""
    return {
        "control": control_text(step),
        "passage": str(step.outcome),
        "reason": reason_text(step.reason),
        "address": step.address,
    }


def verdict_text(answer: Answer) -> str:
    """The verdict in a word or two, with what was not given."""
    text = str(answer.verdict)
    if answer.verdict is Verdict.CONDITIONAL:
        text += f" ({'; '.join(conditions_texts(answer.conditions))})"
    if answer.verdict is Verdict.ALLOWED and answer.not_given:
        text += f" ({', '.join(NAMES[control] for control in answer.not_given)} not given)"
    return text


def seen_text(answer: Answer) -> str:
    """What the client sees, or where an allowed request arrives."""
    if answer.verdict in (Verdict.ALLOWED, Verdict.CONDITIONAL):
        way = f"through {answer.through}" if answer.through else "directly"
        wrong = (
            f", {client_text(answer)}"
            if answer.client in FAILURES and answer.verdict is Verdict.ALLOWED
            else ""
        )
        return f"{arrival_text(answer.arrival)}, {way}{wrong}"
    return client_text(answer)


def decided_text(answer: Answer) -> str:
    """The control that decides, with its address."""
    step = answer.decisive
    if step is None:
        return ""
    return f"{control_text(step)}: {step.address or reason_text(step.reason)}"


def why_text(answer: Answer) -> str:
    """The reason of the control that decides; empty where `decided_text` says it already."""
    step = answer.decisive
    return reason_text(step.reason) if step is not None and step.address else ""


MARKS = {
    Outcome.PASSES: "passes",
    Outcome.REFUSES: "REFUSES",
    Outcome.UNKNOWN: "UNKNOWN",
    Outcome.NOT_GIVEN: "not given",
}


def explained(answer: Answer) -> list[str]:
    """Every control in order, for `--explain`."""
    lines = []
    for number, step in enumerate(answer.steps, 1):
        lines.append(f"  {number:2} {MARKS[step.outcome]:9} {control_text(step)}: {reason_text(step.reason)}")
        if step.address:
            lines.append(f"               {step.address}")
    return lines
