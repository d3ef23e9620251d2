"""The imitation providers, built once and installed as a plugin folder in the cache.

An imitation has the real provider's schema and none of its judgement: what it shows and what not stands in
docs/lab.md ("Held against Terraform").
"""

import hashlib
import json
import os
import platform
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from egress.proof.toolchain.go_toolchain import present_go
from egress.proof.toolchain.tools import cache_folder
from egress.terraform.computed import COMPUTED
from tests.plan.bindings import archive, folder_of, sources
from tests.plan.schema import PLUGIN_FRAMEWORK, Reader

HERE = Path(__file__).parent
STRICT = frozenset({"kubernetes_manifest"})
"""Resource types that are not made with SDKv2, beside those of the providers on the plugin framework."""
WHOLE_BLOCKS = frozenset({"google"})
"""Providers that compute a block as a whole where it is not given (`master_auth`, `node_pool` of a cluster)."""
KNOWN_AT_PLAN = {"google_service_account": ("email", "member")}
"""Computed attributes that the pinned google provider knows when it plans (since 6.8)."""


BINDING_OF = {"google-beta": "google"}
"""Providers without a binding of their own, and the one whose schema they have beside what they add."""
ADDED = {
    ("google-beta", "google_dns_response_policy_rule"): {"behavior": {"type": "string", "optional": True}}
}
"""Attributes that only such a provider has (google-beta's page of google_dns_response_policy_rule)."""


class ImitationUnavailableError(Exception):
    """Terraform, Go or the modules are not to be had here; the message says which."""


Types = Mapping[str, Iterable[tuple[str, bool]]]
"""Per provider its resource types, and with True its data sources."""


def plugin_folder(versions: Mapping[str, str], types: Types) -> Path:
    """A folder for `terraform init -plugin-dir` with an imitation of each provider.

    Raises ImitationUnavailableError.
    """
    if shutil.which("terraform") is None:
        raise ImitationUnavailableError("terraform is not on PATH")
    wanted = json.dumps([sorted(versions.items()), {name: sorted(of) for name, of in types.items()}])
    archives = " ".join(archive(BINDING_OF.get(name, name)).name for name in sorted(versions))
    made_of = [
        *sorted((HERE / "provider").iterdir()),
        HERE / "schema.py",
        HERE / "bindings.py",
        Path(__file__),
    ]
    digest = hashlib.sha256((wanted + archives).encode())
    for path in made_of:
        digest.update(path.read_bytes())
    folder = cache_folder(os.environ) / f"terraform-imitation@{digest.hexdigest()[:16]}"
    if not folder.is_dir():
        half = folder.with_name(f"{folder.name}.{os.getpid()}.part")
        shutil.rmtree(half, ignore_errors=True)
        binary = _build(half / "build")
        for name, version in versions.items():
            _install(half / "plugins", binary, name, version, types[name])
        try:
            half.rename(folder)
        except OSError:  # another run was first
            shutil.rmtree(half)
    return folder / "plugins"


def _build(folder: Path) -> Path:
    go = present_go(cache_folder(os.environ))
    if go is None:
        raise ImitationUnavailableError("there is no Go that is new enough, and the imitation provider is Go")
    folder.mkdir(parents=True)

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(go), *arguments], cwd=HERE / "provider", capture_output=True, text=True, check=False
        )

    fetched = run("mod", "download")
    if fetched.returncode:
        shutil.rmtree(folder.parent)
        raise ImitationUnavailableError(f"the Go modules are not available: {fetched.stderr.strip()[-300:]}")
    binary = folder / "imitation"
    built = run("build", "-ldflags=-s -w", "-o", str(binary), ".")
    assert built.returncode == 0, built.stderr
    return binary


def _install(plugins: Path, binary: Path, name: str, version: str, types: Iterable[tuple[str, bool]]) -> None:
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(platform.machine(), platform.machine())
    target = f"{platform.system().lower()}_{machine}"
    folder = plugins / "registry.terraform.io" / "hashicorp" / name / version / target
    folder.mkdir(parents=True)
    (folder / f"terraform-provider-{name}_v{version}").hardlink_to(binary)
    (folder / "schema.json").write_text(json.dumps(schema_of(name, types)))


def schema_of(provider: str, types: Iterable[tuple[str, bool]]) -> dict[str, Any]:
    """What one imitation is to know: the schemas of some types, and which computed values follow from others."""
    binding = BINDING_OF.get(provider, provider)
    folders = {folder_of(binding, type_, data=data): (type_, data) for type_, data in types}
    typescript = sources(binding, [*folders, "provider"])
    found: dict[str, Any] = {"resource_schemas": {}, "data_source_schemas": {}}
    for folder, (type_, data) in folders.items():
        reader = Reader(binding, typescript[folder])
        assert reader.type() == type_, f"{folder} is about {reader.type()}, not {type_}"
        root = reader.root()
        root["attributes"] |= ADDED.get((provider, type_), {})
        found["data_source_schemas" if data else "resource_schemas"][type_] = root
    configured = Reader(binding, typescript["provider"]).root()
    del configured["attributes"]["alias"]  # Terraform's own
    resources = sorted(found["resource_schemas"])
    templates = {type_: _templates(type_) for type_ in resources if type_ in COMPUTED}
    return {
        "name": provider,
        "provider": configured,
        **found,
        "after_apply": templates,
        "known_at_plan": {
            type_: {name: templates[type_][name] for name in names}
            for type_, names in KNOWN_AT_PLAN.items()
            if type_ in templates
        },
        "whole_blocks": binding in WHOLE_BLOCKS,
        "strict": [type_ for type_ in resources if provider in PLUGIN_FRAMEWORK or type_ in STRICT],
    }


class _Placeholder(str):
    """Stands for an attribute in the rules of egress/terraform/computed.py: `{name}`, `{metadata.name}`."""

    def __getitem__(self, key: Any) -> "_Placeholder":
        return _Placeholder(f"{self[:-1]!s}.{key}}}" if isinstance(key, str) else str.__getitem__(self, key))


class _Placeholders(dict[str, Any]):
    def __missing__(self, key: str) -> _Placeholder:
        return _Placeholder(f"{{{key}}}")


def _templates(type_: str) -> dict[str, str]:
    """The rules for a type's computed attributes as templates, `{account_id}@{project}...`."""
    return {attribute: rule(_Placeholders()) for attribute, rule in COMPUTED[type_].items()}
