"""A new environment: production's secure form with what is one's own filled in."""

from dataclasses import dataclass
from pathlib import Path

from egress.checks.folder import DESTINATIONS, PLATFORM
from egress.config.istio_releases import DEFAULT
from egress.environments.entries import template
from egress.source.model import ConfigModel

SCHEMAS = "schema"


@dataclass(frozen=True, kw_only=True)
class Start:
    """What a new environment cannot do without, and its ranges."""

    name: str
    project: str
    number: int
    region: str
    zones: tuple[str, ...]
    nodes: str = "10.0.0.0/24"
    pods: str = "10.1.0.0/16"
    services: str = "10.2.0.0/20"
    control_plane: str = "10.5.0.0/28"

    def files(self) -> dict[str, str]:
        """Its files by name, without teams."""
        values = {
            "name": self.name,
            "project": self.project,
            "number": str(self.number),
            "region": self.region,
            "zones": ", ".join(self.zones),
            "network": self.name,
            "nodes": self.nodes,
            "pods": self.pods,
            "services": self.services,
            "control_plane": self.control_plane,
            "istio": DEFAULT,
            "revision": DEFAULT.replace(".", "-"),
        }
        return {name: template(name, values) for name in (PLATFORM, DESTINATIONS, "accepted.yaml")}


def write_schemas(folder: Path) -> list[Path]:
    """Write the schemas that the files' first lines name, as this version of the program has them."""
    from egress.config import schema
    from egress.review.findings.acceptance_schema import MODELS as ACCEPTED

    written = []
    models: dict[str, type[ConfigModel]] = {**schema.MODELS, **ACCEPTED}
    for name, model in models.items():
        path = folder / f"{name}.schema.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(schema.text(model), encoding="utf-8")
        written.append(path)
    return written
