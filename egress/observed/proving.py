"""Asks the proof's mesh what the review leaves open: the same requests under the state before and after."""

import dataclasses
import json
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from egress.proof.errors import ProofError
from egress.proof.network import sandbox
from egress.proof.toolchain.preparation import prepare
from egress.review.errors import ReviewError
from egress.review.replay.judged import Replayed, Status
from egress.review.replay.observed import url
from egress.review.replay.replay import Proven

NOT_ASKED = "not asked: the proof sends HTTP and HTTPS alone"


class Wanted(NamedTuple):
    """One question: the position of its shape, who asks, and what."""

    number: int
    caller: str
    method: str
    url: str
    host: str
    """The Host header, where it is another than the URL's."""


def wanted(unclear: Sequence[tuple[int, Replayed]]) -> list[Wanted]:
    """What is asked of the mesh: each caller's request that the review leaves open."""
    return [
        Wanted(
            number, each.caller, one.shape.method or "GET", url(one.shape, one.seen.path), one.shape.authority
        )
        for number, one in unclear
        for each in one.judged
        if each.status is Status.UNCLEAR
    ]


def proven(old: Path, new: Path, unclear: Sequence[tuple[int, Replayed]]) -> Mapping[int, tuple[Proven, ...]]:
    """Bring the mesh up from the older state, ask, bring it to the newer one, ask again. Raises ReviewError."""
    questions = wanted(unclear)
    found: dict[int, list[Proven]] = {}
    for each in questions:
        if each.url.startswith("tcp://"):
            found.setdefault(each.number, []).append(
                Proven(caller=each.caller, before=NOT_ASKED, after=NOT_ASKED)
            )
    asked = [each for each in questions if not each.url.startswith("tcp://")]
    for each, before, after in _answers(old, new, asked) if asked else ():
        found.setdefault(each.number, []).append(Proven(caller=each.caller, before=before, after=after))
    return {number: tuple(listed) for number, listed in found.items()}


def _answers(old: Path, new: Path, asked: Sequence[Wanted]) -> list[tuple[Wanted, str, str]]:
    try:
        tools = prepare()
    except ProofError as error:
        raise ReviewError(f"--prove: {error}") from error
    with tempfile.TemporaryDirectory() as folder:
        answers = Path(folder) / "answers.json"
        settings: dict[str, Any] = {
            "tools": {name: str(path) for name, path in dataclasses.asdict(tools).items()},
            "outs": [str(old.resolve()), str(new.resolve())],
            "asked": [each._asdict() for each in asked],
            "answers": str(answers),
        }
        code = sandbox.run_inside("egress.observed.inside", [json.dumps(settings)])
        if code:
            raise ReviewError("--prove: the proof cannot run: see above")
        before, after = json.loads(answers.read_text(encoding="utf-8"))
    return [(each, one, other) for each, one, other in zip(asked, before, after, strict=True)]
