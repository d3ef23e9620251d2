"""From the running platform back to the configuration: what was observed, against what is stated."""
