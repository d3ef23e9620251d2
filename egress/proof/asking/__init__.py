"""Asks a running mesh a table of questions and judges each answer."""
