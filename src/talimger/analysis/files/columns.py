"""From cells to numbers: labels to codes, ratings to whole numbers, and what of it can be used."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from talimger.analysis.files.blocks import Block
from talimger.analysis.files.problems import Problems, quoted
from talimger.core.measurement.ratings import Codes, Factor, Floats, Ints
from talimger.shell.spreadsheets import clean_text
from talimger.shell.spreadsheets.model import FORMULA_START

EMPTY = -(2**31)
WRONG = EMPTY + 1
# The apostrophe by which exports (ours too) keep a text from being taken for a formula.
_GUARDED = re.compile("'+" + FORMULA_START)
# What is whole though it went through a program that calculates: 3.0, and 3,0 of a Russian Excel.
_WHOLE = re.compile(r"([+-]?[0-9]{1,9})(?:[.,]0*)?")


def cell_text(raw: str) -> str:
    """What a cell says: without the apostrophe of exports, one space for many, nothing invisible."""
    return clean_text(raw[1:] if raw.startswith("'") and _GUARDED.match(raw) else raw)


class Labels(dict[str, int]):
    """The codes of a column's cells, in the order in which labels are met; cells that say the same have the same code."""

    def __init__(self) -> None:
        super().__init__()
        self.met: dict[str, int] = {}

    def __missing__(self, raw: str) -> int:
        label = cell_text(raw)
        code = self.met.setdefault(raw if raw == label else label, len(self.met)) if label else EMPTY
        self[raw] = code
        return code

    def factor(self, name: str, codes: Codes) -> Factor:
        """The column, without labels that only stand in rows that were left out."""
        used = np.bincount(codes, minlength=len(self.met)) > 0
        if used.all():
            return Factor.from_counted(name, self.met, codes)
        places = np.cumsum(used, dtype=np.int32) - np.int32(1)
        return Factor.from_counted(name, [label for label, is_used in zip(self.met, used.tolist(), strict=True) if is_used], places[codes])


class Wholes(dict[str, int]):
    """Cells as whole numbers; mistakes are not kept, a wrong column would fill the memory."""

    def __missing__(self, raw: str) -> int:
        text = cell_text(raw)
        found = _WHOLE.fullmatch(text)
        if text and not found:
            return WRONG
        number = int(found[1]) if found else EMPTY
        self[raw] = number
        return number


class Weights(dict[str, int]):
    """The codes of a column of weights; ``values`` holds them in the order of their codes."""

    def __init__(self) -> None:
        super().__init__()
        self.values_met: list[float] = []

    def __missing__(self, raw: str) -> int:
        try:
            value = float(cell_text(raw).replace(",", "."))
        except ValueError:
            return WRONG
        if not math.isfinite(value) or value < 0:
            return WRONG
        self.values_met.append(value)
        self[raw] = len(self.values_met) - 1
        return self[raw]


@dataclass(frozen=True, eq=False)
class Lines:
    """The line of the file that each row came from, as stretches in which they run together."""

    rows: Ints
    lines: Ints

    def of(self, row: int) -> int:
        place = int(np.searchsorted(self.rows, row, side="right")) - 1
        return int(self.lines[place] + row - self.rows[place])


@dataclass(frozen=True)
class Roles:
    """Which column is what: places in the table."""

    labels: tuple[int, ...]
    rating: int
    weights: int | None = None


@dataclass
class Gathered:
    """All rows that were read so far, column by column. ``without_rating`` counts rows that were left out for want of one."""

    roles: Roles
    names: dict[int, str]
    problems: Problems
    labels: dict[int, Labels] = field(default_factory=dict)
    codes: dict[int, list[Codes]] = field(default_factory=dict)
    ratings: Wholes = field(default_factory=Wholes)
    scores: list[Codes] = field(default_factory=list)
    weights: Weights = field(default_factory=Weights)
    weight_codes: list[Codes] = field(default_factory=list)
    stretches: list[tuple[Ints, Ints]] = field(default_factory=list)
    size: int = 0
    lines_read: int = 0
    without_rating: int = 0

    def add(self, block: Block) -> None:
        """Take the rows of a block that have a rating; what is wrong with them goes to ``problems``."""
        if not block.lines.size:
            return
        scores = block.coded(self.roles.rating, self.ratings)
        found = {column: block.coded(column, self.labels.setdefault(column, Labels())) for column in dict.fromkeys(self.roles.labels)}
        kept = self._kept(block, scores, found)
        for column, codes in found.items():
            self.codes.setdefault(column, []).append(codes if kept is None else codes[kept])
        self.scores.append(scores if kept is None else scores[kept])
        if self.roles.weights is not None:
            codes = block.coded(self.roles.weights, self.weights)
            self._refuse(block, (codes == WRONG) & (scores > WRONG), self.roles.weights, "weight", "number from zero up")
            self.weight_codes.append(codes if kept is None else codes[kept])
        self._add_lines(block.lines if kept is None else block.lines[kept])

    def _kept(self, block: Block, scores: Codes, found: dict[int, Codes]) -> NDArray[np.bool_] | None:
        """Which rows can be used; ``None`` for all."""
        kept = scores > WRONG
        self._refuse(block, scores == WRONG, self.roles.rating, "rating", "whole number")
        if not kept.all():
            empty = scores == EMPTY
            # A row of separators alone is an empty line, not a rating that somebody forgot.
            blank = np.logical_and.reduce([codes == EMPTY for codes in found.values()])
            self.without_rating += int((empty & ~blank).sum())
        for column, codes in found.items():
            self._refuse_empty(block, (codes == EMPTY) & kept, quoted(self.names[column]))
        return None if kept.all() else kept

    def _refuse(self, block: Block, is_wrong: NDArray[np.bool_], column: int, what: str, kind: str) -> None:
        rows = np.flatnonzero(is_wrong).tolist()
        self.problems.add(
            f"{what}s that are not {kind.replace('number', 'numbers')}",
            block.lines[rows].tolist(),
            lambda nth: f"the {what} {quoted(block.text(rows[nth], column))} is not a {kind}.",
        )

    def _refuse_empty(self, block: Block, is_empty: NDArray[np.bool_], name: str) -> None:
        lines = block.lines[is_empty].tolist()
        self.problems.add(f"ratings with nothing in the column {name}", lines, lambda _nth: f"there is nothing in the column {name}.")

    def _add_lines(self, lines: Ints) -> None:
        if lines.size:
            begins = np.flatnonzero(np.concatenate(([True], np.diff(lines) != 1)))
            self.stretches.append((begins + self.size, lines[begins]))
            self.size += lines.size

    def factor(self, column: int, name: str) -> Factor:
        """A column of labels. Its codes are given away, for the sake of memory: ask once."""
        return self.labels[column].factor(name, np.concatenate(self.codes.pop(column)))

    def score(self) -> Codes:
        return np.concatenate(self.scores)

    def weight(self) -> Floats | None:
        if self.roles.weights is None:
            return None
        return np.array(self.weights.values_met, dtype=np.float64)[np.concatenate(self.weight_codes)]

    def lines(self) -> Lines:
        rows, lines = zip(*self.stretches, strict=True)
        return Lines(np.concatenate(rows), np.concatenate(lines))
