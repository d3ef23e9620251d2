"""Istio objects as typed dictionaries, built by pure functions.

Terraform drops a misspelled field inside a manifest's list without a word, so every object is a `TypedDict`
of the fields used: a misspelling is a type error here.
"""
