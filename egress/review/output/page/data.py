"""What the page's script knows: every text, control and answer told once, and a number wherever it is meant."""

import json
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

from egress.review.answer import Answer
from egress.review.cell import Cell
from egress.review.comparison import Change
from egress.review.decision.decision import Decision
from egress.review.findings.finding import Finding
from egress.review.matrix import Row
from egress.review.output.answers import seen_text, verdict_text
from egress.review.output.comparison import cells
from egress.review.output.escapes import plain
from egress.review.output.page.path import stations, stop
from egress.review.output.texts.clients import client_text
from egress.review.output.texts.conditions import conditions_texts
from egress.review.output.texts.controls import control_text
from egress.review.output.texts.reasons import reason_text

NONE = -1
LIST = ", "
"""Between the parts of a text that data.js puts together again."""


class Numbered:
    """Values in the order in which they were first told."""

    def __init__(self) -> None:
        self.values: dict[Hashable, int] = {}

    def number(self, value: Hashable) -> int:
        """A value's number."""
        return self.values.setdefault(value, len(self.values))


class Texts(Numbered):
    """Texts, without what commands the one who shows them."""

    def number(self, value: Hashable) -> int:
        """A text's number."""
        return super().number(plain(str(value)))


class Data:
    """The rows of the page's tables with their evidence. 22,000 cells are about 3 MB of it, not 200."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self._texts = Texts()
        self._steps, self._ways, self._answers = Numbered(), Numbered(), Numbered()
        self._tables: dict[str, list[Any]] = {}
        self._kinds: dict[str, tuple[str, str]] = {}
        self._about: dict[Cell, dict[str, None]] = {}
        for finding in findings:
            self._kinds[finding.kind.code] = (str(finding.kind.level), finding.kind.name)
            for named in finding.cells:
                self._about.setdefault(named, {})[finding.kind.code] = None

    def add_rows(self, name: str, rows: Iterable[Row]) -> None:
        """The matrix: who, where to, how, the answer, and the findings that name the cell."""
        self._tables[name] = [
            (
                self._texts.number(row.identity),
                self._texts.number(row.host),
                self._texts.number(row.scheme),
                self._answer(row.answer),
                *(self._texts.number(code) for code in self._about.get(row.cell, ())),
            )
            for row in rows
        ]

    def add_changes(self, name: str, changes: Iterable[Change]) -> None:
        """A table of differences: its cells as text, the answer before and the one after."""
        self._tables[name] = [
            (
                [self._listed(text) for text in cells(change)],
                self._answer(change.before),
                self._answer(change.after),
            )
            for change in changes
        ]

    def _listed(self, text: str) -> int | list[int]:
        """A list's parts, each told once: thousands of answers change because of the same few objects."""
        parts = [self._texts.number(part) for part in text.split(LIST)]
        return parts if len(parts) > 1 else parts[0]

    def as_json(self) -> str:
        """The data as a script element may hold it."""
        document: Mapping[str, Any] = {
            "texts": list(self._texts.values),
            "steps": list(self._steps.values),
            "ways": list(self._ways.values),
            "answers": list(self._answers.values),
            "tables": self._tables,
            "kinds": self._kinds,
        }
        return json.dumps(document, separators=(",", ":")).replace("<", "\\u003c")

    def _answer(self, answer: Answer | None) -> int:
        if answer is None:
            return NONE
        steps = tuple(self._step(step) for step in answer.steps)
        way = tuple((s.zone, s.name, str(s.outcome), s.first, s.last) for s in stations(answer))
        decisive, ended = answer.decisive, stop(answer)
        told = (str(answer.verdict), verdict_text(answer), seen_text(answer), client_text(answer))
        return self._answers.number(
            (
                *(self._texts.number(text) for text in told),
                self._step(decisive) if decisive else NONE,
                self._step(ended) if ended else NONE,
                self._ways.number(way),
                steps,
                tuple(map(self._texts.number, conditions_texts(answer.conditions))),
            )
        )

    def _step(self, step: Decision) -> int:
        number = self._texts.number
        address = NONE if step.address is None else number(step.address)
        return self._steps.number(
            (
                number(control_text(step)),
                number(str(step.outcome)),
                number(reason_text(step.reason)),
                address,
            )
        )
