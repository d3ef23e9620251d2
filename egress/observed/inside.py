"""What asks the proof's mesh inside the sandbox: `python -m egress.observed.inside SETTINGS` (JSON)."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from egress.proof.asking.matrix import RowQuestion
from egress.proof.asking.prove import Progress, Proof, bring_up
from egress.proof.asking.requests import ProofRequest
from egress.proof.asking.stages import move
from egress.proof.cluster import deployment
from egress.proof.errors import exit_code
from egress.proof.network import sandbox
from egress.proof.toolchain.tools import Tools

NOBODY = "no such identity"


def main(settings: Mapping[str, Any]) -> int:
    """Ask both states; return 0, or 2 where the proof cannot run."""
    return exit_code(lambda: _ask_both(settings))


def _ask_both(settings: Mapping[str, Any]) -> int:
    progress = Progress()
    sandbox.enter()
    tools = Tools(**{name: Path(path) for name, path in settings["tools"].items()})
    old, new = map(Path, settings["outs"])
    proof = bring_up(old, tools, progress)
    answers = [ask(proof, settings["asked"])]
    progress.say(f"the state after: {move(proof, deployment.read(new, tools))}")
    answers.append(ask(proof, settings["asked"]))
    Path(settings["answers"]).write_text(json.dumps(answers), encoding="utf-8")
    return 0


def ask(proof: Proof, asked: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the client got and where the request ended, in the order of the questions."""
    known = {identity.name: identity.name for identity in proof.everybody}
    known |= {f"{each.namespace}/sa/{each.service_account}": each.name for each in reversed(proof.everybody)}
    questions = {
        number: RowQuestion(
            identity=known[each["caller"]],
            request=ProofRequest(method=each["method"], url=each["url"], host=each["host"]),
        )
        for number, each in enumerate(asked)
        if each["caller"] in known
    }
    rows = dict(zip(questions, proof.answers(list(questions.values())), strict=True))
    return [
        f"{rows[number].got} ({rows[number].ended})" if number in rows else NOBODY
        for number in range(len(asked))
    ]


if __name__ == "__main__":
    code = main(json.loads(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # PID 1 takes everything else of the sandbox with it
