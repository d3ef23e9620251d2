"""The life of grants: what ends, and the audit list."""
