"""Google's resources that decide on packets and names, read once for the review and the proof."""
