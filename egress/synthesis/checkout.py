"""Where the stacks are: beside this package when installed, in the checkout's source root otherwise."""

import importlib.util
import sys
from pathlib import Path

from egress.terraform.errors import SynthesisError

ROOT = Path(__file__).parents[2]
"""The checkout, or the folder of installed packages."""
SOURCE_ROOT = ROOT / "constructs"
NEEDED = (
    "cdktf",
    "cdktf_cdktf_provider_google",
    "cdktf_cdktf_provider_helm",
    "cdktf_cdktf_provider_kubernetes",
)


def find_stacks() -> None:
    """Make `stacks` and `egress_constructs` importable, as `main.py` does in a checkout. Raises SynthesisError."""
    missing = [package for package in NEEDED if importlib.util.find_spec(package) is None]
    if missing:
        raise SynthesisError(
            f"this Python ({sys.executable}) has no {', '.join(missing)}: install the extra, "
            "pip install 'CHECKOUT_OR_WHEEL[stacks]', or run `make synth` in a checkout"
        )
    if (SOURCE_ROOT / "egress_constructs").is_dir() and str(SOURCE_ROOT) not in sys.path:
        # Appended, never put first, so that `constructs` stays the package from PyPI.
        sys.path.append(str(SOURCE_ROOT))


def command() -> list[str]:
    """How another process synthesizes: `main.py` in a checkout, the installed package elsewhere."""
    main = ROOT / "main.py"
    return [sys.executable, str(main)] if main.is_file() else [sys.executable, "-m", "egress", "synth"]
