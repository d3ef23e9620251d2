"""A synthesis that cannot run, in words for whoever asked for it."""


class SynthesisError(Exception):
    """One message: what is missing, and how to get it."""
