"""A live cluster, read through `kubectl get`: it lists, it changes nothing, and it reads no Secret."""

import atexit
import json
import re
import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from egress.review.errors import ReviewError
from egress.review.inputs.documents import MAX_BYTES
from egress.review.objects.api_groups import deciding
from egress.terraform import json_text

SECONDS = 120
"""For one call of kubectl."""

KINDS = (
    *(
        "configmaps",
        "endpoints",
        "namespaces",
        "pods",
        "replicationcontrollers",
        "serviceaccounts",
        "services",
    ),
    *("cronjobs.batch", "daemonsets.apps", "deployments.apps", "jobs.batch", "replicasets.apps"),
    "statefulsets.apps",
)
"""What is read beside every kind of a group that may decide (`api_groups.DECIDING`), as far as the cluster has it."""


def fetched(context: str) -> Path:
    """A file with a cluster's objects, which goes when the program ends. Raises ReviewError."""
    if not context or context.startswith("-"):
        raise ReviewError(
            f"--context {context}: no name of a context; `kubectl config get-contexts` lists them"
        )
    wanted = [name for name in _served(context) if name in KINDS or _decides(name)]
    items: list[Any] = []
    for name in wanted:
        text = _kubectl(context, "get", name, "--all-namespaces", "--output", "json")
        try:
            items += json_text.parsed(text).get("items") or ()
        except (ValueError, AttributeError, RecursionError) as error:
            raise ReviewError(f"--context {context}: kubectl get {name} printed no JSON: {error}") from error
    folder = Path(tempfile.mkdtemp(prefix="egress-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = folder / f"{re.sub(r'[^A-Za-z0-9._-]', '-', context)}.json"
    items = [item for item in items if not _is_large_map(item)]
    file.write_text(
        json.dumps({"apiVersion": "v1", "kind": "List", "items": items}, indent=1), encoding="utf-8"
    )
    return file


def _served(context: str) -> list[str]:
    """The names of what the cluster can list, `services` or `sidecars.networking.istio.io`."""
    return _kubectl(context, "api-resources", "--verbs", "list", "--output", "name").split()


def _decides(name: str) -> bool:
    group = name.partition(".")[2]
    return bool(group) and deciding(group)


def _is_large_map(item: Any) -> bool:
    """True for a ConfigMap that is not of a mesh: only their names begin with `istio`."""
    return (
        isinstance(item, dict)
        and item.get("kind") == "ConfigMap"
        and not str((item.get("metadata") or {}).get("name", "")).startswith("istio")
    )


def _kubectl(context: str, *arguments: str) -> str:
    command = ["kubectl", "--context", context, "--request-timeout", f"{SECONDS}s", *arguments]
    try:
        done = subprocess.run(
            command, capture_output=True, check=False, timeout=SECONDS, stdin=subprocess.DEVNULL
        )
    except FileNotFoundError as error:
        raise ReviewError(
            "--context: kubectl is not on PATH; install it, or name files by --input"
        ) from error
    except subprocess.TimeoutExpired as error:
        raise ReviewError(f"--context {context}: kubectl did not answer in {SECONDS} s") from error
    if done.returncode:
        told = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise ReviewError(f"--context {context}: kubectl {arguments[0]} failed: {told[-1]}")
    if len(done.stdout) > MAX_BYTES:
        raise ReviewError(f"--context {context}: kubectl {' '.join(arguments[:2])} printed more than 64 MiB")
    return done.stdout.decode("utf-8", "replace")
