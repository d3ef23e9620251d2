"""Places in the Terraform JSON itself, where nobody says which configuration made it."""

from collections.abc import Sequence
from pathlib import Path

from egress.review.findings.finding import Finding
from egress.review.place import Place, relative
from egress.terraform.stack_files import FILE, STACKS


class Generated:
    """The line on which a stack declares a resource; the first line of a plan."""

    def __init__(self, inputs: Sequence[Path]) -> None:
        self._inputs = inputs
        self._texts: dict[Path, str] = {}

    def of(self, finding: Finding) -> Place:
        """The first resource that a file declares, else the first line of the first file."""
        if finding.place:
            return finding.place
        found = (self.of_address(address) for address in finding.addresses)
        return next((place for place in found if place), Place(relative(self._any())))

    def of_address(self, address: str) -> Place | None:
        """The line of the resource's name in its stack's file."""
        stack, _, resource = address.partition(".")
        type_, _, name = resource.partition(".")
        file = self._inputs[0] / STACKS / stack / FILE
        if not file.is_file():
            return None
        if file not in self._texts:
            self._texts[file] = file.read_text(encoding="utf-8")
        text = self._texts[file]
        block = text.find(f'"{type_}": {{')
        declared = text.find(f'"{name}": {{', block)
        return None if min(block, declared) < 0 else Place(relative(file), text.count("\n", 0, declared) + 1)

    def _any(self) -> Path:
        return next(iter(sorted(self._inputs[0].glob(f"{STACKS}/*/{FILE}"))), self._inputs[0])
