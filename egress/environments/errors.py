"""An environment that cannot be found, made or added to, in words for whoever asked."""


class EnvironmentsError(Exception):
    """One message: what is wrong, and what to do."""
