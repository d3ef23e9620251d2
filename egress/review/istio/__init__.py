"""The mesh as istiod would configure its proxies: registry, scopes, routes, listeners."""
