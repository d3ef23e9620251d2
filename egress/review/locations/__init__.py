"""Where findings are shown: verdicts come from what is deployed, places from what a person wrote."""
