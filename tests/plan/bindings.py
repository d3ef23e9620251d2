"""The providers' schemas, read out of the prebuilt bindings.

Each file of a binding carries the TypeScript it was generated from (its source map's `sourcesContent`), and that
states for every attribute of the provider whether it is computed, optional or required, and of what type it is.
"""

import base64
import json
import re
import tarfile
from collections.abc import Iterable
from importlib.util import find_spec
from pathlib import Path

_SOURCE_MAP = re.compile(r"sourceMappingURL=data:application/json;base64,(\S+)")
_FILE = re.compile(r"package/lib/([^/]+)/(?:index|index-structs/structs\d+)\.js")


class UnreadableBindingError(Exception):
    """A binding that is not written as cdktf's generator writes it."""


def archive(provider: str) -> Path:
    """The binding's npm package, inside its Python package."""
    spec = find_spec(f"cdktf_cdktf_provider_{provider}")
    if spec is None or not spec.submodule_search_locations:
        raise UnreadableBindingError(f"no binding of the provider {provider} is installed")
    (found,) = Path(next(iter(spec.submodule_search_locations)), "_jsii").glob("*.tgz")
    return found


def folder_of(provider: str, type_: str, *, data: bool) -> str:
    """The folder of a resource or data source type in the package: `google_dns_policy` is `dns-policy`."""
    noun = type_.removeprefix(f"{provider}_").replace("_", "-")
    return f"data-{provider}-{noun}" if data else noun


def sources(provider: str, folders: Iterable[str]) -> dict[str, str]:
    """The TypeScript of some of a package's folders, by folder."""
    wanted = set(folders)
    found: dict[str, str] = {}
    with tarfile.open(archive(provider)) as package:
        for member in package:
            match = _FILE.fullmatch(member.name)
            if match is None or match[1] not in wanted:
                continue
            content = package.extractfile(member)
            assert content is not None
            found[match[1]] = found.get(match[1], "") + _typescript(content.read().decode(), member.name)
    if missing := wanted - set(found):
        raise UnreadableBindingError(f"{provider}: the binding has no {', '.join(sorted(missing))}")
    return found


def _typescript(javascript: str, name: str) -> str:
    match = _SOURCE_MAP.search(javascript)
    if match is None:
        raise UnreadableBindingError(f"{name} carries no source map")
    return "\n".join(json.loads(base64.b64decode(match[1]))["sourcesContent"])
