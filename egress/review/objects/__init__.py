"""Kubernetes objects as the review reads them, and what it understands of each."""
