"""The one error of the proof, and what a program in its sandbox ends with."""

import sys
import traceback
from collections.abc import Callable

from egress.terraform import TerraformError


class ProofError(Exception):
    """The proof cannot run (exit code 2); the message says what is missing and how to fix it."""


def exit_code(program: Callable[[], int]) -> int:
    """Return a program's exit code; 2 where it cannot run, or has a fault, which is no answer."""
    try:
        return program()
    except (ProofError, TerraformError) as error:
        sys.stderr.write(f"the proof cannot run: {error}\n")
    except Exception:
        traceback.print_exc()
    return 2
