"""From access logs to a proposed configuration: what was asked, grouped into the smallest set of grants."""
