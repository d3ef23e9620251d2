"""What no text of a configuration may hold, whatever it is for."""

import re
from collections.abc import Iterator

INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)
"""Control characters but tab and line feed, and those that reorder text in an editor or a review."""

_TEMPLATE = re.compile(r"[$%]\{")


def check_text(text: str) -> Iterator[str]:
    """What no text of a configuration may hold, whatever it is for."""
    template = _TEMPLATE.search(text)
    if template:
        yield f"Terraform would read {template.group()} as a template of its own: write the text without it"
    invisible = INVISIBLE.search(text)
    if invisible:
        yield f"the text holds the invisible character U+{ord(invisible.group()):04X}: remove it"
