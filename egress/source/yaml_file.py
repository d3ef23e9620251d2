"""Reads a YAML file from its bytes: size, encoding and invisible characters first, then its tree."""

from pathlib import Path

from egress.source.problem import Problem
from egress.source.source import Source
from egress.source.text import INVISIBLE
from egress.source.yaml_tree import fill

MAX_BYTES = 1_000_000
"""A configuration file has a few kilobytes; a larger one is something else."""


def read(path: Path, *, dates: frozenset[str] = frozenset()) -> Source:
    """Read a file; what is wrong with it as a file or as YAML stands in the result's problems.

    `dates` are keys whose unquoted value is a date and stays text.
    """
    file = str(path)
    source = Source(file, dates=dates)
    try:
        text = path.read_bytes()
    except FileNotFoundError:
        source.problems.append(Problem(file=file, message="there is no such file: create it"))
    except OSError as error:
        reason = (error.strerror or "unknown reason").lower()
        source.problems.append(Problem(file=file, message=f"the file cannot be read: {reason}"))
    else:
        parse(text, source)
    return source


def parse(content: bytes, source: Source) -> None:
    """Fill a source from a file's content."""
    if len(content) > MAX_BYTES:
        message = f"the file has {len(content)} bytes, at most {MAX_BYTES} are read: split it"
        source.problems.append(Problem(file=source.file, message=message))
        return
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"the file is not UTF-8 (byte 0x{content[error.start]:02x}): save it as UTF-8"
        source.problems.append(Problem(file=source.file, line=line, message=message))
        return
    invisible = INVISIBLE.search(text.replace("\r\n", "\n"))
    if invisible:
        line = text.count("\n", 0, text.index(invisible.group())) + 1
        message = f"the file holds the invisible character U+{ord(invisible.group()):04X}: remove it"
        source.problems.append(Problem(file=source.file, line=line, message=message))
        return
    fill(source, text)
