"""The configuration: the models of the YAML files, their loading and their rules."""
