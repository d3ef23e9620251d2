"""Environments: which one is meant, what a new one holds, and how one is added to."""
