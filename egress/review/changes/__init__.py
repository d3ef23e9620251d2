"""What a change does: cells, findings, guards, acceptances, and what of it nobody judges."""
