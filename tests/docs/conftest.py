"""One run of `main.py` for the whole session, as README shows it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.docs.markdown import ROOT
from tests.reading_day import ON_THAT_DAY

OVERRIDES = {"PROJECT_ID", "REGION", "ZONE", "AUTHORIZED_NETWORKS", "CONFIG", "CDKTF_OUTDIR"}


@dataclass(frozen=True)
class Run:
    """What a run of main.py printed, and where it wrote."""

    printed: str
    out: Path

    def addresses(self, stack: str) -> set[str]:
        """The stack's resources and data sources, as Terraform addresses them."""
        document = json.loads((self.out / "stacks" / stack / "cdk.tf.json").read_text(encoding="utf-8"))
        return {
            f"{prefix}{type_}.{name}"
            for section, prefix in (("resource", ""), ("data", "data."))
            for type_, bodies in document.get(section, {}).items()
            for name in bodies
        }


def synthesize(configuration: Path, folder: Path) -> Run:
    """Run main.py in a folder of its own, so that the checkout's cdktf.out stays as it is."""
    folder.mkdir(exist_ok=True)
    done = subprocess.run(
        [sys.executable, str(ROOT / "main.py"), "--config", str(configuration)],
        cwd=folder,
        # A session's fixture comes before those that clear a developer's own PROJECT_ID.
        env={name: value for name, value in os.environ.items() if name not in OVERRIDES} | ON_THAT_DAY,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return Run(done.stdout, folder / "cdktf.out")


@pytest.fixture(scope="session")
def tutorial(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """config/tutorial."""
    return synthesize(ROOT / "config" / "tutorial", tmp_path_factory.mktemp("tutorial"))
