"""What an input holds and the review does not understand: each named once, with the questions that it can touch."""
