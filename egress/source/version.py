"""The version of the project, read by pyproject.toml too."""

VERSION = "0.1.0"
