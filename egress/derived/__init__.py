"""What follows from a configuration, as data: the constructs write it, the checks and the tests read it."""
