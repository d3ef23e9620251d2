"""The configuration: the models of the YAML files, their loading and their rules."""

import os

# pydantic otherwise searches every installed distribution for plugins when it builds its first model: 30 ms
# of the time an error needs to be reported, and one found there could change what is valid.
os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
