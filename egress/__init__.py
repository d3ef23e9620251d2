"""The domain: who may reach what, in pure Python. Nothing here imports cdktf."""

from egress.source.version import VERSION

__version__ = VERSION
