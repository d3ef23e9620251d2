"""A cdktf.out folder: every stack, references between them resolved."""

from pathlib import Path

from egress.review.errors import ReviewError
from egress.review.inputs.resources import ResolvedResource, inventory_of
from egress.review.inventory import Inventory
from egress.terraform import TerraformError, read_stacks, resolve


def read_synthesized(folder: Path, *, strict: bool = False) -> Inventory:
    """Read the stacks under `<folder>/stacks`. Raises ReviewError."""
    try:
        resources = resolve(read_stacks(folder))
    except TerraformError as error:
        raise ReviewError(str(error)) from error
    return inventory_of(
        (
            ResolvedResource(
                address=f"{item.stack}.{item.address}",
                type=item.type,
                body=item.body,
                lifecycle=item.lifecycle,
            )
            for item in resources
            if not item.data
        ),
        str(folder),
        strict=strict,
    )
