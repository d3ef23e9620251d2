"""Texts of the review's values: controls, reasons, what a client sees, where a request arrives, cells.

The lowest part of output: it knows no format, and a finding may quote it.
"""
