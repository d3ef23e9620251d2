"""What is said of an answer, in words and as JSON; every formatter takes it from here."""

from typing import Any

from egress.review.answer import Answer, Passage, Step, Verdict


def as_json(answer: Answer, *, explain: bool = False) -> dict[str, Any]:
    """An answer's fields; with `explain` every control on the way."""
    decisive = answer.decisive
    found: dict[str, Any] = {
        "verdict": str(answer.verdict),
        "client": answer.client.text,
        "status": answer.client.status,
        "arrives": answer.arrives or None,
        "through": answer.through or None,
        "decided_by": step_json(decisive) if decisive else None,
    }
    if answer.conditions:
        found["conditions"] = list(answer.conditions)
    if answer.not_given:
        found["not_given"] = list(answer.not_given)
    if explain:
        found["steps"] = [step_json(step) for step in answer.steps]
    return found


def step_json(step: Step) -> dict[str, Any]:
    """A control's part in an answer."""
    return {
        "control": step.control,
        "passage": str(step.passage),
        "reason": step.reason,
        "address": step.address,
    }


def verdict_text(answer: Answer) -> str:
    """The verdict in a word or two, with what was not given."""
    text = str(answer.verdict)
    if answer.verdict is Verdict.CONDITIONAL:
        text += f" ({'; '.join(answer.conditions)})"
    if answer.verdict is Verdict.ALLOWED and answer.not_given:
        text += f" ({', '.join(answer.not_given)} not given)"
    return text


def seen_text(answer: Answer) -> str:
    """What the client sees, or where an allowed request arrives."""
    if answer.verdict in (Verdict.ALLOWED, Verdict.CONDITIONAL):
        way = f"through {answer.through}" if answer.through else "directly"
        wrong = f", {answer.client.text}" if answer.client.text.startswith("certificate") else ""
        return f"{answer.arrives}, {way}{wrong}"
    return answer.client.text


def decided_text(answer: Answer) -> str:
    """The control that decides, with its address."""
    step = answer.decisive
    if step is None:
        return ""
    return f"{step.control}: {step.address or step.reason}"


MARKS = {
    Passage.PASSES: "passes",
    Passage.REFUSES: "REFUSES",
    Passage.UNKNOWN: "UNKNOWN",
    Passage.NOT_GIVEN: "not given",
}


def explained(answer: Answer) -> str:
    """Every control in order, for `--explain`."""
    lines = []
    for number, step in enumerate(answer.steps, 1):
        lines.append(f"  {number:2} {MARKS[step.passage]:9} {step.control}: {step.reason}")
        if step.address:
            lines.append(f"               {step.address}")
    return "\n".join(lines)
