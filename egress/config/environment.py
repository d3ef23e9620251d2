"""The environment variables that override the platform file: the tutorial's own, and AUTHORIZED_NETWORKS."""

import re
from collections.abc import Mapping

from egress.config.source import Source
from egress.config.text import check_text

_VARIABLES = {
    "PROJECT_ID": ("project", "id"),
    "REGION": ("project", "region"),
    "ZONE": ("project", "zone"),
    "AUTHORIZED_NETWORKS": ("cluster", "authorized_networks"),
}
_LISTS = ("AUTHORIZED_NETWORKS",)
"""Those that hold several values, separated by commas or blanks."""


def override(platform: Source, environ: Mapping[str, str]) -> None:
    """Let what the environment gives stand in the platform file's place; an empty variable gives nothing."""
    if not isinstance(platform.data, dict):
        return
    for variable, path in _VARIABLES.items():
        text = environ.get(variable, "").strip()
        section = platform.data.setdefault(path[0], {}) if text else None
        if not isinstance(section, dict):
            continue
        section[path[1]] = (
            [part for part in re.split(r"[,\s]+", text) if part] if variable in _LISTS else text
        )
        platform.overrides[path] = variable
        platform.problems = [problem for problem in platform.problems if problem.path[: len(path)] != path]
        platform.problems += [platform.problem(path, message, text) for message in check_text(text)]
