"""The VPC's part of the platform: addresses and firewall rules."""
