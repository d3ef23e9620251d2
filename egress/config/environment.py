"""The environment variables that override the platform file: the tutorial's own, and two more."""

import re
from collections.abc import Mapping

from egress.source.source import Source
from egress.source.text import check_text

_VARIABLES = {
    "PROJECT_ID": ("project", "id"),
    "PROJECT_NUMBER": ("project", "number"),
    "REGION": ("project", "region"),
    "ZONE": ("project", "zone"),
    "AUTHORIZED_NETWORKS": ("cluster", "authorized_networks"),
}
_LISTS = ("AUTHORIZED_NETWORKS",)
"""Those that hold several values, separated by commas or blanks."""
_NUMBERS = ("PROJECT_NUMBER",)


def override(platform: Source, environ: Mapping[str, str]) -> None:
    """Let the environment override the platform file; an empty variable overrides nothing."""
    if not isinstance(platform.data, dict):
        return
    for variable, path in _VARIABLES.items():
        text = environ.get(variable, "").strip()
        section = platform.data.setdefault(path[0], {}) if text else None
        if not isinstance(section, dict):
            continue
        section[path[1]] = _value(variable, text)
        platform.overrides[path] = variable
        platform.texts.pop(path, None)
        platform.problems = [problem for problem in platform.problems if problem.path[: len(path)] != path]
        platform.problems += [platform.problem(path, message, text) for message in check_text(text)]


def _value(variable: str, text: str) -> list[str] | int | str:
    """A variable's text as the file would have it. The model refuses what should be a number and is not."""
    if variable in _LISTS:
        return [part for part in re.split(r"[,\s]+", text) if part]
    return int(text) if variable in _NUMBERS and text.isdecimal() else text
