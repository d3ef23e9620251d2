"""Lists the value keys of Istio's charts into the JSON files beside it.

    python tests/synth/chart_values/generate.py

Run it when egress/config/istio_releases.py gets a new release. It needs Go, for the module that holds the charts; the
tests need only its result. Where the module proxy does not serve the deployed release, the next one is listed, as the
proof does; each file says which.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import yaml

sys.path.insert(0, str(Path(__file__).parents[3]))

from egress.config.istio_releases import MODULES

MODULE = "istio.io/istio"
CHARTS = {"base": "base", "istiod": "istio-control/istio-discovery", "gateway": "gateway", "cni": "istio-cni"}

DATA_KEYED = frozenset({"annotations", "labels", "limits", "podAnnotations", "podLabels", "requests"})
"""Mappings whose keys are data, though the chart fills in some of its own."""

Tree = dict[str, Any]


def main() -> int:
    """Write one file per chart."""
    version, istio = _first_served(MODULES.values())
    api_version = re.search(r"^\tistio\.io/api (\S+)", (istio / "go.mod").read_text(), re.MULTILINE)
    assert api_version is not None, "Istio's go.mod requires its own API"
    mesh_config = _mesh_config_fields(_download("istio.io/api", api_version[1]))
    for chart, folder in CHARTS.items():
        path = istio / "manifests" / "charts" / folder
        keys = _keys(yaml.safe_load((path / "values.yaml").read_text())["_internal_defaults_do_not_set"])
        _add_what_templates_read(keys, path / "templates")
        if "meshConfig" in keys:
            keys["meshConfig"] = mesh_config
        listing: Tree = {"source": f"{MODULE}@{version}: {path.relative_to(istio)}", "values": keys}
        schema = path / "values.schema.json"
        if schema.exists():
            listing["schema"] = json.loads(schema.read_text())
        target = Path(__file__).parent / f"{chart}.json"
        target.write_text(json.dumps(listing, indent=2, sort_keys=True) + "\n")
    return 0


def _first_served(versions: Iterable[str]) -> tuple[str, Path]:
    for version in versions:
        try:
            return version, _download(MODULE, version)
        except subprocess.CalledProcessError as error:
            sys.stderr.write(f"{MODULE}@{version}: {error.stdout}")
    raise SystemExit(f"no version of {MODULE} is served")


def _download(module: str, version: str) -> Path:
    done = subprocess.run(
        ["go", "mod", "download", "-json", f"{module}@{version}"], check=True, capture_output=True, text=True
    )
    return Path(json.loads(done.stdout)["Dir"])


def _keys(values: Tree) -> Tree:
    return {
        key: _keys(value) if isinstance(value, dict) and value and key not in DATA_KEYED else _kind(value)
        for key, value in values.items()
    }


def _kind(value: object) -> str:
    for type_, name in ((bool, "boolean"), (dict, "mapping"), (list, "list"), (str, "text")):
        if isinstance(value, type_):
            return name
    return "number" if isinstance(value, int | float) else "any"


def _add_what_templates_read(keys: Tree, templates: Path) -> None:
    """Add keys that values.yaml shows as a comment at most, such as `service.loadBalancerClass`."""
    for template in sorted(templates.rglob("*")):
        text = template.read_text() if template.is_file() else ""
        for path in re.findall(
            r"\.Values\.([A-Za-z][\w.]*\w)", text.replace("($.Values.global).", "$.Values.global.")
        ):
            *way, last = path.split(".")
            block: Any = keys
            for step in way:
                block = block.setdefault(step, {}) if isinstance(block, dict) else None
            if isinstance(block, dict):
                block.setdefault(last, "any")


def _mesh_config_fields(api: Path) -> Tree:
    """MeshConfig's fields by their JSON names; what they hold is not followed."""
    source = (api / "mesh" / "v1alpha1" / "config.pb.go").read_text()
    struct = source.split("type MeshConfig struct {", 1)[1].split("\n}", 1)[0]
    tags = re.findall(r'protobuf:"[^"]*name=(\w+)(?:,json=(\w+))?[^"]*"', struct)
    return {camel or snake: "any" for snake, camel in tags}


if __name__ == "__main__":
    sys.exit(main())
