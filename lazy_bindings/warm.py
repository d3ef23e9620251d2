"""Make the caches that a quick run needs, once: `python -m lazy_bindings.warm`, a step of `make setup`.

jsii unpacks a provider's tarball at its first use and indexes it in a background thread. A program that is
done before the index is (as ours) never gets one, and reads the whole assembly at every run. So set-up loads
every package once and waits.
"""

import importlib
import os
import pkgutil
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsii

import lazy_bindings
from lazy_bindings.bindings_loader import CODE_CACHE
from lazy_bindings.node import PACKAGE_CACHE
from lazy_bindings.shape import PREFIX

MANIFEST = ".jsii.runtime.v*.json"
"""What jsii writes last: the index is complete (jsii 1.14x, `runtime-index.ts`)."""

PATIENCE_SECONDS = 300


def warm(cache: Path) -> list[str]:
    """Load every assembly into `cache` and wait for its index; the assemblies that did not get one."""
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.environ["JSII_RUNTIME_PACKAGE_CACHE_ROOT"] = str(cache)
    lazy_bindings.install()
    waiting = {
        f"{assembly.name}@{assembly.version}": cache / assembly.name / assembly.version
        for assembly in load_all()
    }
    # The loads run in the background: one that failed is raised here.
    jsii.stats()  # type: ignore[no-untyped-call]
    deadline = time.monotonic() + PATIENCE_SECONDS
    while waiting and time.monotonic() < deadline:
        waiting = {name: entry for name, entry in waiting.items() if not is_indexed(entry)}
        time.sleep(0.1 if waiting else 0)
    return sorted(waiting)


def load_all() -> Iterator[Any]:
    """Load cdktf and each installed provider into jsii's kernel."""
    providers = sorted(module.name for module in pkgutil.iter_modules() if module.name.startswith(PREFIX))
    for package in ("constructs", "cdktf", *providers):
        yield importlib.import_module(f"{package}._jsii").__jsii_assembly__


def is_indexed(entry: Path) -> bool:
    """Whether jsii finished the index of this package version (one folder for each digest)."""
    return any(entry.glob(f"*/{MANIFEST}"))


def main() -> int:
    """Warm the cache of this checkout. A package without an index is slow but not wrong: say it and go on."""
    started = time.monotonic()
    CODE_CACHE.mkdir(parents=True, exist_ok=True)
    slow = warm(PACKAGE_CACHE)
    if slow:
        sys.stderr.write(
            f"no index of {', '.join(slow)} after {PATIENCE_SECONDS} s: each run will be slower\n"
        )
    else:
        sys.stdout.write(f"provider bindings unpacked and indexed ({time.monotonic() - started:.0f} s)\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
