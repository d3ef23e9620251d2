"""Terraform itself, on copies of synthesized stacks."""

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

SECONDS = 120

STACKS = ("foundation", "cluster", "mesh", "egress")
"""In the order in which they are deployed."""


class TerraformError(Exception):
    """Terraform refused; the message is what it said."""


class Folder:
    """A folder with a configuration, and Terraform's verbs on it."""

    def __init__(self, path: Path, plugins: Path, environment: Mapping[str, str] | None = None) -> None:
        self.path = path
        self._plugins = plugins
        self._environment = dict(environment or {})

    def init(self) -> "Folder":
        """`terraform init` with the plugin folder."""
        self.run("init", "-input=false", f"-plugin-dir={self._plugins}")
        return self

    def validate(self) -> None:
        """`terraform validate`."""
        self.run("validate")

    def plan(self, *options: str, name: str = "plan", **environment: str) -> Path:
        """`terraform plan` and `terraform show -json` of it; the document's path."""
        self.run("plan", "-input=false", "-lock=false", f"-out={name}", *options, **environment)
        return self.show(name)

    def show(self, name: str) -> Path:
        """`terraform show -json` of a plan that was made."""
        document = self.path / f"{name}.json"
        document.write_text(self.run("show", "-json", name))
        return document

    def apply(self, name: str = "plan", **environment: str) -> None:
        """`terraform apply` of a plan that was made."""
        self.run("apply", "-input=false", "-lock=false", name, **environment)

    def run(self, verb: str, *arguments: str, **environment: str) -> str:
        """One command's output. Raises TerraformError."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("TF_")}
        finished = subprocess.run(
            ["terraform", verb, *(() if verb == "show" else ("-no-color",)), *arguments],
            cwd=self.path,
            env={
                **inherited,
                "TF_IN_AUTOMATION": "1",
                "TF_CLI_CONFIG_FILE": os.devnull,
                "CHECKPOINT_DISABLE": "1",
                "GOGC": "off",  # each command is short, and a fourth of its time would go into collecting
                **self._environment,
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
        if finished.returncode:
            raise TerraformError(finished.stderr or finished.stdout)
        return finished.stdout


def stack_folders(
    out: Path, work: Path, plugins: Path, environment: Mapping[str, str] | None = None
) -> dict[str, Folder]:
    """Copies of the stacks, side by side as they lie in `out`: their states and what reads them are relative."""
    folders = {}
    for stack in STACKS:
        path = work / "cdktf.out" / "stacks" / stack
        path.mkdir(parents=True)
        shutil.copy(out / "stacks" / stack / "cdk.tf.json", path)
        folders[stack] = Folder(path, plugins, environment)
    return folders


def document(path: Path) -> dict[str, Any]:
    """A JSON document."""
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read
