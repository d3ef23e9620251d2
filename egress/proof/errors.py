"""The one error of the proof."""


class ProofError(Exception):
    """The proof cannot run (exit code 2); the message says what is missing and how to fix it."""
