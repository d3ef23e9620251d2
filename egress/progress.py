"""Says that a verb is still at work, where a person watches and it takes more than two seconds."""

import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

FIRST_SECONDS = 2.0
EVERY_SECONDS = 5.0


@contextmanager
def shown(verb: str, *, quiet: bool = False) -> Iterator[None]:
    """Print a line on stderr after two seconds and then every five; nothing where stderr is no terminal.

    Whole lines: a verb that prints its answer meanwhile starts on a line of its own.
    """
    if quiet or not sys.stderr.isatty():
        yield
        return
    done = threading.Event()
    thread = threading.Thread(target=_tell, args=(verb, done), daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def _tell(verb: str, done: threading.Event) -> None:
    started, wait = time.monotonic(), FIRST_SECONDS
    while not done.wait(wait):
        sys.stderr.write(f"{verb}: at work for {time.monotonic() - started:.0f} s\n")
        sys.stderr.flush()
        wait = EVERY_SECONDS
