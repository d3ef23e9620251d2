"""The exit codes of every verb, in one place."""

OK = 0
"""The answer is as wanted: allowed, equal, without open findings, written."""
DIFFERS = 1
"""The answer is there and asks for a person: refused, something opens, a finding is open, a row differs."""
CANNOT = 2
"""There is no answer: bad input, something missing, or a fault of the program."""

TABLE = "0 as wanted, 1 something differs or is refused, 2 it cannot run or cannot tell"
