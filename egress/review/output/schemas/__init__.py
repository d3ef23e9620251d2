"""The JSON Schema of what each verb prints with `--format json`."""
