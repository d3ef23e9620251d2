"""Requests that logs have seen, asked of two states: what a change would break, what it would open."""
