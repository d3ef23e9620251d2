"""Configurations that proxies hold: what `config_dump` of Envoy's administration interface prints."""

import gzip
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egress.observed.verification.errors import VerificationError

BOOTSTRAP = "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump"


@dataclass(frozen=True, kw_only=True)
class Dump:
    """One proxy's configuration."""

    namespace: str
    pod: str
    account: str
    app: str
    """The label `app` of its Pod: two workloads may run as one ServiceAccount."""
    gateway: bool
    address: str
    istio: str
    """The version of its own that it tells istiod."""
    sections: tuple[Mapping[str, Any], ...]

    @property
    def name(self) -> str:
        """NAMESPACE/POD."""
        return f"{self.namespace}/{self.pod}"

    @property
    def role(self) -> tuple[bool, str, str, str]:
        """What two proxies of the same configuration have in common."""
        return (self.gateway, self.namespace, self.account, self.app)


def dump_of(document: Any, where: str) -> Dump:
    """Read a document. Raises VerificationError for one that no Envoy of a mesh printed."""
    try:
        sections = tuple(document["configs"])
        node = next(each for each in sections if each["@type"] == BOOTSTRAP)["bootstrap"]["node"]
        role, address, _, _ = str(node["id"]).split("~")
        metadata = node["metadata"]
        return Dump(
            namespace=str(metadata["NAMESPACE"]),
            pod=str(metadata["NAME"]),
            account=str(metadata["SERVICE_ACCOUNT"]),
            app=str((metadata.get("LABELS") or {}).get("app", "")),
            gateway=role == "router",
            address=address,
            istio=str(metadata.get("ISTIO_VERSION", "")),
            sections=sections,
        )
    except (KeyError, TypeError, ValueError, StopIteration) as error:
        raise VerificationError(
            f"{where}: this is no config_dump of a proxy of the mesh: write it with "
            "kubectl exec POD -c istio-proxy -- pilot-agent request GET config_dump"
        ) from error


def read_dumps(folder: Path) -> list[Dump]:
    """Every file of a folder, .json or .json.gz. Raises VerificationError."""
    if not folder.is_dir():
        raise VerificationError(f"{folder}: there is no such folder")
    found = [dump_of(_document(file), str(file)) for file in _files(folder)]
    if not found:
        raise VerificationError(f"{folder}: there is no .json or .json.gz in it")
    return sorted(found, key=lambda each: each.name)


def _files(folder: Path) -> Iterator[Path]:
    yield from sorted(file for file in folder.iterdir() if file.name.endswith((".json", ".json.gz")))


def _document(file: Path) -> Any:
    try:
        content = gzip.decompress(file.read_bytes()) if file.suffix == ".gz" else file.read_bytes()
        return json.loads(content)
    except OSError as error:
        raise VerificationError(f"{file}: {error.strerror or error}") from error
    except (ValueError, RecursionError, EOFError) as error:
        raise VerificationError(f"{file}: it is no JSON: {error}") from error
