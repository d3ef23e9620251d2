"""The answer of `why` as text."""

from collections.abc import Iterator

from egress.review.output.escapes import lines, plain
from egress.review.output.why import (
    control_and_reason,
    curl_text,
    differs_text,
    happened_text,
    headline,
    page_of,
    plain_text,
)
from egress.review.why.explained import Explained, Why


def render(document: Why) -> str:
    """Render every case, then what was not understood."""
    blocks = ["\n".join(_case(case, document.curl_exit)) for case in document.cases]
    if not document.cases and document.curl_exit is not None:
        blocks.append(curl_text(document.curl_exit, None))
    if document.tally is not None:
        blocks.append("\n".join(_read(document)))
    return "\n\n".join(blocks)


def _case(case: Explained, curl_exit: int | None) -> Iterator[str]:
    yield plain(headline(case))
    step, remedy = case.answer.decisive, case.remedy
    rows = [
        ("what happened", happened_text(case)),
        ("the log says", case.logged),
        ("but", differs_text(case)),
        ("curl", curl_text(curl_exit, case) if curl_exit is not None else ""),
        ("control", control_and_reason(case)),
        ("in plain words", plain_text(case)),
        ("object", step.address or "" if step else ""),
        ("line", str(remedy.deciding) if remedy and remedy.deciding else ""),
        ("more", page_of(case)),
    ]
    yield from (f"  {name:14}  {plain(text)}" for name, text in rows if text)
    if remedy is None:
        if case.refused:
            yield "  Name the environment with --config NAME for the line that decides and the patch."
        return
    if remedy.unpatched:
        yield f"  No patch: {plain(remedy.unpatched)}"
    if remedy.patch:
        yield "  This patch would allow it; apply it with `git apply` (or `patch -p1`), then synthesize again:"
        yield from (f"  - {plain(note)}" for note in remedy.notes)
        yield ""
        yield lines(remedy.patch.rstrip("\n"))


def _read(document: Why) -> Iterator[str]:
    if document.tally is not None:
        yield lines(document.tally.told())
    if document.fine:
        yield f"{document.fine} lines are of requests that the review allows and that did not fail"
    yield from (f"not answered, {plain(str(each))}" for each in document.unanswered)
