"""Generated cases asked of a real mesh and of the review: the program inside the proof's sandbox.

`python -m egress.review.deep SETTINGS` (JSON); `python -m egress prove-deep` prepares it.
"""

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from egress.proof import deployment, sandbox
from egress.proof.deployment import Deployed
from egress.proof.errors import ProofError
from egress.proof.matrix import Asked
from egress.proof.objects import Addressed
from egress.proof.prove import Progress, Proof, bring_up
from egress.proof.requests import parse
from egress.proof.stages import move
from egress.proof.toolchain import Tools
from egress.review.agreement import Agreement, compare
from egress.review.errors import ReviewError
from egress.review.findings.registry import find
from egress.review.generated_changes import CHANGES
from egress.review.generation import Case, Document, Key, generate, inventory_of, requests
from egress.review.inventory import Inventory
from egress.review.mutations import mutations
from egress.review.reading.synthesized import read_synthesized
from egress.review.review import Review

ASKING = ("team-x/test", "team-y/test")


class Deep:
    """A running mesh and the base both sides start from."""

    def __init__(self, out: Path, tools: Tools, progress: Progress) -> None:
        self.base: Inventory = read_synthesized(out)
        self.deployed = deployment.read(out, tools)
        self.proof: Proof = bring_up(out, tools, progress)
        self.documents: dict[Key, Document] = {
            (item.kind, item.namespace, item.name): {"apiVersion": item.api_version, "spec": item.spec}
            for item in self.base.objects
        }

    def agreement(self, case: Case) -> tuple[Agreement, list[dict[str, str]]]:
        """Both sides' answers to a case.

        Raises ProofError where the mesh refuses it and ReviewError where it is not modelled.
        """
        review = Review(inventory_of(self.base, case))
        move(self.proof, self._with(case))
        if any(operation.kind == "NetworkPolicy" for operation in case.operations):
            # A new policy leaves open connections alone, and proxies keep theirs open.
            for key in list(self.proof.mesh.envoys):
                self.proof.mesh.running.restart_proxy(key)
        questions = [
            (Asked(identity=identity, request=parse(line)), None)
            for identity in ASKING
            for line in requests(case)
        ]
        answered = self.proof._asker.ask(questions, lambda *_: None)
        rejected = self.proof.mesh.running.rejections()
        if rejected:
            raise ProofError(rejected[0])
        rows = [
            {"identity": row.identity, "request": str(row.request), "got": row.got, "ended": row.ended}
            for row in answered
        ]
        return compare(review, rows), rows

    def _with(self, case: Case) -> Deployed:
        changed = {operation.key: operation for operation in case.operations}
        objects = []
        for item in self.deployed.objects:
            operation = changed.pop(item.key[1:], None)
            if operation is None:
                objects.append(item)
            elif operation.spec is not None:
                objects.append(
                    Addressed(address=item.address, object={**item.object, "spec": operation.spec})
                )
        for operation in changed.values():
            if operation.spec is not None:
                objects.append(Addressed(address=f"generated: {operation.name}", object=operation.document))
        return replace(self.deployed, objects=tuple(objects))


def shrunk(deep: Deep, case: Case) -> tuple[Case, Agreement, list[dict[str, str]]]:
    """The smallest case that still differs, leaving out one operation after another."""
    agreement, rows = deep.agreement(case)
    position = 0
    while position < len(case.operations) and len(case.operations) > 1:
        smaller = case.without(position)
        try:
            found, asked = deep.agreement(smaller)
        except (ProofError, ReviewError):
            position += 1
            continue
        if found.differences:
            case, agreement, rows = smaller, found, asked
        else:
            position += 1
    return case, agreement, rows


Rows = list[dict[str, str]]


def changed(before: Rows, after: Rows) -> set[tuple[str, str]]:
    """The rows whose answer is another."""
    known = {(row["identity"], row["request"]): (row["got"], row["ended"]) for row in before}
    return {
        (row["identity"], row["request"])
        for row in after
        if known[row["identity"], row["request"]] != (row["got"], row["ended"])
    }


def table_of_mistakes(deep: Deep) -> int:
    """Plant each mistake; print what the review and the mesh make of it. 1 where one goes unseen."""
    _, before = deep.agreement(Case(0, ()))
    known = {(f.kind.code, f.subject) for f in find(Review(deep.base))}
    print(
        "| mistake | rows the mesh answers otherwise | rows the review answers as the mesh | new findings |"
    )
    print("|---|---|---|---|")
    missed = 0
    for name, case in mutations(deep.documents):
        try:
            agreement, after = deep.agreement(case)
        except ProofError as error:
            print(f"| {name} | none: refused when it is applied | - | - |", flush=True)
            print(f"  {error}", file=sys.stderr)
            continue
        review = Review(inventory_of(deep.base, case))
        new = sorted({f.kind.code for f in find(review) if (f.kind.code, f.subject) not in known})
        differing = changed(before, after)
        alike = agreement.compared - len(agreement.differences)
        print(
            f"| {name} | {len(differing)} | {alike} of {agreement.compared} | {', '.join(new) or '-'} |",
            flush=True,
        )
        missed += bool(agreement.differences) or not differing
        for difference in agreement.differences[:2]:
            print(f"  {difference}", file=sys.stderr)
    return int(missed > 0)


def main(settings: Mapping[str, Any]) -> int:
    """Ask until there are enough rows; 0 without a difference, 1 with one, 2 where it cannot run."""
    progress = Progress()
    compared = cases = left_out = 0
    differing: list[str] = []
    started = time.monotonic()
    try:
        sandbox.enter()
        tools = Tools(**{name: Path(path) for name, path in settings["tools"].items()})
        deep = Deep(Path(settings["out"]), tools, progress)
        if settings["mistakes"]:
            return table_of_mistakes(deep)
        seed = int(settings["seed"])
        while compared < settings["rows"] and time.monotonic() - started < settings["seconds"]:
            case = generate(deep.documents, seed, CHANGES)
            seed += 1
            try:
                agreement, _ = deep.agreement(case)
                if agreement.differences:
                    case, agreement, rows = shrunk(deep, case)
            except (ProofError, ReviewError) as error:
                left_out += 1
                progress.say(f"case {case.seed} left out: {str(error).splitlines()[0]}")
                continue
            cases += 1
            compared += agreement.compared
            if agreement.differences:
                differing.append(_kept(case, agreement, rows, Path(settings["keep"])))
                progress.say(f"case {case.seed} differs: {agreement.differences[0]}")
    except ProofError as error:
        print(f"the proof cannot run: {error}", file=sys.stderr)
        return 2
    seconds = time.monotonic() - started
    print(
        f"{compared} rows of {cases} generated cases from seed {settings['seed']} in {seconds:.0f} s, "
        f"{left_out} cases left out, {len(differing)} differ"
    )
    for name in differing:
        print(f"  {name}")
    return 1 if differing else 0


def _kept(case: Case, agreement: Agreement, rows: list[dict[str, str]], folder: Path) -> str:
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{case.seed}.json"
    document = {
        "seed": case.seed,
        "differences": [str(difference) for difference in agreement.differences],
        "operations": [asdict(operation) for operation in case.operations],
        "rows": rows,
    }
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return str(file)


if __name__ == "__main__":
    code = main(json.loads(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # PID 1 takes everything else of the sandbox with it
