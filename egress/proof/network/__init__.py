"""The sandbox's network: namespaces, addresses, and the rules in force."""
