"""Which images Binary Authorization lets run.

Source: Binary Authorization, "Policy YAML reference", admission allowlist patterns: a trailing `*` stands for
one level, `**` for all below.
"""

import re

from egress.config.platform import Platform
from egress.derived.image_repositories import istio_hub

MANAGED_PROXY = "gcr.io/gke-release/asm/**"
"""The proxy that the managed control plane injects."""


def allowed_images(platform: Platform) -> tuple[str, ...]:
    """The patterns of the project's policy, beside GKE's own images, which Google's policy admits."""
    mesh = platform.mesh
    istio = f"{istio_hub(platform)}/**" if mesh.control_plane == "in-cluster" else MANAGED_PROXY
    return (istio, *sorted(set(platform.cluster.hardening.allowed_images) - {istio}))


def admits(platform: Platform, image: str) -> bool:
    """Whether an image may run."""
    if platform.cluster.hardening.images == "any":
        return True
    return any(_matches(pattern, image) for pattern in allowed_images(platform))


def _matches(pattern: str, image: str) -> bool:
    star = re.search(r"\*{1,2}$", pattern)
    if star is None:
        return image == pattern
    rest = ".*" if star.group() == "**" else "[^/]*"
    return re.fullmatch(re.escape(pattern[: star.start()]) + rest, image) is not None
