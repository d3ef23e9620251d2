"""config/production, as it stands and with one thing changed."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from egress.checks.loading import load
from egress.config.configuration import Configuration

PRODUCTION = Path(__file__).parents[3] / "config" / "production"

Edit = Callable[[dict[str, Any]], object]


@pytest.fixture(scope="session")
def production() -> Configuration:
    return load(PRODUCTION, {})


@pytest.fixture
def changed(tmp_path: Path) -> Callable[..., Configuration]:
    """Load a copy of config/production after editing files: changed({"teams/team-x.yaml": edit})."""

    def build(edits: dict[str, Edit]) -> Configuration:
        folder = tmp_path / "config"
        shutil.copytree(PRODUCTION, folder)
        for name, edit in edits.items():
            path = folder / name
            data = yaml.safe_load(path.read_text(encoding="utf-8"))
            edit(data)
            # JSON, which is YAML too: PyYAML writes "02:00" without the quotes that it needs here.
            path.write_text(json.dumps(data), encoding="utf-8")
        return load(folder, {})

    return build
