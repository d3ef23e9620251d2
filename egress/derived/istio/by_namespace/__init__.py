"""The tutorial's form: one DestinationRule for all teams, one policy a grant, HTTPS passed through unread."""
