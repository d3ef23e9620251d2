"""What an unquoted YAML scalar means: YAML 1.2's core schema, and a refusal where YAML 1.1 differs.

Editors, PyYAML, Go and Terraform do not agree on words such as `no`, `010` or `12:30`; a configuration that
several tools read must not contain one unquoted.
"""

import re

Scalar = str | int | float | bool | None

_CONSTANTS: dict[str, Scalar] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,14})")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|(?:0|[1-9][0-9]{0,14})(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]{1,2})?")
DATE = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")
"""An unquoted date, which every reader that knows dates takes for the same day."""

_AMBIGUOUS = (
    (re.compile(r"yes|no|on|off", re.IGNORECASE), "a switch to some YAML readers and text to others"),
    (re.compile(r"[-+]?0[0-9_]+"), "octal to some YAML readers and decimal to others"),
    (
        re.compile(r"[-+]?0(?:o[0-7_]+|x[0-9a-fA-F_]+|b[01_]+)"),
        "a number to some YAML readers and text to others",
    ),
    (
        re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?"),
        "a number to base 60 to some YAML readers",
    ),
    (
        re.compile(r"[-+]?[0-9][0-9_]*_[0-9_]*(?:\.[0-9_]*)?"),
        "a number to some YAML readers and text to others",
    ),
    (re.compile(r"[-+]?[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?"), "a number too large to be read exactly"),
    (re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE), "not a number that JSON can carry"),
    (
        re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}(?:[Tt ].*)?"),
        "a date to some YAML readers and text to others",
    ),
)


class AmbiguousScalarError(ValueError):
    """An unquoted scalar that YAML readers understand differently; its text says how."""


def resolve(text: str) -> Scalar:
    """The value of an unquoted scalar.

    Raises AmbiguousScalarError where YAML 1.1 and 1.2 differ, or where JSON could not carry the value.
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    first = text[0]
    if not (first.isdigit() or first in "+-.yYnNoO"):
        return text
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text):
        return float(text)
    for pattern, reading in _AMBIGUOUS:
        if pattern.fullmatch(text):
            raise AmbiguousScalarError(reading)
    return text


def quoted(text: str) -> str:
    """How to write an ambiguous scalar so that every reader takes it alike."""
    switch = {"yes": "true", "on": "true", "no": "false", "off": "false"}.get(text.lower())
    return (
        f"write {switch} for a switch, or '{text}' for text" if switch else f"write it in quotes ('{text}')"
    )
