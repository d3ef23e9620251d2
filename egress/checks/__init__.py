"""Reads a configuration folder and judges it: every problem at once."""
