"""Writes the stacks' Terraform JSON: whole, or the named stacks alone; many teams' stacks in several processes.

What is written does not depend on how: each stack's file and the manifest are the same bytes as those of one process
(tests/synth/test_tenancy.py). Nothing of cdktf is imported before it is needed.
"""

import atexit
import json
import os
import re
import shutil
import tempfile
from collections.abc import Sequence
from multiprocessing import connection, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from egress.config.configuration import Configuration
from egress.derived.stack_ids import SHARED, stack_ids
from egress.terraform.errors import SynthesisError

DEFAULT_OUT = "cdktf.out"
"""Where cdktf itself writes when nothing else is said."""

STACKS_OF_A_SHARD = 250
"""So many teams' stacks are 3,300 resources, which take 240 MB. More of them take more; each shard starts a node."""


def synthesize(
    configuration: Configuration,
    wanted: Sequence[str] | None = None,
    *,
    processes: int | None = None,
    out: Path | None = None,
) -> Path:
    """Write the stacks, or the wanted ones of them; the folder they are in.

    Raises SynthesisError where a process ends without its part.
    """
    out = out or Path(os.environ.get("CDKTF_OUTDIR") or DEFAULT_OUT)
    every = stack_ids(configuration)
    names = [name for name in every if wanted is None or name in wanted]
    shards = shards_of(names)
    if len(shards) == 1 and wanted is None:
        write(configuration, None, out)
    else:
        _write_parts(configuration, shards, out, processes or available_processors())
    if wanted is None:
        _remove_others(out, every)
    return out


def shards_of(names: Sequence[str]) -> list[list[str]]:
    """The stacks to write in one go: the shared ones with the first teams', then as many again."""
    shared = [name for name in names if name in SHARED]
    teams = [name for name in names if name not in SHARED]
    if len(teams) <= STACKS_OF_A_SHARD:
        return [[*shared, *teams]]
    cut = [teams[at : at + STACKS_OF_A_SHARD] for at in range(0, len(teams), STACKS_OF_A_SHARD)]
    return [shared, *cut] if shared else cut


def available_processors() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def write(configuration: Configuration, wanted: Sequence[str] | None, out: Path) -> None:
    """Let cdktf write the stacks in this process, with those that the wanted ones stand on."""
    import lazy_bindings

    lazy_bindings.install()
    from cdktf import App

    from stacks.layers import add_stacks

    out.mkdir(parents=True, exist_ok=True)
    app = App(outdir=str(out))
    add_stacks(app, configuration, wanted)
    app.synth()


def _write_parts(configuration: Configuration, shards: list[list[str]], out: Path, processes: int) -> None:
    """Write each shard into a folder of its own, and put together what was wanted of them."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out, prefix=".shards-") as folder:
        parts = [(shard, Path(folder) / str(number)) for number, shard in enumerate(shards)]
        if len(parts) == 1:
            write(configuration, *parts[0])
        else:
            _in_processes(configuration, parts, processes)
        _put_together(parts, out)


def _in_processes(configuration: Configuration, parts: list[tuple[list[str], Path]], processes: int) -> None:
    """One process a shard, so that its memory is given back; forked, so that the configuration is read once."""
    context = get_context("fork")
    waiting, running = list(parts), list[BaseProcess]()
    try:
        while waiting or running:
            while waiting and len(running) < processes:
                process = context.Process(target=_write_and_end, args=(configuration, *waiting.pop(0)))
                process.start()
                running.append(process)
            ended = connection.wait([each.sentinel for each in running])
            for each in [each for each in running if each.sentinel in ended]:
                running.remove(each)
                each.join()
                if each.exitcode != 0:
                    raise SynthesisError(
                        f"a process that wrote a part of the stacks ended with {each.exitcode}; "
                        "what it says is above. Fewer at once need less memory: `--processes 1`"
                    )
    finally:
        for each in running:
            each.terminate()
            each.join()


def _write_and_end(configuration: Configuration, wanted: list[str], out: Path) -> None:
    """Write a shard and wait for node: multiprocessing ends a process without what is registered for its end."""
    atexit._clear()  # what the parent registered is the parent's: it removes the folder of the shards
    write(configuration, wanted, out)
    atexit._run_exitfuncs()  # what jsii registers: it stops node, and waits until it has ended


def _put_together(parts: list[tuple[list[str], Path]], out: Path) -> None:
    """Move the wanted stacks into the output, and write one manifest of them."""
    whole: dict[str, Any] = {}
    stacks: dict[str, dict[str, Any]] = {}
    for shard, part in parts:
        manifest = json.loads((part / "manifest.json").read_text(encoding="utf-8"))
        whole = whole or manifest
        for name in shard:
            stacks[name] = manifest["stacks"][name]
            target = out / stacks[name]["synthesizedStackPath"]
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.move(part / stacks[name]["synthesizedStackPath"], target)
    for stack in stacks.values():
        # cdktf stops at a stack whose dependencies the manifest does not have.
        stack["dependencies"] = [name for name in stack["dependencies"] if name in stacks]
    text = json.dumps({**whole, "stacks": stacks}, indent=2, sort_keys=True, ensure_ascii=False)
    # As json-stable-stringify writes it for cdktf: an empty list on two lines.
    text = re.sub(r"^( *)(.*)\[\](,?)$", r"\1\2[\n\1]\3", text, flags=re.MULTILINE)
    (out / "manifest.json").write_text(text, encoding="utf-8")


def _remove_others(out: Path, every: Sequence[str]) -> None:
    """Remove the JSON of teams that are gone: the review reads every stack that it finds."""
    for file in out.glob("stacks/team-*/cdk.tf.json"):
        if file.parent.name not in every:
            file.unlink()
