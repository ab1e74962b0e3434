"""Some thousand rows at a time, in two forms that are read alike: cells that were split, and bytes that need not be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from talimger.core.measurement.ratings import Codes, Ints

NEWLINE, RETURN = 10, 13
_WORD = 8
# A text of more bytes is looked up for itself.
_LONGEST_BY_WORDS = 64
_MASKS = np.array([(1 << (8 * size)) - 1 for size in range(_WORD + 1)], dtype=np.uint64)


class Block(Protocol):
    """Rows with the line of the file that each begins in."""

    @property
    def lines(self) -> Ints: ...

    def coded(self, column: int, codes: Mapping[str, int]) -> Codes:
        """The code of each cell of a column."""

    def text(self, row: int, column: int) -> str:
        """One cell as it stands in the file."""


@dataclass(frozen=True, eq=False)
class RowsBlock:
    """Rows as lists of cells, all of one length."""

    rows: list[list[str]]
    lines: Ints

    def coded(self, column: int, codes: Mapping[str, int]) -> Codes:
        return np.fromiter(map(codes.__getitem__, map(itemgetter(column), self.rows)), dtype=np.int32, count=len(self.rows))

    def text(self, row: int, column: int) -> str:
        return self.rows[row][column]


@dataclass(frozen=True, eq=False)
class PlainBlock:
    """Whole lines of a text without quotation marks, left as bytes: each distinct cell becomes a text once, not once a row.

    ``content`` has room for a word behind its end. ``ends`` holds where each cell of each line ends.
    """

    content: bytes
    ends: NDArray[np.int64]
    lines: Ints
    encoding: str

    @classmethod
    def of(cls, content: bytes, *, delimiter: str, width: int, first_line: int, encoding: str) -> PlainBlock | None:
        """``None`` if the lines have not all the same number of cells."""
        array = np.frombuffer(content, dtype=np.uint8)
        ends = np.flatnonzero((array == ord(delimiter)) | (array == NEWLINE))
        count = content.count(b"\n")
        if ends.size != count * width or not (array[ends[width - 1 :: width]] == NEWLINE).all():
            return None
        lines = np.arange(first_line, first_line + count, dtype=np.int64)
        return cls(content + bytes(_LONGEST_BY_WORDS), ends.reshape(-1, width), lines, encoding)

    def _cells(self, column: int) -> tuple[Ints, Ints]:
        """Where the cells of a column begin and end."""
        ends = self.ends[:, column]
        starts = self.ends[:, column - 1] + 1 if column else np.concatenate(([0], self.ends[:-1, -1] + 1))
        if column == self.ends.shape[1] - 1:
            ends = ends - (np.frombuffer(self.content, dtype=np.uint8)[ends - 1] == RETURN)
        return starts, ends

    def coded(self, column: int, codes: Mapping[str, int]) -> Codes:
        starts, ends = self._cells(column)
        distinct, places = self._distinct(starts, ends - starts)
        found = [self.content[starts[row] : ends[row]].decode(self.encoding, errors="replace") for row in distinct.tolist()]
        each = np.fromiter(map(codes.__getitem__, found), dtype=np.int32, count=len(found))
        return each[places]

    def _distinct(self, starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
        """A row for each distinct cell, and for each row the place of its cell among them."""
        longest = int(sizes.max(initial=0))
        if longest > _LONGEST_BY_WORDS:
            rows = np.arange(starts.size)
            return rows, rows
        # Eight bytes are one number, so equal cells are equal numbers: nothing is hashed and nothing can collide.
        view: NDArray[np.uint64] = np.ndarray((len(self.content) - _WORD + 1,), dtype="<u8", buffer=self.content, strides=(1,))
        words = [view[starts + at] & _MASKS[np.clip(sizes - at, 0, _WORD)] for at in range(0, max(longest, 1), _WORD)]
        # Files come sorted by person, assessor or item more often than not: of equal neighbours one is enough.
        is_new = np.ones(starts.size, dtype=bool)
        is_new[1:] = np.logical_or.reduce([word[1:] != word[:-1] for word in words])
        runs = np.flatnonzero(is_new)
        _found, places = np.unique(words[0][runs], return_inverse=True)
        for word in words[1:]:
            found, more = np.unique(word[runs], return_inverse=True)
            _found, places = np.unique(places * found.size + more, return_inverse=True)
        distinct = np.zeros(int(places.max(initial=-1)) + 1, dtype=np.int64)
        distinct[places] = runs
        return distinct, places[np.cumsum(is_new) - 1]

    def text(self, row: int, column: int) -> str:
        starts, ends = self._cells(column)
        return self.content[starts[row] : ends[row]].decode(self.encoding, errors="replace")
