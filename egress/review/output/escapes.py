"""One escape per output: nothing of an input is a command to a terminal, a page, a table or a spreadsheet."""

import re
from html import escape

_CONTROLS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters, those that change the direction of writing, invisible ones, and halves of characters."""
_ANY = re.compile(_CONTROLS.pattern.replace("[", "[\t\n", 1))

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that a spreadsheet computes."""


def plain(text: str) -> str:
    """One line for a terminal, its control characters written out."""
    return _ANY.sub(_written, text)


def lines(text: str) -> str:
    """Several lines of the program's own making: its line ends stay, other control characters are written out."""
    return _CONTROLS.sub(_written, text)


class Markup(str):
    """Markdown of the program's own, its parts escaped."""

    __slots__ = ()


def markdown(text: str, *, own_code: bool = False) -> str:
    """Text inside a line of Markdown: no table, link, element or mention begins in it.

    `own_code` keeps what the program itself put between backticks.
    """
    if isinstance(text, Markup):
        return text
    found = plain(text).replace("\\", "\\\\").replace("|", "\\|")
    found = found if own_code else found.replace("`", "'")
    found = found.replace("<", "&lt;").replace("](", "]\\(").replace("@", "&#64;")
    return found.replace("![", "!\\[")


def code(text: str) -> Markup:
    """Text between backticks."""
    return Markup(f"`{plain(text).replace('`', chr(39)).replace('|', chr(92) + '|')}`")


def html(text: str) -> str:
    """Text of a page, inside an element or an attribute."""
    return escape(plain(text))


def cell(text: str) -> str:
    """A cell of a spreadsheet that is text, whatever it begins with."""
    found = plain(text)
    return f"'{found}" if found.startswith(_FORMULA) else found


def _written(found: re.Match[str]) -> str:
    number = ord(found[0])
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
