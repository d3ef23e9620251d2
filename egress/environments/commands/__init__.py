"""The verbs that make environments, add to them and check them."""
