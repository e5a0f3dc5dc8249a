"""What the demonstration says while it works."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager


class Progress:
    """Lines with the seconds since the start; each step says what it does, then what came of it."""

    def __init__(self) -> None:
        self._start = time.monotonic()

    @property
    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._start

    def say(self, text: str) -> None:
        """One line."""
        print(f"[{self.seconds:6.1f} s] {text}", flush=True)

    @contextmanager
    def step(self, text: str) -> Iterator[list[str]]:
        """A step that may take a while; append to the list what is worth telling at its end."""
        self.say(f"{text} …")
        began = time.monotonic()
        outcome: list[str] = []
        yield outcome
        took = time.monotonic() - began
        self.say(f"  {', '.join(outcome) or 'done'} ({took:.1f} s)")

    def warn(self, text: str) -> None:
        """One line on the error stream."""
        print(text, file=sys.stderr, flush=True)
