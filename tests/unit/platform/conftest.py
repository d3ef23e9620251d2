"""config/production's platform with edits, as a model; rules are not asked."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.config.platform import Platform

PRODUCTION = Path(__file__).parents[3] / "config" / "production" / "platform.yaml"

MakePlatform = Callable[..., Platform]


@pytest.fixture
def production() -> MakePlatform:
    """Makes config/production's platform with sections changed: `production(mesh={"control_plane": "managed"})`."""

    def make(**sections: Mapping[str, Any]) -> Platform:
        data = yaml.safe_load(PRODUCTION.read_text(encoding="utf-8"))
        for section, changes in sections.items():
            for key, value in changes.items():
                if isinstance(value, Mapping) and isinstance(data[section].get(key), dict):
                    data[section][key] |= value
                else:
                    data[section][key] = value
        return Platform.model_validate(data, strict=False)

    return make
