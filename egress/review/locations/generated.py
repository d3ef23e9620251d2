"""Places in the Terraform JSON itself, where nobody says which configuration made it."""

from collections.abc import Sequence
from pathlib import Path

from egress.review.findings.finding import Finding
from egress.review.locations.location import Place, relative
from egress.terraform.stack_files import FILE, STACKS


class Generated:
    """The line on which a stack declares a resource; the first line of a plan."""

    def __init__(self, inputs: Sequence[Path]) -> None:
        stacks = sorted(inputs[0].glob(f"{STACKS}/*/{FILE}"))
        self._files = {path.parent.name: path for path in stacks}
        plans = [
            file for path in inputs for file in (sorted(path.glob("*.json")) if path.is_dir() else [path])
        ]
        self._plans = {} if stacks else dict.fromkeys(plans, "")
        self._first = Place(relative((stacks or plans or inputs)[0]))
        self._places: dict[str, dict[str, Place]] = {}

    def of(self, finding: Finding) -> Place:
        """The first resource that a file declares, else the first line of the first file."""
        if finding.place:
            return finding.place
        found = (self.of_address(address) for address in finding.addresses)
        return next((place for place in found if place), self._first)

    def of_address(self, address: str) -> Place | None:
        """The line of the resource's name in its stack's file, the first where the file is one line."""
        if self._plans:
            return self._in_plans(address)
        stack, _, resource = address.partition(".")
        if stack not in self._files:
            return None
        if stack not in self._places:
            self._places[stack] = _blocks(self._files[stack])
        places = self._places[stack]
        return places.get(resource.rpartition(".")[2], places[""])

    def _in_plans(self, address: str) -> Place | None:
        """The plan that has a resource, and the line of its address there: the first where it is one line."""
        for file, text in self._plans.items():
            if not text:
                text = self._plans[file] = file.read_text(encoding="utf-8")
            for written in (f'"address":"{address}"', f'"address": "{address}"'):
                if (position := text.find(written)) >= 0:
                    return Place(relative(file), text.count("\n", 0, position) + 1)
        return None


def _blocks(path: Path) -> dict[str, Place]:
    """The first line of every block by its key, which for a resource is its name; of the file by no key."""
    file = relative(path)
    found = {"": Place(file)}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.endswith('": {\n'):
                found.setdefault(line.strip()[1:-4], Place(file, number))
    return found
