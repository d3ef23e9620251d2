"""Runs the proof in network, mount and process namespaces of its own.

The parent waits outside; the child is PID 1 inside. `setpriv --pdeathsig` kills unshare when the parent dies,
`unshare --kill-child` kills PID 1 with it, and the kernel ends every process of the namespace with PID 1: so
nothing survives, also after `kill -9`. All run-time files lie in a tmpfs of the mount namespace.
"""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

from egress.proof.errors import ProofError

RUN = Path("/run")
"""A tmpfs inside the sandbox; `ip netns` keeps its names here too."""


def run_inside(module: str, arguments: list[str]) -> int:
    """Run `python -m module arguments` in a sandbox and return its exit code."""
    identity = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = [
        *("setpriv", "--pdeathsig", "KILL"),
        *("unshare", *identity, "--net", "--mount", "--pid", "--ipc", "--uts"),
        *("--fork", "--kill-child", "--mount-proc"),
        *(sys.executable, "-m", module, *arguments),
    ]
    process = subprocess.Popen(command)  # ended by pdeathsig with us
    previous = signal.signal(signal.SIGTERM, lambda *_: process.kill())
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.kill()
        process.wait()
        return 130
    finally:
        signal.signal(signal.SIGTERM, previous)


def enter() -> None:
    """Prepare the sandbox from inside, as its first process."""
    mount = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(RUN)], capture_output=True, text=True)
    if mount.returncode:
        raise ProofError(f"cannot mount a tmpfs in the sandbox: {mount.stderr.strip()}")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def use_resolver(address: str) -> None:
    """Make `address` the name server of every process of the sandbox."""
    ours = RUN / "resolv.conf"
    ours.write_text(f"nameserver {address}\noptions timeout:2 attempts:2\n")
    theirs = Path("/etc/resolv.conf").resolve()
    with contextlib.suppress(OSError):  # it lies under /run where a stub resolver links it there
        theirs.parent.mkdir(parents=True, exist_ok=True)
        theirs.touch(exist_ok=True)
    subprocess.run(["mount", "--bind", str(ours), str(theirs)], check=True)
