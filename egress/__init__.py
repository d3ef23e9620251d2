"""The domain: who may reach what, in pure Python. Nothing here imports cdktf."""

from egress.source.version import VERSION as __version__

__all__ = ["__version__"]
