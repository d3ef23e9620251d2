"""The resources of the `mesh` stack, and the names that Istio's charts derive from them.

Sources: istio/istio manifests/charts/istio-control/istio-discovery/templates/service.yaml (`istiod-REVISION`) and
revision-tags-svc.yaml (`istiod-revision-tag-TAG`); helm/helm pkg/chartutil/validate_name.go (53 characters).
"""

from collections.abc import Iterator

from egress.config.platform import Platform
from egress.derived import construct_ids as ids
from egress.derived import gateway
from egress.derived.charts import istiod_release
from egress.derived.control_plane import has_istiod
from egress.derived.resources.resource import PLATFORM, PLATFORM_FILE, Cause, Derived, typed

STACK = "mesh"


def mesh_resources(platform: Platform) -> Iterator[Derived]:
    """Every resource that stacks/mesh.py builds."""
    if has_istiod(platform):
        system = gateway.CONTROL_PLANE_NAMESPACE
        yield typed(STACK, "Namespace", "", system, (system, "namespace"), PLATFORM)
        yield _release(("base",), PLATFORM)
        if platform.mesh.capture == "cni":
            yield _release(("cni",), PLATFORM)
        for revision, cause in revisions(platform):
            yield _release((ids.CONTROL_PLANES, revision), cause)
    yield typed(STACK, "Namespace", "", gateway.NAMESPACE, (gateway.NAMESPACE, "namespace"), PLATFORM)
    yield _release(("gateway",), PLATFORM)


def revisions(platform: Platform) -> Iterator[tuple[str, Cause]]:
    """The control planes' revisions, each with its place."""
    mesh = platform.mesh
    yield mesh.revision, Cause(file=PLATFORM_FILE, path=("mesh", "revision"))
    if mesh.canary:
        yield mesh.canary.revision, Cause(file=PLATFORM_FILE, path=("mesh", "canary", "revision"))


def releases(platform: Platform) -> Iterator[tuple[str, Cause]]:
    """The names of istiod's Helm releases."""
    for revision, cause in revisions(platform):
        yield istiod_release(revision), cause


def services(platform: Platform) -> Iterator[tuple[str, Cause]]:
    """The names of the Services that istiod's chart makes."""
    yield from releases(platform)
    if platform.mesh.tag:
        cause = Cause(file=PLATFORM_FILE, path=("mesh", "tag"))
        yield f"istiod-revision-tag-{platform.mesh.tag}", cause


def _release(below: tuple[str, ...], cause: Cause) -> Derived:
    return Derived(stack=STACK, type="helm_release", ids=(*below, "release"), cause=cause)
