"""Which Istio and Envoy a proof runs, and where the stacks deploy another Istio than that."""

from collections.abc import Mapping
from pathlib import Path

from egress.config.istio_releases import MODULES
from egress.proof.toolchain.tools import Tools

_RELEASES = {module: release for release, module in MODULES.items()}


def istio(tools: Tools) -> str:
    """Return the release of the control plane; a binary from elsewhere is named by its path."""
    return _of_cache(tools.pilot_discovery, _RELEASES)


def envoy(tools: Tools) -> str:
    """Return the version of the proxies."""
    return _of_cache(tools.envoy, {})


def _of_cache(binary: Path, names: Mapping[str, str]) -> str:
    """Return the version that the cache's folder is named after: `TOOL@VERSION/TOOL`."""
    name, at, version = binary.parent.name.partition("@")
    return names.get(version, version) if at and name == binary.name else f"an unknown version ({binary})"


def mismatches(deployed: Mapping[str, str], tools: Tools) -> list[str]:
    """Say for each Istio that the stacks deploy, with its Helm releases, that the proof runs another."""
    ran = istio(tools)
    others = sorted({version for version in deployed.values() if version != ran})
    return [
        f"the stacks deploy Istio {other} ({', '.join(sorted(a for a, v in deployed.items() if v == other))}), "
        f"and this proof ran {ran}"
        for other in others
    ]
