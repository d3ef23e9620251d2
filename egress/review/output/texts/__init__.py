"""Texts of the review's values: controls, reasons, what a client sees, where a request arrives, cells.

The one place that makes them, and the lowest part of output: it knows no format. Formats print them, and a finding may
quote one; nothing decides on them.
"""
