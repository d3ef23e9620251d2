"""An Istio object as a `kubernetes_manifest`."""

from collections.abc import Mapping, Sequence

from cdktf import ITerraformDependable
from cdktf_cdktf_provider_kubernetes.manifest import Manifest, ManifestFieldManager
from constructs import Construct

from egress.derived.construct_ids import istio_object_id


def istio_object(
    scope: Construct, manifest: Mapping[str, object], depends_on: Sequence[ITerraformDependable] = ()
) -> Manifest:
    """Add an object whose id is its kind and name, so that the address in a plan tells what it is.

    A manifest and no chart: what somebody changes or deletes in the cluster shows in the next plan. Without
    `force_conflicts` the apply that is to take it back ends with a conflict, and leaves it as it was changed.
    """
    return Manifest(
        scope,
        istio_object_id(str(manifest["kind"]), _metadata(manifest)["name"]),
        manifest=manifest,
        field_manager=ManifestFieldManager(force_conflicts=True),
        depends_on=list(depends_on) or None,
    )


def namespace_of(manifest: Mapping[str, object]) -> str:
    """The namespace an object stands in; empty for a cluster-wide one."""
    return _metadata(manifest).get("namespace", "")


def _metadata(manifest: Mapping[str, object]) -> Mapping[str, str]:
    metadata = manifest["metadata"]
    assert isinstance(metadata, dict)  # noqa: S101 - narrows the TypedDict's `object`
    return metadata
