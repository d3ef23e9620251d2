"""`terraform validate` on a folder, with "the providers are not available" told from "the JSON is wrong"."""

import os
import shutil
import subprocess
from pathlib import Path

PLUGIN_DIR = "TF_PLUGIN_DIR"
"""Environment variable: a folder of provider plugins, for where Terraform's registry cannot be reached."""

UNAVAILABLE = ("Failed to query available provider packages", "Failed to install provider")
"""How `terraform init` says that it could not fetch a provider."""

SECONDS = 120


class ProvidersUnavailableError(Exception):
    """Terraform or a provider is not to be had here; the message says what was missing."""


def problems(stack: Path, *, cache: Path) -> str:
    """What `terraform validate` objects to in a folder; empty where it is valid.

    Raises ProvidersUnavailableError where Terraform or the providers are missing, and AssertionError where
    `init` fails for another reason, or with a plugin folder that was named but lacks a provider.
    """
    terraform = shutil.which("terraform")
    if terraform is None:
        raise ProvidersUnavailableError("terraform is not on PATH")
    plugins = Path(os.environ[PLUGIN_DIR]).resolve() if os.environ.get(PLUGIN_DIR) else None
    if plugins is None:
        cache.mkdir(parents=True, exist_ok=True)
    environ = {
        **os.environ,
        "TF_IN_AUTOMATION": "1",
        **({} if plugins else {"TF_PLUGIN_CACHE_DIR": str(cache)}),
    }
    environ.pop("TF_CLI_ARGS", None)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [terraform, *arguments],
            cwd=stack,
            env=environ,
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )

    flags = ["-backend=false", "-input=false", "-no-color", *([f"-plugin-dir={plugins}"] if plugins else [])]
    try:
        init = run("init", *flags)
    except subprocess.TimeoutExpired:
        raise ProvidersUnavailableError(f"terraform init had no answer within {SECONDS} s") from None
    if init.returncode:
        reason = None if plugins else missing_providers(init.stderr)
        assert reason, f"terraform init failed:\n{init.stderr}"
        raise ProvidersUnavailableError(reason)
    validated = run("validate", "-no-color")
    return "" if validated.returncode == 0 else validated.stderr or validated.stdout


def missing_providers(stderr: str) -> str | None:
    """The reason in one line where `init` could not fetch a provider; None where it failed otherwise."""
    for title in UNAVAILABLE:
        _, found, rest = stderr.partition(title)
        if found:
            paragraph = rest.strip().lstrip("│ \n").split("\n\n")[0]
            return f"{title}: {' '.join(paragraph.replace('│', ' ').split())}"
    return None
