"""Findings: ways around, dead or contradictory policy, exposure, as data."""
