"""A change to an environment's files that is written whole and sound, or not at all."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from egress.checks.folder import DESTINATIONS, PLATFORM, TEAMS, environment_name
from egress.checks.loading import load
from egress.config.configuration import Configuration
from egress.environments.errors import EnvironmentsError
from egress.source.problem import ConfigurationError


def write(folder: Path, files: Mapping[str, str]) -> Configuration:
    """Write files, named from the folder, once the environment with them passes every rule; the environment then.

    Raises ConfigurationError, its problems named as if the files had been written, or EnvironmentsError.
    """
    with tempfile.TemporaryDirectory() as scratch:
        trial = Path(scratch) / environment_name(folder)
        _copy(folder, trial)
        for name, text in files.items():
            _put(trial / name, text)
        try:
            # Without the variables that override the platform file: the files are to be sound by themselves.
            configuration = load(trial, {})
        except ConfigurationError as error:
            raise ConfigurationError(
                replace(problem, file=problem.file.replace(str(trial), str(folder)))
                for problem in error.problems
            ) from None
    try:
        for name, text in files.items():
            _put(folder / name, text)
    except OSError as error:
        raise EnvironmentsError(f"{error.filename}: cannot be written: {error.strerror}") from error
    return configuration


def _copy(folder: Path, trial: Path) -> None:
    """What a configuration is read from."""
    (trial / TEAMS).mkdir(parents=True)
    for name in (PLATFORM, DESTINATIONS):
        if (folder / name).is_file():
            shutil.copyfile(folder / name, trial / name)
    for file in sorted((folder / TEAMS).glob("*")):
        if file.is_file():
            shutil.copyfile(file, trial / TEAMS / file.name)


def _put(path: Path, text: str) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)
