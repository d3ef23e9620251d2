"""What is said of an explained request; every format of `why` takes it from here."""

from egress.review.answer import Verdict
from egress.review.decision.client import ClientSees
from egress.review.output.answers import verdict_text
from egress.review.output.texts.controls import control_text
from egress.review.output.texts.reasons import reason_text
from egress.review.why.explained import Explained
from egress.review.why.symptoms import CURL_EXITS, CURL_WORDS, PAGE, PLAIN, SYMPTOMS


def happened_text(case: Explained) -> str:
    """What the client sees."""
    return SYMPTOMS[case.answer.client].words


def control_and_reason(case: Explained) -> str:
    """The control that decides, and its reason."""
    step = case.answer.decisive
    return f"{control_text(step)}: {reason_text(step.reason)}" if step else ""


def plain_text(case: Explained) -> str:
    """The same in plain words; empty for what is allowed."""
    step = case.answer.decisive
    return PLAIN[step.control] if step and case.answer.verdict is not Verdict.ALLOWED else ""


def page_of(case: Explained) -> str:
    """The page's part on the symptom."""
    return f"{PAGE}#{SYMPTOMS[case.answer.client].anchor}"


def differs_text(case: Explained) -> str:
    """What a log reports that the review does not expect; empty where they agree."""
    if case.logged and case.answer.verdict is Verdict.ALLOWED:
        return (
            "the review allows this request: the site, its network, or a cluster that holds another state "
            "than the input made it fail"
        )
    return ""


def curl_text(code: int, case: Explained | None) -> str:
    """What curl's exit code means, and whether the review expects it."""
    words = f"curl exit {code}: {CURL_WORDS[code]}"
    if case is None:
        seen = CURL_EXITS.get(code)
        return f"{words} ({PAGE}#{SYMPTOMS[seen].anchor})" if seen else words
    if case.answer.client in (CURL_EXITS.get(code), ClientSees.UNDECIDED):
        return f"{words}; the review expects it"
    return f"{words}; the review expects this instead: {happened_text(case)}"


def headline(case: Explained) -> str:
    """Who asked what, and the verdict."""
    times = f" ({case.lines} lines)" if case.lines > 1 else ""
    asked = case.asked
    return f"{asked.method} {asked.url} from {asked.source}{times}: {verdict_text(case.answer)}"
