"""The errors of this package."""


class TerraformError(Exception):
    """The synthesized JSON cannot be read or resolved; the message names stack, address and expression."""


class SynthesisError(Exception):
    """The JSON cannot be written; one message: what is missing, and how to get it."""
