"""The domain: who may reach what, in pure Python. Nothing here imports cdktf."""

__version__ = "0.1.0"
