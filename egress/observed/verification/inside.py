"""What brings a mesh up and asks its proxies, inside the sandbox: `python -m ... SETTINGS` (JSON)."""

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from egress.observed.verification.attestation import subjects
from egress.observed.verification.proving import FACTS, STORED
from egress.proof.asking.by_hand import live_objects
from egress.proof.asking.prove import Progress
from egress.proof.cluster.deployment import assemble
from egress.proof.cluster.mesh import RunningMesh
from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError, exit_code
from egress.proof.network import sandbox
from egress.proof.network.vpc import read_vpc
from egress.proof.toolchain import versions
from egress.proof.toolchain.tools import Tools
from egress.terraform import Resource, read_stacks, resolve


class MeshAsStated(RunningMesh):
    """The proof's mesh with the logs that the stacks state: rows are not asked of it, proxies are looked at."""

    def adapted(self, item: Addressed) -> Addressed:
        """Take nothing away but metrics, whose filter only istio-proxy has."""
        if item.key != self.deployed.mesh_config.key:
            return item
        mesh = yaml.safe_load(item.object["data"]["mesh"]) or {}
        providers = mesh.get("defaultProviders") or {}
        mesh["defaultProviders"] = {key: value for key, value in providers.items() if key != "metrics"}
        data = {**item.object["data"], "mesh": yaml.safe_dump(mesh)}
        return Addressed(address=item.address, object={**item.object, "data": data})


def main(settings: Mapping[str, Any]) -> int:
    """Write a dump of each proxy; return 0, or 2 where the proof cannot run."""
    return exit_code(lambda: _write_dumps(settings))


def _write_dumps(settings: Mapping[str, Any]) -> int:
    progress = Progress()
    sandbox.enter()
    tools = Tools(**{name: Path(path) for name, path in settings["tools"].items()})
    out, folder = Path(settings["out"]), Path(settings["folder"])
    resources = resolve(read_stacks(out))
    mesh = MeshAsStated(read_vpc(resources), tools, progress.say)
    mesh.start(assemble(resources, tools))
    mesh.running.wait()
    mesh.settle()
    rejected = mesh.running.rejections()
    if rejected:
        raise ProofError("\n".join(rejected))
    for key, proxy in mesh.envoys.items():
        name = key.replace("/", ".")
        (folder / f"{name}.json").write_text(proxy.admin("/config_dump"), encoding="utf-8")
    items = [_as_helm_stores(item, mesh.deployed.objects, resources) for item in live_objects(mesh.api)]
    stored = {"apiVersion": "v1", "kind": "List", "items": items}
    (folder / STORED).write_text(json.dumps(stored), encoding="utf-8")
    facts = {
        "istio": versions.istio(tools),
        "envoy": versions.envoy(tools),
        "subject": subjects(out),
    }
    (folder / FACTS).write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    progress.say(f"{len(mesh.envoys)} proxies asked for what they hold")
    return 0


def _as_helm_stores(
    item: Mapping[str, Any], deployed: Sequence[Addressed], resources: Sequence[Resource]
) -> Mapping[str, Any]:
    """An object of a release with what Helm writes on it; the proof applies what `helm template` prints, without."""
    metadata = item["metadata"]
    name = (item["kind"], str(metadata.get("namespace", "")), metadata["name"])
    release = next((each.address for each in deployed if each.key[1:] == name), "")
    body = next(
        (
            each.body
            for each in resources
            if each.type == "helm_release" and each.qualified_address == release
        ),
        None,
    )
    if body is None:
        return item
    annotations = {
        **(metadata.get("annotations") or {}),
        "meta.helm.sh/release-name": body["name"],
        "meta.helm.sh/release-namespace": body.get("namespace", "default"),
    }
    return {**item, "metadata": {**metadata, "annotations": annotations}}


if __name__ == "__main__":
    code = main(json.loads(sys.argv[1]))
    sys.stdout.flush()
    os._exit(code)  # PID 1 takes everything else of the sandbox with it
