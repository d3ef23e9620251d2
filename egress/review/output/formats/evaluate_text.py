"""One answer as text: the verdict, what is seen, what decides."""

from egress.review.output.answered import Evaluated
from egress.review.output.answers import decided_text, explained, seen_text, verdict_text, why_text
from egress.review.output.escapes import plain


def render(document: Evaluated) -> str:
    """Render the answer."""
    answer = document.answer
    lines = [
        f"{document.source} -> {document.url}: {verdict_text(answer)}",
        f"  {seen_text(answer)}",
        f"  decided by {decided_text(answer)}",
    ]
    why = why_text(answer)
    if why:
        lines.append(f"  because {why}")
    if document.explain:
        lines += explained(answer)
    return "\n".join(map(plain, lines))
