"""What every chart has: words for who does not see it, and a table for who wants the numbers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import ClassVar

_KEY = re.compile(r"^[a-z0-9][a-z0-9-]*$")


@dataclass(frozen=True)
class Table:
    """The same picture as a table. ``numeric`` names the columns that are set to the right."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numeric: frozenset[int] = frozenset()

    @property
    def heads(self) -> list[tuple[str, bool]]:
        return [(words, index in self.numeric) for index, words in enumerate(self.head)]

    @property
    def lines(self) -> list[tuple[str, list[tuple[str, bool, str]]]]:
        """Each row as its head and its cells with (words, is a number, head of the column)."""
        return [(row[0], [(words, index in self.numeric, self.head[index]) for index, words in enumerate(row)][1:]) for row in self.rows]


@dataclass(frozen=True)
class Chart:
    """A picture with a title and a description in plain words. ``key`` is its name on the page, unique there."""

    template: ClassVar[str]

    key: str
    title: str
    description: str

    def __post_init__(self) -> None:
        if not _KEY.match(self.key):
            raise ValueError(f"{self.key!r} cannot be part of an id")

    @property
    def is_empty(self) -> bool:
        raise NotImplementedError

    def as_table(self) -> Table:
        raise NotImplementedError
