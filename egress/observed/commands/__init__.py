"""The verbs of the running platform."""
