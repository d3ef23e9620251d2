"""Holds the synthesized production platform against checkov's checks: nothing fails that is not accepted."""
