"""Access logs of gateways and sidecars, read line by line."""
