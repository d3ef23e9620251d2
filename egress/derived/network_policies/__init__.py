"""NetworkPolicies as data."""
