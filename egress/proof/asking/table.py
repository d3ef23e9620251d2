"""Expected tables: one row per line, `identity | request | expected | ended at`.

`expected` is a status or a word of the client (`403`, `time-out`), alternatives joined by ` or `; `ended at` may be
left out and is met by any place that begins with it. Lines that begin with `#` are comments.
"""

from dataclasses import dataclass
from pathlib import Path

from egress.proof.asking.requests import ProofRequest, parse
from egress.proof.errors import ProofError


@dataclass(frozen=True, kw_only=True)
class Expected:
    """One row of a table."""

    identity: str
    request: ProofRequest
    got: tuple[str, ...]
    ended: str
    line: int
    comment: str = ""
    """The comment line right above the row: the tutorial's command."""


def read_table(path: Path) -> list[Expected]:
    """Read a table; raise ProofError with file and line where it cannot be read."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except OSError as error:
        raise ProofError(f"{path}: {error.strerror}") from error
    rows = []
    comment = ""
    for number, line in enumerate(lines, 1):
        text = line.strip()
        if text.startswith("#"):
            comment = text.lstrip("# ")
        elif text:
            rows.append(_row(path, number, text, comment))
            comment = ""
    if not rows:
        raise ProofError(f"{path}: the table is empty")
    return rows


def _row(path: Path, number: int, text: str, comment: str) -> Expected:
    fields = [field.strip() for field in text.split("|")]
    if len(fields) not in (3, 4):
        raise ProofError(
            f"{path}:{number}: expected 'identity | request | expected | ended at', found {text!r}"
        )
    try:
        request = parse(fields[1])
    except ProofError as error:
        raise ProofError(f"{path}:{number}: {error}") from error
    return Expected(
        identity=fields[0],
        request=request,
        got=tuple(fields[2].split(" or ")),
        ended=fields[3] if len(fields) == 4 else "",
        line=number,
        comment=comment,
    )
