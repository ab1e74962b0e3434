"""Ratings in long form as codes: one rating a row, each row a person, one element of every facet, and a whole number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from talimger.core.measurement.errors import MeasurementError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Codes = NDArray[np.int32]
Wholes = NDArray[np.integer[Any]]

# A scale with more steps is a measurement of its own, not a rating.
MOST_STEPS = 50


@dataclass(frozen=True, eq=False)
class Factor:
    """A column of labels as codes: ``labels[codes[r]]`` is the label of row r. Labels are sorted, so row order leaves no trace."""

    name: str
    labels: tuple[str, ...]
    codes: Codes

    def __len__(self) -> int:
        return len(self.labels)

    @classmethod
    def of(cls, name: str, values: Any) -> Factor:
        """Codes of any column: whole numbers are ordered as numbers, everything else as text. A ``Factor`` stays as it is."""
        if isinstance(values, Factor):
            return values
        column = np.asarray(values)
        if column.dtype.kind == "O":
            column = np.asarray([str(value) for value in column], dtype=np.str_)
        if (
            column.dtype.kind in "iub"
            and column.size
            and (low := int(column.min())) > -(2**40)
            and int(column.max()) - low < 4 * column.size + 1000
        ):
            # A table of what occurs instead of a sort: ten times quicker on millions of rows.
            shifted = column.astype(np.int64) - low
            occurs = np.flatnonzero(np.bincount(shifted))
            places = np.zeros(occurs[-1] + 1, dtype=np.int32)
            places[occurs] = np.arange(occurs.size, dtype=np.int32)
            return cls(name, tuple(str(value) for value in (occurs + low).tolist()), places[shifted])
        values_found, codes = np.unique(column, return_inverse=True)
        return cls._sorted(name, [str(value) for value in values_found.tolist()], codes.astype(np.int32))

    @classmethod
    def from_counted(cls, name: str, labels: Iterable[str], codes: NDArray[Any]) -> Factor:
        """A factor whose labels stand in the order in which a reader met them."""
        return cls._sorted(name, list(labels), np.asarray(codes, dtype=np.int32))

    @classmethod
    def _sorted(cls, name: str, labels: list[str], codes: Codes) -> Factor:
        order = sorted(range(len(labels)), key=lambda place: _label_key(labels[place]))
        places = np.empty(len(labels), dtype=np.int32)
        places[order] = np.arange(len(labels), dtype=np.int32)
        return cls(name, tuple(labels[place] for place in order), places[codes])


def _label_key(label: str) -> tuple[int, int, str]:
    """Assessor 9 comes before assessor 10."""
    return (0, int(label), label) if label.isdecimal() and label.isascii() else (1, 0, label)


@dataclass(frozen=True, eq=False)
class RatingTable:
    """Checked ratings. ``score`` counts steps above ``lowest``, the smallest rating that occurs; all columns have one length.

    ``lines`` are the lines of the file that the rows come from, for messages; without a file, rows count from 1.
    """

    person: Factor
    facets: tuple[Factor, ...]
    score: NDArray[np.int16]
    lowest: int
    dimension: Factor | None = None
    weights: Floats | None = None
    lines: Ints | None = None

    @property
    def size(self) -> int:
        return int(self.score.size)

    @property
    def categories(self) -> Ints:
        """The scale from the lowest to the highest rating that occurs, as whole numbers."""
        return np.arange(self.lowest, self.lowest + int(self.score.max()) + 1, dtype=np.int64)

    def facet(self, name: str) -> Factor:
        for factor in self.facets:
            if factor.name == name:
                return factor
        raise MeasurementError("unknown_facet", "There is no facet {facet}.", facet=name)

    def line(self, row: int) -> int:
        """Which line of the file a row is; rows count from 1 where there is no file."""
        return int(self.lines[row]) if self.lines is not None else row + 1


def rating_table(
    ratings: Mapping[str, Any],
    *,
    person: str,
    facets: Sequence[str],
    rating: str = "rating",
    dimension: str | None = None,
    weights: Any = None,
    lines: Ints | None = None,
) -> RatingTable:
    """Check columns of equal length and turn them into codes.

    ``ratings`` maps names to columns (a dictionary of arrays, a data frame). Raises ``MeasurementError`` for a column that is
    missing or named twice, for no rating at all, for ratings that are not whole numbers, and for a single category. A rating is
    counted once: the same person, facets and dimension a second time is an error with its two lines.
    """
    names = [person, *facets, *([dimension] if dimension is not None else []), rating]
    if not facets:
        raise MeasurementError("no_facet", "Name at least one facet, such as the assessor.")
    for name in names:
        if names.count(name) > 1 and name != dimension:
            raise MeasurementError("column_twice", "The column {column} is named twice.", column=name)
        if name not in ratings:
            raise MeasurementError("no_column", "There is no column {column}.", column=name)
    lowest, score = _scores(ratings[rating], lines)
    table = RatingTable(
        person=Factor.of(person, ratings[person]),
        facets=tuple(Factor.of(name, ratings[name]) for name in facets),
        score=score,
        lowest=lowest,
        dimension=Factor.of(dimension, ratings[dimension]) if dimension is not None else None,
        weights=_weights(weights, score.size),
        lines=lines,
    )
    for factor in (table.person, *table.facets, *([table.dimension] if table.dimension else [])):
        if factor.codes.size != score.size:
            raise MeasurementError("column_length", "The column {column} has another length than the ratings.", column=factor.name)
    return table


def _scores(values: Any, lines: Ints | None) -> tuple[int, NDArray[np.int16]]:
    column = np.asarray(values)
    if column.size == 0:
        raise MeasurementError("no_ratings", "There is no rating.")
    if column.dtype.kind not in "iuf":
        column = np.asarray([_number(value) for value in column.tolist()], dtype=np.float64)
    if column.dtype.kind == "f":
        broken = np.flatnonzero(~(np.floor(column) == column))
        if broken.size:
            row = int(broken[0])
            line = int(lines[row]) if lines is not None else row + 1
            raise MeasurementError("not_whole", "Line {line}: the rating is not a whole number.", line=line, rows=broken.tolist()[:20])
    lowest, highest = int(column.min()), int(column.max())
    if lowest == highest:
        raise MeasurementError("one_category", "All ratings are {rating}: where nobody differs, nothing can be measured.", rating=lowest)
    if highest - lowest > MOST_STEPS:
        raise MeasurementError(
            "too_many_categories",
            "Ratings run from {lowest} to {highest}: a scale of more than {most} steps is not a rating scale.",
            lowest=lowest,
            highest=highest,
            most=MOST_STEPS,
        )
    return lowest, (column - lowest).astype(np.int16)


def _number(value: Any) -> float:
    try:
        return float(value)
    except (TypeError, ValueError):
        return float("nan")


def _weights(weights: Any, size: int) -> Floats | None:
    if weights is None:
        return None
    column = np.asarray(weights, dtype=np.float64)
    if column.shape != (size,) or not np.all(np.isfinite(column)) or np.any(column < 0) or not np.any(column > 0):
        raise MeasurementError("weights", "Weights are one number a rating, none below zero and not all zero.")
    return column
