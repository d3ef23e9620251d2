"""Measures the speed targets of docs/performance.md: `make bench`."""
