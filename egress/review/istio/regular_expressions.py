"""Regular expressions as Envoy reads them: RE2 itself, linear in the length of the text."""

from functools import lru_cache
from typing import Any

from egress.review.decision.reason import Reason, Why
from egress.review.errors import Undecided


def fits(pattern: str, text: str) -> bool:
    """True when a pattern takes a whole text. Raises Undecided for one that RE2 does not compile."""
    return _compiled(pattern).fullmatch(text) is not None


def replaced(pattern: str, substitution: str, text: str) -> str:
    r"""A text with every place that a pattern takes replaced; `\\1` is the pattern's first group."""
    return str(_compiled(pattern).sub(substitution, text))


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> Any:
    import re2  # only where an input has an expression: loading it costs every start

    options = re2.Options()
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        told = error.args[0] if error.args else error
        text = told.decode(errors="replace") if isinstance(told, bytes) else str(told)
        raise Undecided(Reason(Why.REGULAR_EXPRESSION, pattern=pattern, error=text)) from error
