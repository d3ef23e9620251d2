"""Admission policies as data: what the API server refuses in a tenant's namespace."""
