"""The binaries of the proof: found, built, kept."""
