"""What keeps a comparison from being made."""


class DriftError(Exception):
    """The stacks or the live objects cannot be read; the message says what to do."""
