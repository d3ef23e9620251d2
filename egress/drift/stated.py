"""What the stacks state: the objects of protected kinds, and the Helm releases."""

from collections.abc import Sequence
from pathlib import Path

from egress.drift.comparison import Stated
from egress.drift.errors import DriftError
from egress.drift.releases import StatedRelease, stated_releases
from egress.terraform import Resource, read_stacks, resolve
from egress.terraform.errors import TerraformError
from egress.terraform.kubernetes import MANIFEST, kubernetes_object_of


def read_stated(out: Path) -> tuple[list[Stated], list[StatedRelease]]:
    """Read an output folder of cdktf. Raises DriftError where it is none, or holds what is not known here."""
    try:
        return stated_by(resolve(read_stacks(out)))
    except TerraformError as error:
        raise DriftError(str(error)) from error


def stated_by(resources: Sequence[Resource]) -> tuple[list[Stated], list[StatedRelease]]:
    """Return the stated objects with their addresses, and the releases."""
    objects = [
        Stated(
            address=each.qualified_address,
            object=each.body["manifest"]
            if each.type == MANIFEST
            else kubernetes_object_of(each.type, each.body, each.qualified_address),
        )
        for each in resources
        if each.type.startswith("kubernetes_") and not each.data
    ]
    return objects, stated_releases(resources)
