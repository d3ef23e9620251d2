"""The proof: a real control plane and real proxies answer for the synthesized policy."""
