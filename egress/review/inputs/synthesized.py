"""A cdktf.out folder: every stack, references between them resolved."""

from pathlib import Path

from egress.review.errors import ReviewError
from egress.review.inputs.resources import ResolvedResource, UnreadResource, inventory_of
from egress.review.inventory import Inventory
from egress.terraform import TerraformError, Unread, read_stacks, resolve


def read_synthesized(folder: Path, *, strict: bool = False) -> Inventory:
    """Read the stacks under `<folder>/stacks`. Raises ReviewError."""
    left: list[Unread] = []
    try:
        resources = resolve(read_stacks(folder), left.append)
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
        unread=[
            UnreadResource(
                address=f"{item.stack}.{item.type}.{item.name}", type=item.type, body=item.raw, told=item.told
            )
            for item in left
            if not item.data
        ],
    )
