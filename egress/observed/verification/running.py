"""Asks a running cluster by kubectl, and changes nothing: the gateway's proxies, and one sidecar of each namespace."""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from egress.derived import gateway
from egress.observed.verification.dumps import Dump, dump_of
from egress.observed.verification.errors import VerificationError

CONTAINER = "istio-proxy"
ASK = ("pilot-agent", "request", "GET", "config_dump")
SECONDS = 60


def fetch(context: str, namespaces: Iterable[str]) -> list[Dump]:
    """What the gateway's proxies and one sidecar of each namespace hold. Raises VerificationError."""
    selector = ",".join(f"{key}={value}" for key, value in gateway.SELECTOR.items())
    gateways = _pods(context, gateway.NAMESPACE, "--selector", selector)
    if not gateways:
        raise VerificationError(f"the cluster has no running gateway Pod in {gateway.NAMESPACE} ({selector})")
    found = [_dump(context, gateway.NAMESPACE, pod) for pod in gateways]
    for namespace in sorted(namespaces):
        pods = _pods(context, namespace)
        if pods:
            found.append(_dump(context, namespace, pods[0]))
    return found


def _dump(context: str, namespace: str, pod: str) -> Dump:
    text = _kubectl(context, "exec", "-n", namespace, pod, "-c", CONTAINER, "--", *ASK)
    return dump_of(_json(text, f"{namespace}/{pod}"), f"{namespace}/{pod}")


def _pods(context: str, namespace: str, *more: str) -> list[str]:
    """The running Pods with a proxy, by name."""
    text = _kubectl(context, "get", "pods", "-n", namespace, *more, "-o", "json")
    return sorted(
        str(item["metadata"]["name"])
        for item in _json(text, f"pods of {namespace}").get("items") or ()
        if (item.get("status") or {}).get("phase") == "Running" and CONTAINER in _containers(item)
    )


def _containers(item: Mapping[str, Any]) -> Iterator[str]:
    spec = item.get("spec") or {}
    for each in (*(spec.get("containers") or ()), *(spec.get("initContainers") or ())):
        yield str(each.get("name"))


def _kubectl(context: str, *arguments: str) -> str:
    command = ["kubectl", "--context", context, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=SECONDS)
    except FileNotFoundError as error:
        raise VerificationError("kubectl is not on PATH: install it, or give --config-dump FOLDER") from error
    except subprocess.TimeoutExpired as error:
        raise VerificationError(f"kubectl {' '.join(arguments[:4])}: no answer in {SECONDS} s") from error
    if done.returncode:
        raise VerificationError(f"kubectl {' '.join(arguments[:4])}: {done.stderr.strip()}")
    return done.stdout


def _json(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise VerificationError(f"{where}: kubectl printed no JSON: {error}") from error
