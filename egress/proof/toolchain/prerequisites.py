"""What the machine must have for the proof, and how to get it."""

import os
import shutil
import subprocess

from egress.proof.errors import ProofError

_COMMANDS = {
    "ip": "iproute2",
    "nft": "nftables",
    "unshare": "util-linux",
    "nsenter": "util-linux",
    "setpriv": "util-linux",
    "mount": "mount",
}
"""Commands with the Debian package that has them."""


def require() -> None:
    """Raise ProofError that names everything missing at once."""
    missing = [name for name in _COMMANDS if shutil.which(name) is None]
    problems = [f"{name} is missing: apt-get install {_COMMANDS[name]}" for name in missing]
    if not {"unshare", "nft"} & set(missing):
        problems += _kernel_problems()
    if problems:
        raise ProofError("\n".join(problems))


def _kernel_problems() -> list[str]:
    """Try namespaces and nftables for real: whether a kernel allows them cannot be read off anywhere."""
    identity = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    base = ["unshare", *identity, "--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]
    done = subprocess.run([*base, "true"], capture_output=True, text=True)
    if done.returncode:
        as_user = (
            "run as root, or allow unprivileged user namespaces (sysctl kernel.unprivileged_userns_clone=1, "
        )
        as_user += "kernel.apparmor_restrict_unprivileged_userns=0)"
        hint = as_user if identity else "the container needs CAP_SYS_ADMIN"
        return [f"namespaces are not allowed ({done.stderr.strip()}): {hint}"]
    rules = "table ip t { chain c { type nat hook output priority -100; tcp dport 1 redirect to :2\n}\n}"
    done = subprocess.run([*base, "nft", "-f", "-"], input=rules, capture_output=True, text=True)
    if done.returncode:
        return [
            f"the kernel has no nftables with NAT ({done.stderr.strip().splitlines()[0]}): load nf_tables, nft_nat"
        ]
    return []
