"""Figures at scale: `python -m egress.proof.scale 1000` proves nothing, it measures.

A configuration with that many teams is generated, synthesized and applied; then istiod and the gateway start anew,
and one grant is changed.
"""

import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from egress.proof.asking.client import Client, RequestSender, source_ports
from egress.proof.asking.prove import Progress
from egress.proof.asking.requests import ProofRequest
from egress.proof.cluster.deployment import assemble
from egress.proof.cluster.mesh import RunningMesh
from egress.proof.errors import ProofError
from egress.proof.network import namespaces, sandbox
from egress.proof.network.vpc import read_vpc
from egress.proof.toolchain.preparation import FINAL, prepare, synthesize
from egress.proof.toolchain.tools import installed
from egress.terraform import read_stacks, resolve

_MEGABYTE = 1 << 20
_WORKLOAD = "workloads:\n  test:\n    image: gcr.io/google.com/cloudsdktool/cloud-sdk:slim\n"


def write_configuration(folder: Path, teams: int) -> Path:
    """Write a configuration in which every team has a host of its own; the first has a workload."""
    config = folder / "config"
    (config / "teams").mkdir(parents=True)
    (config / "platform.yaml").write_text((FINAL / "platform.yaml").read_text())
    hosts = [f"  host-{n}.example:\n    http: originate-tls\n    https: pass-through\n" for n in range(teams)]
    (config / "destinations.yaml").write_text("authorization: by-namespace\ndestinations:\n" + "".join(hosts))
    for number in range(teams):
        grant = f"grants:\n  - to: host-{number}.example\n"
        text = grant + (_WORKLOAD if number == 0 else "")
        (config / "teams" / f"team-{number}.yaml").write_text(text)
    return config


def measure(out: Path, progress: Progress) -> dict[str, Any]:
    """Bring the mesh up and measure it, inside the sandbox."""
    tools = installed(os.environ)
    if tools is None:
        raise ProofError("the toolchain is not complete")
    resources = resolve(read_stacks(out))
    mesh = RunningMesh(read_vpc(resources), tools, progress.say)
    deployed = assemble(resources, tools)
    mesh.start(deployed)
    mesh.running.wait()
    figures: dict[str, Any] = {"objects": len(deployed.objects)}
    progress.say("starting istiod and the gateway anew")
    gateway = next(envoy for envoy in mesh.envoys.values() if envoy.pod.is_gateway)
    started = time.monotonic()
    mesh.restart_istiod()
    figures["istiod_ready_seconds"] = _since(started)
    gateway = mesh.running.restart_proxy(gateway.pod.key)
    figures["gateway_has_it_seconds"] = _since(started)
    dump = gateway.admin("/config_dump")
    figures["gateway_configuration_mb"] = round(len(dump) / _MEGABYTE, 1)
    figures["istiod_mb"] = mesh.istiod.process.resident() // _MEGABYTE
    figures["gateway_mb"] = gateway.process.resident() // _MEGABYTE
    progress.say("changing one grant")
    figures["change_live_seconds"] = _change(mesh)
    return figures


def _change(mesh: RunningMesh) -> float:
    """Narrow the first team's grant to a path and time until the gateway refuses what it allowed."""
    policy = next(
        item.object
        for item in mesh.deployed.of_kind("AuthorizationPolicy")
        if "host-0.example" in json.dumps(item.object)
    )
    sender = next(pod for pod in mesh.pods.values() if pod.namespace == "team-0")
    client = Client(
        RequestSender(
            address=sender.ip,
            resolver=mesh.resolver,
            identity=mesh.identity(sender.namespace, sender.service_account),
            outside_roots=mesh.outside_authority.root.certificate,
        ),
        {},
        source_ports(),
    )
    request = ProofRequest(url="http://host-0.example/")

    def until(wanted: str) -> float:
        started = time.monotonic()
        while client.send(request, "scale").got != wanted:
            if time.monotonic() - started > 60:
                raise ProofError(f"no {wanted} for {request} within a minute")
            time.sleep(0.01)
        return _since(started)

    narrowed = json.loads(json.dumps(policy))
    for rule in narrowed["spec"]["rules"]:
        for to in rule.get("to", ()):
            to["operation"]["paths"] = ["/only-this"]
    namespaces.inside(sender.network, lambda: until("200"))
    mesh.api.apply(narrowed)
    return namespaces.inside(sender.network, lambda: until("403"))


def _since(started: float) -> float:
    return round(time.monotonic() - started, 2)


def _inside(out: str) -> int:
    progress = Progress()
    sandbox.enter()
    try:
        print(json.dumps(measure(Path(out), progress), indent=2), flush=True)
    except ProofError as error:
        print(error, file=sys.stderr)
        return 2
    return 0


def main(teams: int) -> int:
    """Generate, synthesize and measure."""
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        started = time.monotonic()
        config = write_configuration(Path(folder), teams)
        out = synthesize(config, Path(folder))
        print(f"{teams} teams synthesized in {_since(started)} s", file=sys.stderr)
        return sandbox.run_inside("egress.proof.scale", ["--inside", str(out)])


if __name__ == "__main__":
    if sys.argv[1] == "--inside":
        code = _inside(sys.argv[2])
        sys.stdout.flush()
        os._exit(code)
    sys.exit(main(int(sys.argv[1])))
