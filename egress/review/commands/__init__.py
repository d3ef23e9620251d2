"""The review's verbs for the command line."""
