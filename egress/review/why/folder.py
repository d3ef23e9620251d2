"""A configuration folder, as models and as texts that are edited."""

import difflib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from egress.checks.folder import TEAMS
from egress.checks.loading import load
from egress.config.configuration import Configuration
from egress.config.days import DATES, today
from egress.config.team import Grant, Team
from egress.review.locations.location import Place, relative
from egress.source.problem import ConfigurationError
from egress.source.source import Source
from egress.source.yaml_edit import YamlText
from egress.source.yaml_file import read


class Folder:
    """A configuration folder, as models and as texts."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        """Raises ConfigurationError."""
        self.path, self._environ = path, environ
        self.configuration: Configuration = load(path, environ)
        self.day = today(environ)
        self._sources: dict[str, Source] = {}

    def source(self, name: str) -> Source:
        """A file's data with its lines."""
        if name not in self._sources:
            self._sources[name] = read(self.path / name, dates=DATES)
        return self._sources[name]

    def place(self, name: str, *keys: str | int) -> Place:
        """The line of a key, or of the nearest one around it."""
        return Place(relative(self.path / name), self.source(name).line(keys) or 1)

    def grants(self, team: str) -> tuple[Grant, ...]:
        """A team's grants as its file counts them, the ended ones too."""
        stated = self.source(f"{TEAMS}/{team}.yaml").at(("grants",))
        return Team.model_validate({"grants": stated or []}, strict=False).grants

    def with_texts(self, texts: Mapping[str, str]) -> str:
        """What is wrong with the folder when some of its files hold other texts; empty where nothing is."""
        with tempfile.TemporaryDirectory() as scratch:
            copy = Path(scratch) / self.path.name
            shutil.copytree(self.path, copy)
            for name, text in texts.items():
                (copy / name).write_text(text, encoding="utf-8")
            try:
                load(copy, self._environ)
            except ConfigurationError as error:
                return error.problems[0].message.replace(str(copy), relative(self.path))
        return ""


class Edits:
    """The texts that change."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._texts: dict[str, YamlText] = {}

    def of(self, name: str) -> YamlText:
        """A file to edit."""
        if name not in self._texts:
            self._texts[name] = YamlText((self._folder.path / name).read_text(encoding="utf-8"))
        return self._texts[name]

    @property
    def texts(self) -> dict[str, str]:
        """The edited files."""
        return {name: text.text for name, text in self._texts.items()}

    def patch(self) -> str:
        """A unified diff for `git apply` in the current folder; for `patch -p1` in the folder where it is elsewhere."""
        return "".join(self._of(name, text) for name, text in sorted(self.texts.items()))

    def _of(self, name: str, text: str) -> str:
        below = relative(self._folder.path / name)
        file = name if Path(below).is_absolute() else below
        before = (self._folder.path / name).read_text(encoding="utf-8")
        lines = difflib.unified_diff(
            before.splitlines(keepends=True),
            text.splitlines(keepends=True),
            f"a/{file}",
            f"b/{file}",
        )
        return "".join(
            line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n" for line in lines
        )
