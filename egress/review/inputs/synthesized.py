"""A cdktf.out folder: every stack, references between them resolved."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from egress.review.doubts.doubt import Doubt, refuse
from egress.review.doubts.touch import everything
from egress.review.errors import ReviewError
from egress.review.inputs.resources import ResolvedResource, UnreadResource, inventory_of
from egress.review.inventory import Beside, Inventory
from egress.terraform import Resource, StackFile, TerraformError, Unread, read_stacks, resolve
from egress.terraform.statements import MAKES_RESOURCES, Statement, deployment, files, statements


def read_synthesized(folder: Path, *, strict: bool = False) -> Inventory:
    """Read the stacks under `<folder>/stacks`. Raises ReviewError."""
    try:
        stacks = read_stacks(folder)
        further = [*files(folder), *deployment(folder)]
    except TerraformError as error:
        raise ReviewError(str(error)) from error
    return inventory_of_stacks(stacks, str(folder), strict=strict, further=further)


def inventory_of_stacks(
    stacks: Sequence[StackFile], origin: str, *, strict: bool = False, further: Sequence[Statement] = ()
) -> Inventory:
    """What some stacks hold, and the `further` statements beside them. Raises ReviewError."""
    left: list[Unread] = []
    try:
        resources = resolve(stacks, left.append)
    except TerraformError as error:
        raise ReviewError(str(error)) from error
    beside = tuple(map(_beside, (*statements(stacks), *further)))
    found = inventory_of(
        managed(resources),
        origin,
        strict=strict,
        unread=[
            UnreadResource(
                address=f"{item.stack}.{item.type}.{item.name}", type=item.type, body=item.raw, told=item.told
            )
            for item in left
            if not item.data
        ],
    )
    doubts = tuple(
        Doubt(one.address, f"a {one.kind} is not modelled, and may make any resource", everything())
        for one in beside
        if one.kind in MAKES_RESOURCES
    )
    if strict:
        refuse(doubts)
    return replace(found, beside=beside, doubts=(*found.doubts, *doubts))


def managed(resources: Iterable[Resource]) -> Iterator[ResolvedResource]:
    """The managed resources of stacks, as the review takes them."""
    for item in resources:
        if not item.data:
            yield ResolvedResource(
                address=f"{item.stack}.{item.address}",
                type=item.type,
                body=item.body,
                meta=item.meta,
                written=item.written,
            )


def _beside(one: Statement) -> Beside:
    return Beside(address=one.address, kind=one.kind, body=one.body)
