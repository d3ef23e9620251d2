"""The path of one request: each control that it meets until it arrives or ends."""
