"""Whether what runs is what was proven: proxies' configurations, stored objects, and probes, as a signed statement."""
