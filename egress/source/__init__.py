"""YAML files: read with the line of every key, checked against a model."""
