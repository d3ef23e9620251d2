"""The review: who can reach what, computed from what will be deployed.

Reads Terraform or Kubernetes objects, never this project's configuration or its builders.
"""
