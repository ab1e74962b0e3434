"""What is wrong with a file: where, and in the reader's language what to mend."""

from __future__ import annotations

from dataclasses import dataclass, field

# A file in the wrong format has thousands; nobody reads more than these at once.
MOST_PROBLEMS = 100


@dataclass(frozen=True)
class Problem:
    """``place`` is a path such as ``competencies[2].indicators[0].anchors``; empty for the file as a whole."""

    place: str
    message: str
    line: int = 0

    def __str__(self) -> str:
        return f"{self.place}: {self.message}" if self.place else self.message


@dataclass
class Problems:
    """Collects problems while reading goes on, up to a number that a person can still read."""

    found: list[Problem] = field(default_factory=list)

    def add(self, place: str, message: str, line: int = 0) -> None:
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(Problem(place, message, line))

    @property
    def is_full(self) -> bool:
        return len(self.found) >= MOST_PROBLEMS
