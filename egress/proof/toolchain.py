"""The binaries of the proof, where they are and how they come there."""

from dataclasses import dataclass
from pathlib import Path


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
