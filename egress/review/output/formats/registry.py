"""The one interface of every verb's output, and which formats a verb has.

A formatter is imported when it is asked for: a pipe does not pay for what draws on a terminal.
"""

import importlib
import sys
from collections.abc import Mapping
from typing import Any, Protocol, cast

MANY = 2_000
"""A table of more rows is plain on a terminal too: drawing takes about a millisecond a row, and nobody reads it."""

FORMATS: Mapping[str, tuple[str, ...]] = {
    "list": ("text", "json", "csv", "markdown"),
    "evaluate": ("text", "json"),
    "why": ("text", "json"),
    "due": ("text", "json", "ics"),
    "evidence": ("csv", "html"),
    "diff": ("text", "json", "markdown"),
    "findings": ("text", "json", "markdown", "sarif"),
    "replay": ("text", "json", "markdown"),
    "summary": ("markdown", "json"),
    "report": ("html",),
}
"""The formats that a person may name, the default first."""

DRAWN = frozenset({"list", "evaluate", "diff", "findings"})
"""The verbs whose text has a form for terminals: VERB_terminal.py."""


class Format(Protocol):
    """A formatter: a module that turns a verb's document into text."""

    def render(self, document: Any, /) -> str:
        """The document as text, without a line end after it."""
        ...


def render(verb: str, format_: str, document: object, size: int = 0) -> str:
    """A verb's document in one of its formats; text is drawn where a person looks at fewer than MANY rows."""
    if format_ == "text" and verb in DRAWN and size <= MANY and on_terminal():
        return formatter(verb, "terminal").render(document)
    return formatter(verb, format_).render(document)


def formatter(verb: str, format_: str) -> Format:
    """The formatter of a verb and format."""
    return cast("Format", importlib.import_module(f"egress.review.output.formats.{verb}_{format_}"))


def on_terminal() -> bool:
    """Whether a person looks at what is printed."""
    return sys.stdout.isatty()
