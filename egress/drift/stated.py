"""What the stacks state: the objects of protected kinds, and the Helm releases."""

from collections.abc import Sequence
from pathlib import Path

from egress.drift.comparison import Stated
from egress.drift.errors import DriftError
from egress.proof.cluster.objects import kubernetes_objects
from egress.proof.errors import ProofError
from egress.terraform import Resource, read_stacks, resolve
from egress.terraform.errors import TerraformError


def read_stated(out: Path) -> tuple[list[Stated], frozenset[str]]:
    """Read an output folder of cdktf. Raises DriftError where it is none, or holds what is not known here."""
    try:
        return stated_by(resolve(read_stacks(out)))
    except (TerraformError, ProofError) as error:
        raise DriftError(str(error)) from error


def stated_by(resources: Sequence[Resource]) -> tuple[list[Stated], frozenset[str]]:
    """Return the stated objects with their addresses, and the releases as NAMESPACE/NAME."""
    objects = [Stated(address=each.address, object=each.object) for each in kubernetes_objects(resources)]
    releases = {
        f"{each.body.get('namespace', 'default')}/{each.body['name']}"
        for each in resources
        if each.type == "helm_release"
    }
    return objects, frozenset(releases)
