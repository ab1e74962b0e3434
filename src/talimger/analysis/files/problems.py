"""What is wrong with a file, in lines that its owner can act on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

# So many lines of a kind are told; the rest is counted.
MOST_TOLD = 10
_LONGEST_QUOTE = 40


class FileError(Exception):
    """A file, a column or a place to write that will not do; ``lines`` are sentences, one mistake each."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def quoted(text: str) -> str:
    """A piece of somebody's file inside a sentence: on one line, not too long, nothing in it that a terminal would obey."""
    shown = "".join(character if character.isprintable() else " " for character in text)
    return f"“{shown if len(shown) <= _LONGEST_QUOTE else shown[: _LONGEST_QUOTE - 1] + '…'}”"


@dataclass
class Problems:
    """Mistakes in rows, gathered while reading so that all are told at once; of each kind the first ten and how many there are."""

    name: str
    told: dict[str, list[str]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)

    def add(self, kind: str, lines: Sequence[int], words: Callable[[int], str]) -> None:
        """``kind`` says in the plural what the rows of these lines suffer from, ``words`` what is wrong in the nth of them."""
        if not lines:
            return
        told = self.told.setdefault(kind, [])
        self.counts[kind] = self.counts.get(kind, 0) + len(lines)
        told += [f"{self.name}, line {line}: {words(place)}" for place, line in enumerate(lines[: MOST_TOLD - len(told)])]

    def raise_if_any(self) -> None:
        """Raise ``FileError`` if anything was added."""
        lines: list[str] = []
        for kind, told in self.told.items():
            lines += told
            if self.counts[kind] > MOST_TOLD:
                lines.append(f"{self.name}: {self.counts[kind]:,} {kind} in all; the first {MOST_TOLD} are listed.")
        if lines:
            raise FileError(*lines)
