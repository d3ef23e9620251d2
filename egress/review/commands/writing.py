"""Writes what a verb was asked to write beside its output."""

from pathlib import Path

from egress.review.errors import ReviewError


def write(file: Path, text: str) -> None:
    """Write a file. Raises ReviewError with the reason of the system."""
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ReviewError(f"{file}: cannot be written: {error.strerror}; name another file") from error
