"""Reads files and pipes of access logs, one line at a time, and counts what is no entry."""

import gzip
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from egress.logs import fields, text_format
from egress.logs.entry import Entry
from egress.logs.fields import Malformed
from egress.logs.lines import LONGEST, Line, of_array, unwrapped

STANDARD_INPUT = "-"
SHOWN = 5
"""So many malformed lines are named one by one; all are counted."""
CUT = 80

OWN_WORDS = (
    re.compile(r"\[\d{4}-\d\d-\d\d [0-9:.]+\]\[\d+\]\[\w+\]\["),
    re.compile(r"\d{4}-\d\d-\d\dT[0-9:.]+Z\t\w+\t"),
)
"""Lines of Envoy about itself, and of the agent beside it: a container's log holds both."""


class UnreadableLog(Exception):  # noqa: N818 - the message is the whole story
    """A file that cannot be opened or is no text."""


@dataclass
class Tally:
    """What was read: all lines are entries, the proxy's own words, empty, or malformed."""

    lines: int = 0
    entries: int = 0
    own_words: int = 0
    """Lines of a proxy about itself."""
    empty: int = 0
    malformed: Counter[str] = field(default_factory=Counter)
    """By what is wrong."""
    examples: list[str] = field(default_factory=list)
    """The first malformed lines, FILE:LINE: what is wrong: how it begins."""

    @property
    def bad(self) -> int:
        """How many lines are malformed."""
        return sum(self.malformed.values())

    def told(self) -> str:
        """One line on what was read, and one for each malformed line that is named."""
        parts = [f"{self.lines} lines: {self.entries} requests and connections"]
        if self.own_words:
            parts.append(f"{self.own_words} of a proxy about itself")
        if self.empty:
            parts.append(f"{self.empty} empty")
        if self.bad:
            reasons = ", ".join(f"{count} {reason}" for reason, count in self.malformed.most_common())
            parts.append(f"{self.bad} malformed ({reasons})")
        rest = self.bad - len(self.examples)
        more = [f"... and {rest} more"] if rest > 0 else []
        return "\n".join([", ".join(parts), *(f"  {each}" for each in (*self.examples, *more))])


class Logs:
    """The entries of some files; iterate once. The tally grows with it."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self.tally = Tally()
        self.reading = ""
        """The file that is being read, as it was named."""

    def __iter__(self) -> Iterator[Entry]:
        """Yield entries. Raises UnreadableLog."""
        for name in self._names:
            self.reading = name
            try:
                yield from self._of(name)
            except OSError as error:
                raise UnreadableLog(f"{name}: {error.strerror or error}") from error
            except UnicodeDecodeError as error:
                raise UnreadableLog(f"{name}: it is no UTF-8 text") from error

    def _of(self, name: str) -> Iterator[Entry]:
        with ExitStack() as stack:
            lines = stack.enter_context(_opened(name)) if name != STANDARD_INPUT else sys.stdin
            yield from self.of_lines(lines, "standard input" if name == STANDARD_INPUT else name)

    def of_lines(self, lines: Iterable[str], name: str = "line") -> Iterator[Entry]:
        """The entries of some lines."""
        numbered = enumerate(self._counted(lines), 1)
        for number, line in numbered:
            stripped = line.strip()
            if stripped[:1] == "[" and (stripped == "[" or stripped[1:2] in "{]"):
                yield from self._of_array(number, stripped, numbered, name)
                return
            if not stripped:
                self.tally.empty += 1
                continue
            break
        else:
            return
        yield from self._entry(number, line, name)
        for number, line in numbered:
            yield from self._entry(number, line, name)

    def _counted(self, lines: Iterable[str]) -> Iterator[str]:
        for line in lines:
            self.tally.lines += 1
            yield line

    def _entry(self, number: int, line: str, name: str) -> Iterator[Entry]:
        line = line.strip()
        if not line:
            self.tally.empty += 1
            return
        try:
            if len(line) > LONGEST:
                raise Malformed("a line that is too long")
            found = self._read(unwrapped(number, line))
        except Malformed as error:
            self._count(name, number, str(error), line)
            return
        if found:
            self.tally.entries += 1
            yield found

    def _of_array(self, first: int, line: str, rest: Iterator[tuple[int, str]], name: str) -> Iterator[Entry]:
        for each in of_array(_chain((first, line), rest)):
            if not isinstance(each, Line):
                self._count(name, each[0], "no whole element of an array", each[1])
                continue
            try:
                found = self._read(each)
            except Malformed as error:
                self._count(name, each.number, str(error), str(each.content))
                continue
            if found:
                self.tally.entries += 1
                yield found

    def _read(self, line: Line) -> Entry | None:
        """One entry; None for the proxy's own words. Raises Malformed."""
        content = line.content
        if not isinstance(content, str):
            return fields.entry_of(content, line.number, line.writer)
        if text_format.START.match(content):
            return text_format.entry_of(content, line.number, line.writer)
        if content.startswith("{"):
            return self._read(unwrapped(line.number, content)._replace(writer=line.writer))
        if any(words.match(content) for words in OWN_WORDS):
            self.tally.own_words += 1
            return None
        raise Malformed("no access log of a gateway or sidecar")

    def _count(self, name: str, number: int, reason: str, line: str) -> None:
        self.tally.malformed[reason] += 1
        if len(self.tally.examples) < SHOWN:
            shown = ascii(line[:CUT])[1:-1] + ("..." if len(line) > CUT else "")
            self.tally.examples.append(f"{name}:{number}: {reason}: {shown}")


def _chain(first: tuple[int, str], rest: Iterator[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    yield first
    yield from rest


def _opened(name: str) -> IO[str]:
    if name.endswith(".gz"):
        return gzip.open(name, "rt", encoding="utf-8")
    return Path(name).open(encoding="utf-8")
