"""The one error of this package."""


class TerraformError(Exception):
    """The synthesized JSON cannot be read or resolved; the message names stack, address and expression."""
