"""Why nothing can be verified."""

from egress.environments.errors import EnvironmentsError


class VerificationError(EnvironmentsError):
    """Bad input, or a cluster that does not answer."""
