"""Production's form: each grant names service accounts, each host has limits, each team its own way to the gateway."""
