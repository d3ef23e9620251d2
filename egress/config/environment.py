"""The environment variables that override the platform file: the tutorial's own, and who may call the API server."""

import re
from collections.abc import Mapping

from egress.config.problem import Path
from egress.config.source import Source, check_text

_TEXTS: dict[str, Path] = {
    "PROJECT_ID": ("project", "id"),
    "REGION": ("project", "region"),
    "ZONE": ("project", "zone"),
}
_LISTS: dict[str, Path] = {"AUTHORIZED_NETWORKS": ("cluster", "authorized_networks")}


def override(platform: Source, environ: Mapping[str, str]) -> None:
    """Put what the environment gives in the place of what the platform file says; an empty variable gives nothing."""
    if not isinstance(platform.data, dict):
        return
    for variable, path in (_TEXTS | _LISTS).items():
        text = environ.get(variable, "").strip()
        if not text:
            continue
        section = platform.data.setdefault(path[0], {})
        if not isinstance(section, dict):
            continue
        section[path[1]] = (
            [part for part in re.split(r"[,\s]+", text) if part] if variable in _LISTS else text
        )
        platform.problems = [problem for problem in platform.problems if problem.path[: len(path)] != path]
        platform.overrides[path] = variable
        platform.problems += [platform.problem(path, message, text) for message in check_text(text)]
