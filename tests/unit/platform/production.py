"""config/production's platform with edits, as a model; rules are not asked."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from egress.config.platform import Platform

PRODUCTION = Path(__file__).parents[3] / "config" / "production" / "platform.yaml"


def production(**sections: Mapping[str, Any]) -> Platform:
    """config/production's platform with sections changed: `production(mesh={"control_plane": "managed"})`."""
    data = yaml.safe_load(PRODUCTION.read_text(encoding="utf-8"))
    for section, changes in sections.items():
        for key, value in changes.items():
            if isinstance(value, Mapping) and isinstance(data[section].get(key), dict):
                data[section][key] |= value
            else:
                data[section][key] = value
    return Platform.model_validate(data, strict=False)
