"""Reads a configuration folder."""

import json
from collections.abc import Mapping
from pathlib import Path

import yaml

from egress.config.configuration import Configuration
from egress.config.destinations import Destinations
from egress.config.platform import Platform
from egress.config.team import Team


def load(folder: Path, environ: Mapping[str, str]) -> Configuration:
    """Read the folder's files."""

    def text(path: Path) -> str:
        return json.dumps(yaml.safe_load(path.read_text()))

    return Configuration(
        platform=Platform.model_validate_json(text(folder / "platform.yaml")),
        destinations=Destinations.model_validate_json(text(folder / "destinations.yaml")),
        teams={p.stem: Team.model_validate_json(text(p)) for p in sorted((folder / "teams").glob("*.yaml"))},
    )
