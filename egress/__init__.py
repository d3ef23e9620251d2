"""The domain: who may reach what, in pure Python. Nothing here imports cdktf."""
