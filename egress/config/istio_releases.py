"""The Istio releases that a platform may run: the only place that names a version.

What is deployed, proved and validated follows from here: the default of `mesh.istio_version`, the proof's
control plane with its charts, and the CRDs of the strict validation.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

DEFAULT = "1.31.1"
"""The release that both configurations deploy and that the proof runs."""

MODULES: Mapping[str, str] = {
    "1.31.1": "v0.0.0-20260916195427-190ae921b848",
    "1.31.0": "v0.0.0-20260827124520-eed52ebb66ad",
}
"""The Go module `istio.io/istio` of a release, newest first: release tags are no module versions. Where a proxy
does not serve the one of DEFAULT, the proof takes the next one and says so."""

API = "v1.31.1"
"""The Go module `istio.io/api` of DEFAULT. Its CRDs are those of the charts."""


@dataclass(frozen=True, kw_only=True)
class Minor:
    """A minor release that is supported, and until when it gets fixes."""

    name: str
    ends: date
    """The last day; Istio's page names a month, and the month's last day stands for it."""
    source: str

    def over(self, today: date) -> bool:
        """Tell whether its support has ended."""
        return today > self.ends


SUPPORT_PAGE = "https://istio.io/latest/docs/releases/supported-releases/"

MINORS = (
    Minor(name="1.31", ends=date(2027, 2, 28), source=SUPPORT_PAGE),
    Minor(name="1.30", ends=date(2026, 11, 30), source=SUPPORT_PAGE),
)
"""Newest first. The older one is here to be upgraded from (docs/upgrade.md)."""


def minor_of(version: str) -> Minor:
    """Return the minor that a release belongs to."""
    return next(minor for minor in MINORS if version.startswith(f"{minor.name}."))


def module_release(module: str) -> str:
    """Return the release that a Go module is."""
    return next(release for release, known in MODULES.items() if known == module)
