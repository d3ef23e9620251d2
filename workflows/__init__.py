"""Holds the workflows and the action against actionlint and zizmor."""
