"""Terraform's template and expression syntax, as far as cdktf writes it.

Parses text with `${...}` into literal parts and expression trees. Conditionals, operators, `for` and splat
expressions are refused by name rather than misread.
"""

import re
from dataclasses import dataclass

from egress.terraform.errors import TerraformError


@dataclass(frozen=True)
class Literal:
    """A string, number, boolean or null."""

    value: str | int | float | bool | None


@dataclass(frozen=True)
class Reference:
    """A traversal such as `google_compute_subnetwork.gke.secondary_ip_range[0].range_name`."""

    steps: tuple[str | int, ...]

    def __str__(self) -> str:
        text = "".join(f"[{s}]" if isinstance(s, int) else f".{s}" for s in self.steps)
        return text.removeprefix(".")


@dataclass(frozen=True)
class Call:
    """A function call."""

    function: str
    arguments: tuple["Expression", ...]


@dataclass(frozen=True)
class Tuple:
    """`[a, b]`."""

    items: tuple["Expression", ...]


@dataclass(frozen=True)
class Mapping:
    """`{ "a" = b }`."""

    items: tuple[tuple["Expression", "Expression"], ...]


@dataclass(frozen=True)
class Index:
    """A traversal that starts at something other than a reference, such as `lookup(x, "y")[0]`."""

    base: "Expression"
    steps: tuple[str | int, ...]


@dataclass(frozen=True)
class Template:
    """Literal text and expressions in turn."""

    parts: tuple["Expression", ...]


Expression = Literal | Reference | Call | Tuple | Mapping | Index | Template

_TOKEN = re.compile(
    r"\s*(?:(?P<number>-?\d+(?:\.\d+)?)|(?P<name>[A-Za-z_][A-Za-z0-9_-]*)|(?P<mark>[.\[\](){},=:])|(?P<quote>\"))"
)
_KEYWORDS: dict[str, bool | None] = {"true": True, "false": False, "null": None}


def parse_template(text: str) -> Expression:
    """Parse a JSON string value; a text that is one `${...}` alone keeps its expression's type."""
    parts, end = _template(text, 0, closing="")
    if end != len(text):
        raise TerraformError(f"cannot read the template {text!r} from character {end}")
    if not parts:
        return Literal("")
    return parts[0] if len(parts) == 1 else Template(tuple(parts))


def _template(text: str, at: int, *, closing: str) -> tuple[list[Expression], int]:
    """Read literal text and interpolations until `closing` (a quote) or the end."""
    parts: list[Expression] = []
    literal: list[str] = []

    def flush() -> None:
        if literal:
            parts.append(Literal("".join(literal)))
            literal.clear()

    while at < len(text):
        if closing and text[at] == closing:
            break
        if text.startswith(("$${", "%%{"), at):
            literal.append(text[at + 1 : at + 3])
            at += 3
        elif text.startswith("${", at):
            flush()
            expression, at = _expression(text, at + 2)
            at = _expect(text, at, "}")
            parts.append(expression)
        elif text.startswith("%{", at):
            raise TerraformError(f"template directives are not read here: {text!r}")
        elif closing and text[at] == "\\":
            literal.append({"n": "\n", "t": "\t"}.get(text[at + 1], text[at + 1]))
            at += 2
        else:
            literal.append(text[at])
            at += 1
    flush()
    return parts, at


def _expression(text: str, at: int) -> tuple[Expression, int]:
    base, at = _primary(text, at)
    steps, at = _steps(text, at)
    if not steps:
        return base, at
    if isinstance(base, Reference):
        return Reference(base.steps + steps), at
    return Index(base, steps), at


def _primary(text: str, at: int) -> tuple[Expression, int]:
    token = _TOKEN.match(text, at)
    if token is None:
        raise TerraformError(f"cannot read the expression {text!r} from character {at}")
    at = token.end()
    if number := token["number"]:
        return Literal(float(number) if "." in number else int(number)), at
    if token["quote"]:
        parts, at = _template(text, at, closing='"')
        whole: Expression = parts[0] if len(parts) == 1 else Template(tuple(parts)) if parts else Literal("")
        return whole, at + 1
    if name := token["name"]:
        if name in _KEYWORDS:
            return Literal(_KEYWORDS[name]), at
        if text.startswith("(", at):
            arguments, at = _sequence(text, at + 1, ")")
            return Call(name, arguments), at
        return Reference((name,)), at
    if token["mark"] == "(":
        inner, at = _expression(text, at)
        return inner, _expect(text, at, ")")
    if token["mark"] == "[":
        items, at = _sequence(text, at, "]")
        return Tuple(items), at
    if token["mark"] == "{":
        return _mapping(text, at)
    raise TerraformError(f"cannot read the expression {text!r} from character {at - 1}")


def _steps(text: str, at: int) -> tuple[tuple[str | int, ...], int]:
    steps: list[str | int] = []
    while at < len(text) and text[at] in ".[":
        if text[at] == ".":
            name = re.compile(r"[A-Za-z0-9_-]+").match(text, at + 1)
            if name is None:
                raise TerraformError(f"splat expressions are not read here: {text!r}")
            steps.append(int(name[0]) if name[0].isdigit() else name[0])
            at = name.end()
        else:
            inner, at = _expression(text, at + 1)
            if not isinstance(inner, Literal) or not isinstance(inner.value, str | int):
                raise TerraformError(f"only literal indexes are read here: {text!r}")
            steps.append(inner.value)
            at = _expect(text, at, "]")
    return tuple(steps), at


def _sequence(text: str, at: int, closing: str) -> tuple[tuple[Expression, ...], int]:
    items: list[Expression] = []
    while not _at(text, at, closing):
        item, at = _expression(text, at)
        items.append(item)
        if _at(text, at, ","):
            at = _expect(text, at, ",")
    return tuple(items), _expect(text, at, closing)


def _mapping(text: str, at: int) -> tuple[Mapping, int]:
    items: list[tuple[Expression, Expression]] = []
    while not _at(text, at, "}"):
        key, at = _expression(text, at)
        if isinstance(key, Reference) and len(key.steps) == 1:
            key = Literal(key.steps[0])
        at = _expect(text, at, "=" if _at(text, at, "=") else ":")
        value, at = _expression(text, at)
        items.append((key, value))
        if _at(text, at, ","):
            at = _expect(text, at, ",")
    return Mapping(tuple(items)), _expect(text, at, "}")


def _at(text: str, at: int, mark: str) -> bool:
    rest = text[at:].lstrip()
    if not rest:
        raise TerraformError(f"the expression {text!r} ends before its {mark!r}")
    return rest.startswith(mark)


def _expect(text: str, at: int, mark: str) -> int:
    while at < len(text) and text[at].isspace():
        at += 1
    if not text.startswith(mark, at):
        raise TerraformError(
            f"cannot read {text!r}: {mark!r} expected at character {at}; operators are not read here"
        )
    return at + len(mark)
