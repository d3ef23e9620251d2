"""The one interface, and which of its forms serves an input."""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from egress.review.errors import ReviewError
from egress.review.findings.finding import Finding
from egress.review.inventory import Inventory
from egress.review.locations.location import Place


class Places(Protocol):
    """Says where to show a finding."""

    def of(self, finding: Finding) -> Place:
        """The line to change, or the most fitting file's first; always a file, since viewers reject a folder."""
        ...

    def of_address(self, address: str) -> Place | None:
        """Where one object was written; None where that is not known."""
        ...


def places(inventory: Inventory, inputs: Sequence[Path], artifact: Path | None) -> Places:
    """The places of an input's findings.

    With `artifact`, the configuration folder that made the input, its YAML files; else the Kubernetes documents
    that were read; else the Terraform JSON itself. Raises ReviewError where `artifact` is no configuration.
    """
    if artifact is not None:
        from egress.checks.folder import PLATFORM
        from egress.review.locations.configuration import Configuration
        from egress.review.locations.stated import Stated

        if not (artifact / PLATFORM).is_file():
            raise ReviewError(
                f"--artifact {artifact}: there is no {PLATFORM} in it; name a folder such as config/NAME"
            )
        return Stated(inventory, Configuration(artifact))
    if any(item.place for item in inventory.objects):
        from egress.review.locations.documents import Documents

        return Documents(inventory)
    from egress.review.locations.generated import Generated

    return Generated(inputs)
