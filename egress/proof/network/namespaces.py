"""Network namespaces: one per Pod and per outside party, each joined to the fabric by a point-to-point link.

The fabric is the sandbox's own network namespace; it routes, translates and filters. Addresses are /32 with a
link-local next hop, so that nothing is reached without passing the fabric.
"""

import ctypes
import os
import subprocess
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from egress.proof.errors import ProofError

Result = TypeVar("Result")

_NEXT_HOP = "169.254.1.1"
_CLONE_NEWNET = 0x40000000
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, kw_only=True)
class NetworkNamespace:
    """A network namespace with its addresses; ranges are answered as a whole (AnyIP)."""

    name: str
    link: str
    addresses: tuple[str, ...]
    ranges: tuple[str, ...] = ()

    @property
    def path(self) -> Path:
        """The file that names it."""
        return Path("/run/netns") / self.name


def create(namespaces: Iterable[NetworkNamespace]) -> None:
    """Create the namespaces, their links and their routes."""
    for namespace in namespaces:
        _batch(
            [
                f"netns add {namespace.name}",
                f"link add {namespace.link} type veth peer name eth0 netns {namespace.name}",
                f"addr add {_NEXT_HOP}/32 dev {namespace.link}",
                f"link set {namespace.link} up",
                *(
                    f"route add {target} dev {namespace.link}"
                    for target in (*namespace.addresses, *namespace.ranges)
                ),
            ]
        )
        _batch(
            [
                "link set lo up",
                "link set eth0 up",
                *(f"addr add {address}/32 dev eth0" for address in namespace.addresses),
                f"route add {_NEXT_HOP} dev eth0 scope link",
                f"route add default via {_NEXT_HOP} dev eth0",
                *(f"route add local {range_} dev lo" for range_ in namespace.ranges),
            ],
            "-n",
            namespace.name,
        )


def delete(namespaces: Iterable[NetworkNamespace]) -> None:
    """Remove namespaces; their links and routes go with them."""
    for namespace in namespaces:
        _batch([f"netns delete {namespace.name}"])


def forward() -> None:
    """Let the fabric forward, and answer every refused packet: by default the kernel limits such answers."""
    Path("/proc/sys/net/ipv4/ip_forward").write_text("1")
    Path("/proc/sys/net/ipv4/icmp_ratemask").write_text("0")


def command(namespace: NetworkNamespace, argv: Sequence[str]) -> list[str]:
    """Return the command that runs argv in the namespace."""
    return ["nsenter", f"--net={namespace.path}", "--", *argv]


def load_ruleset(ruleset: str, namespace: NetworkNamespace | None = None) -> None:
    """Load an nftables ruleset atomically."""
    argv = ["nft", "-f", "-"]
    done = subprocess.run(
        command(namespace, argv) if namespace else argv, input=ruleset, capture_output=True, text=True
    )
    if done.returncode:
        raise ProofError(f"nft refused the ruleset: {done.stderr.strip()[:2000]}")


def inside(namespace: NetworkNamespace, action: Callable[[], Result]) -> Result:
    """Run an action on a thread that has entered the namespace (sockets it opens belong there)."""
    outcome: list[Result] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            enter(namespace)
            outcome.append(action())
        except BaseException as error:
            failure.append(error)

    thread = threading.Thread(target=target)
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]


def enter(namespace: NetworkNamespace) -> None:
    """Move the calling thread into the namespace."""
    descriptor = os.open(namespace.path, os.O_RDONLY)
    try:
        if _LIBC.setns(descriptor, _CLONE_NEWNET):
            raise OSError(ctypes.get_errno(), f"cannot enter the network namespace {namespace.name}")
    finally:
        os.close(descriptor)


def _batch(lines: Iterable[str], *options: str) -> None:
    done = subprocess.run(
        ["ip", *options, "-batch", "-"], input="\n".join(lines), capture_output=True, text=True
    )
    if done.returncode:
        raise ProofError(f"ip refused: {done.stderr.strip()[:1000]}")
