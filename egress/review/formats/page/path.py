"""The picture of the way a request takes, with the control that stops it."""

from html import escape

from egress.review.answer import Answer, Passage

STATIONS = (
    ("Pod", ("source", "network policy (DNS)", "private DNS")),
    ("Sidecar", ("sidecar",)),
    ("Network policy", ("network policy (egress)",)),
    ("Firewall", ("VPC firewall", "route and NAT", "service")),
    ("Gateway", ("gateway", "network policy (ingress)")),
    ("Policy", ("authorization policy",)),
)
WIDTH, HEIGHT, STEP = 900, 84, 114


def picture(identity: str, host: str, answer: Answer) -> str:
    """An SVG with a text alternative; a cross marks where the request ends."""
    stopped = next(
        (step for step in answer.steps if step.passage in (Passage.REFUSES, Passage.UNKNOWN)), None
    )
    behind_gateway = stopped is not None and bool(answer.through) and _passed_policy(answer)
    at = _station(stopped.control) if stopped is not None else len(STATIONS)
    if behind_gateway:
        at = len(STATIONS) - 1
    met = {0} | {_station(step.control) for step in answer.steps}
    parts = []
    for number, (name, _) in enumerate(STATIONS):
        kind = "stop" if number == at else "met" if number in met and number < at else "away"
        x = 10 + number * STEP
        mark = "\u2715" if number == at else "\u2713" if kind == "met" else ""
        parts.append(
            f'<g class="{kind}"><rect x="{x}" y="22" width="98" height="40" rx="6"/>'
            f'<text x="{x + 49}" y="46" text-anchor="middle">{name}</text>'
            f'<text class="mark" x="{x + 49}" y="16" text-anchor="middle">{mark}</text></g>'
        )
        if number:
            reached = "reached" if number <= at else "away"
            parts.append(f'<path class="{reached}" d="M{x - 16} 42h14"/>')
    x = 10 + len(STATIONS) * STEP
    arrives = stopped is None
    parts.append(f'<path class="{"reached" if arrives else "away"}" d="M{x - 16} 42h14"/>')
    parts.append(
        f'<g class="{"met" if arrives else "away"}"><rect x="{x}" y="22" width="190" height="40" rx="20"/>'
        f'<text x="{x + 95}" y="46" text-anchor="middle">{escape(host[:26])}</text></g>'
    )
    end = f"is stopped at: {stopped.control}" if stopped else "arrives"
    label = escape(f"The request of {identity} to {host} {end}", quote=True)
    return f'<svg role="img" aria-label="{label}" viewBox="0 0 {WIDTH} {HEIGHT}">{"".join(parts)}</svg>'


def _station(control: str) -> int:
    """Which station a control belongs to; the longest name that fits."""
    best, length = 0, -1
    for number, (_, controls) in enumerate(STATIONS):
        for known in controls:
            if control.startswith(known) and len(known) > length:
                best, length = number, len(known)
    return best


def _passed_policy(answer: Answer) -> bool:
    return any(
        step.control == "authorization policy" and step.passage is Passage.PASSES for step in answer.steps
    )
