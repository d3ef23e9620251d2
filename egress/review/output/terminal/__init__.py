"""The forms for a terminal, drawn by rich. Imported where stdout is one alone: a pipe does not pay for it."""
