"""The constructs the stacks are wired from: one noun per file, its Props beside it."""
