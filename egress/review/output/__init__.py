"""Formats: each verb's answer as text, JSON, CSV, Markdown, SARIF or HTML."""
