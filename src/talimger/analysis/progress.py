"""One line that says how far long work is, for somebody who waits at a terminal."""

from __future__ import annotations

import time
from typing import TextIO

# What is done sooner needs no progress.
PATIENCE = 1.0
_BETWEEN = 0.1


class Progress:
    """A line on a terminal, rewritten in place; nothing at all in a pipe or a file."""

    def __init__(self, stream: TextIO, *, patience: float = PATIENCE) -> None:
        self._stream = stream
        self._next = time.monotonic() + patience if stream.isatty() else float("inf")
        self._width = 0

    def show(self, words: str) -> None:
        """Say where the work is, if it takes long and was not said just now."""
        now = time.monotonic()
        if now < self._next:
            return
        self._next = now + _BETWEEN
        self._stream.write("\r" + words.ljust(self._width))
        self._stream.flush()
        self._width = len(words)

    def round(self, number: int, step: float) -> None:
        """Say how far a fit is."""
        self.show(f"round {number}, largest step {step:.2g}")

    def clear(self) -> None:
        """Leave the line empty for whatever is printed next."""
        if self._width:
            self._stream.write("\r" + " " * self._width + "\r")
            self._stream.flush()
            self._width = 0
