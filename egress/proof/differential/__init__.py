"""The review held against a real mesh on generated states: `python -m egress prove-deep`.

A *family* makes cases from seeds: raw objects over the tutorial, raw objects over production, or configurations
through this project's own models. Each case is put into a running mesh and into the review, and both are asked the
same rows. A case that differs is shrunk and kept with the mesh's answers (tests/proof/cases).
"""
