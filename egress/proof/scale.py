"""Figures at scale: `python -m egress.proof.scale 1000` proves little, it measures.

A fleet is generated, synthesized and applied: config/production's platform, by identity, a stack a team. Then istiod
and the gateway start anew, and the first team changes twice: a grant becomes narrower, and a grant is added. For each
change it tells what is applied, and how long it takes until the gateway does as it says. A change that touches more
than the team's stack and the objects of the destination that it names ends it.
"""

import argparse
import json
import os
import re
import sys
import tempfile
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from egress.proof import fleet
from egress.proof.asking.client import Client, RequestSender, source_ports
from egress.proof.asking.prove import Progress
from egress.proof.asking.requests import ProofRequest
from egress.proof.cluster.deployment import Deployed, assemble, difference
from egress.proof.cluster.mesh import RunningMesh
from egress.proof.cluster.objects import Addressed
from egress.proof.errors import ProofError
from egress.proof.network import namespaces, sandbox
from egress.proof.network.vpc import read_vpc
from egress.proof.toolchain.preparation import FINAL, prepare, synthesize
from egress.proof.toolchain.tools import Tools, installed
from egress.terraform import TerraformError, read_stacks, resolve

_MEGABYTE = 1 << 20
_WORKLOAD = "workloads:\n  test:\n    image: gcr.io/google.com/cloudsdktool/cloud-sdk:slim\n"
_PATIENCE = 300.0
"""Seconds that istiod and the gateway get here: the figure shall be how long it takes, not that a wait ended."""
_STACK = "team-team-0"


@dataclass(frozen=True, kw_only=True)
class Step:
    """A change of the first team: its folder, and what a request meets before and after it."""

    name: str
    host: str
    before: str | None
    """None: anything but what it meets afterwards."""
    after: str
    stacks: tuple[str, ...]
    """Which stacks may differ."""


STEPS = (
    Step(name="narrowed", host=fleet.host_name(0), before="200", after="403", stacks=(_STACK,)),
    Step(name="granted", host=fleet.host_name(4), before=None, after="200", stacks=(_STACK, "egress")),
)
"""Each follows the one before it."""


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


def write_steps(folder: Path, *, teams: int, grants: int, hosts: int) -> list[Path]:
    """Write the fleet as it is deployed, and as it is after each step."""
    written = []
    for name in ("deployed", *(step.name for step in STEPS)):
        config = folder / name / "config"
        fleet.write(config, teams=teams, grants=grants, hosts=hosts, tenancy="stack-per-team", running=1)
        file = config / "teams" / "team-0.yaml"
        lines = [line for line in file.read_text().splitlines(keepends=True) if _host(4) not in line]
        if name != "deployed":
            lines = [fleet.grant(0, ", paths: [/only-this]") if _host(0) in line else line for line in lines]
        if name == "granted":
            lines.append(fleet.grant(4))
        file.write_text("".join(lines))
        written.append(config)
    return written


def _host(position: int) -> str:
    return f"to: {fleet.host_name(position)},"


class Measured:
    """A mesh of the fleet, and what is measured of it, inside the sandbox."""

    def __init__(self, outs: Sequence[Path], tools: Tools, progress: Progress) -> None:
        self._progress, self._tools = progress, tools
        self._states = [_deployed(out, tools) for out in outs]
        self.figures: dict[str, Any] = {}
        self._mesh = RunningMesh(read_vpc(resolve(read_stacks(outs[0]))), tools, progress.say)

    def measure(self) -> dict[str, Any]:
        """Bring it up, start istiod and the gateway anew, and do the steps."""
        first, *others = self._states
        started = time.monotonic()
        self._mesh.start(first, judged=False)
        self._mesh.running.wait(_PATIENCE)
        self.figures |= {"objects": len(first.objects), "brought_up_seconds": _since(started)}
        self._start_anew()
        for step, before, after in zip(STEPS, self._states[:-1], others, strict=True):
            self.figures[step.name] = self._change(step, before, after)
        self.figures |= self._pushes()
        return self.figures

    def _start_anew(self) -> None:
        self._progress.say("starting istiod and the gateway anew")
        mesh = self._mesh
        gateway = next(envoy for envoy in mesh.envoys.values() if envoy.pod.is_gateway)
        started = time.monotonic()
        mesh.restart_istiod(_PATIENCE)
        self.figures["istiod_ready_seconds"] = _since(started)
        started = time.monotonic()
        gateway = mesh.running.restart_proxy(gateway.pod.key, _PATIENCE)
        self.figures["gateway_has_everything_seconds"] = _since(started)
        dump = gateway.admin("/config_dump")
        kinds = {part["@type"].rpartition(".")[2]: part for part in json.loads(dump)["configs"]}
        self.figures |= {
            "gateway_configuration_mb": round(len(json.dumps(list(kinds.values()))) / _MEGABYTE, 2),
            "gateway_listeners": len(kinds["ListenersConfigDump"].get("dynamic_listeners", ())),
            "gateway_clusters": len(kinds["ClustersConfigDump"].get("dynamic_active_clusters", ())),
            "istiod_mb": mesh.istiod.process.resident() // _MEGABYTE,
            "gateway_mb": gateway.process.resident() // _MEGABYTE,
        }

    def _change(self, step: Step, before: Deployed, after: Deployed) -> dict[str, Any]:
        """Apply what a step changes; raise ProofError where that is more than the team's and its destination's."""
        self._progress.say(f"changing the first team: {step.name}")
        changed, gone = difference(before.objects, after.objects)
        for item in (*changed, *gone):
            require_local(step, item)
        sender = next(pod for pod in self._mesh.pods.values() if pod.namespace == "team-0")
        client = Client(
            RequestSender(
                address=sender.ip,
                resolver=self._mesh.resolver,
                identity=self._mesh.identity(sender.namespace, sender.service_account),
                outside_roots=self._mesh.outside_authority.root.certificate,
            ),
            {},
            source_ports(),
        )
        request = ProofRequest(url=f"http://{step.host}/")

        def until(wanted: str) -> None:
            end = time.monotonic() + 60
            while (got := client.send(request, "scale").got) != wanted:
                if time.monotonic() > end:
                    raise ProofError(f"{step.name}: {request} meets {got}, not {wanted}, for a minute")
                time.sleep(0.01)

        if step.before:
            wanted = step.before
            namespaces.inside(sender.network, lambda: until(wanted))
        elif namespaces.inside(sender.network, lambda: client.send(request, "scale").got) == step.after:
            raise ProofError(f"{step.name}: {request} meets {step.after} before the change")
        started = time.monotonic()
        self._mesh.fabric.vpc = after.vpc
        self._mesh.apply(changed)
        for item in gone:
            self._mesh.api.delete(item.object)
        self._mesh.running.refresh()
        applied = _since(started)
        namespaces.inside(sender.network, lambda: until(step.after))
        return {
            "applied": sorted({item.address for item in changed}),
            "deleted": sorted({item.address for item in gone}),
            "applied_seconds": applied,
            "live_seconds": _since(started),
        }

    def _pushes(self) -> dict[str, float]:
        """How long istiod took on average to compute what it sent to a proxy, in milliseconds."""
        found = dict(
            re.findall(r"^(pilot_proxy_convergence_time_(?:sum|count)) (\S+)$", self._metrics(), re.MULTILINE)
        )
        total, count = (float(found[f"pilot_proxy_convergence_time_{each}"]) for each in ("sum", "count"))
        return {"pushes": count, "push_ms": round(1000 * total / count, 1)}

    def _metrics(self) -> str:
        return self._mesh.istiod.metrics()


def require_local(step: Step, item: Addressed) -> None:
    """Raise ProofError where a change of the team is a change of somebody else's object.

    In `egress` those of the step's destination may change: their names begin with its host's, written with hyphens.
    """
    stack = item.address.partition(":")[0]
    of_host = step.host.replace(".", "-") in str(item.object["metadata"]["name"])
    if stack == _STACK or (stack in step.stacks and of_host):
        return
    raise ProofError(f"{step.name}: a change of one team changes {item.address}")


def _deployed(out: Path, tools: Tools) -> Deployed:
    return assemble(resolve(read_stacks(out)), tools)


def _since(started: float) -> float:
    return round(time.monotonic() - started, 2)


def _inside(outs: Sequence[str]) -> int:
    progress = Progress()
    sandbox.enter()
    try:
        tools = installed(os.environ)
        if tools is None:
            raise ProofError("the toolchain is not complete")
        print(
            json.dumps(Measured([Path(out) for out in outs], tools, progress).measure(), indent=2), flush=True
        )
    except (ProofError, TerraformError) as error:
        print(error, file=sys.stderr)
        return 2
    except Exception:  # whatever it is, the mesh's processes and threads must not keep the sandbox alive
        traceback.print_exc()
        return 2
    return 0


def main(arguments: Sequence[str]) -> int:
    """Generate, synthesize and measure."""
    parser = argparse.ArgumentParser(prog="python -m egress.proof.scale", description=__doc__)
    parser.add_argument("teams", type=int)
    parser.add_argument("--grants", type=int, default=10, help="of each team (default: 10)")
    parser.add_argument("--hosts", type=int, default=50, help="destinations of the platform (default: 50)")
    asked = parser.parse_args(arguments)
    if asked.hosts < 5 or not 1 <= asked.grants < asked.hosts or asked.teams < 1:
        parser.error("state 1 team or more, 5 hosts or more, and 1 grant or more, but fewer than hosts")
    prepare()
    with tempfile.TemporaryDirectory() as folder:
        outs = []
        for config in write_steps(Path(folder), teams=asked.teams, grants=asked.grants, hosts=asked.hosts):
            started = time.monotonic()
            outs.append(str(synthesize(config, config.parent)))
            print(f"{config.parent.name}: synthesized in {_since(started)} s", file=sys.stderr)
        return sandbox.run_inside("egress.proof.scale", ["--inside", *outs])


if __name__ == "__main__":
    if sys.argv[1:2] == ["--inside"]:
        code = _inside(sys.argv[2:])
        sys.stdout.flush()
        os._exit(code)
    sys.exit(main(sys.argv[1:]))
