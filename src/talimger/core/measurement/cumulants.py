"""Tables of a sheet's likelihood: the log-normaliser of its items and its derivatives over the logit ruler.

For one item the derivatives of the log-normaliser are the cumulants of the rating: mean, variance, third to fifth (Andrich 1978;
Muraki 1992). A pattern's are the sums over its items. Between the points of the ruler, Taylor's series of the stored cumulants is
good to about 1e-9, so nothing is lost against a sum over ratings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from talimger.core.measurement.ratings import Floats

STEP = 1 / 16
LOG_NORMALISER, MEAN, VARIANCE, THIRD, FOURTH, FIFTH = range(6)
ORDERS = 6


@dataclass(frozen=True, eq=False)
class Ruler:
    """Points ``low + STEP * k`` of the logit ruler, wide enough for every place that is asked for."""

    low: float
    size: int

    @classmethod
    def around(cls, low: float, high: float) -> Ruler:
        start = np.floor(low) - 1.0
        return cls(float(start), int(np.ceil((high + 1.0 - start) / STEP)) + 2)

    @property
    def points(self) -> Floats:
        places: Floats = self.low + STEP * np.arange(self.size, dtype=np.float64)
        return places

    def nearest(self, places: Floats) -> tuple[NDArray[np.int32], Floats]:
        """The nearest point of each place, and how far the place lies from it."""
        scaled = (places - self.low) * (1 / STEP)
        index = np.rint(scaled).astype(np.int32)
        np.clip(index, 0, self.size - 1, out=index)
        return index, (scaled - index) * STEP


@dataclass(frozen=True, eq=False)
class ItemTables:
    """Each item of the last facet over the ruler: ``cumulants`` (items, points, 6), ``probabilities`` (items, points, categories)."""

    ruler: Ruler
    cumulants: Floats
    probabilities: Floats


@dataclass(frozen=True, eq=False)
class PatternTables:
    """Each pattern over the ruler: ``rows`` (patterns * points, 6), the cumulants of a point side by side."""

    ruler: Ruler
    rows: Floats

    def at(self, pattern: NDArray[np.int32], places: Floats) -> tuple[Floats, Floats]:
        """The stored cumulants near each place (places, 6) and the distances to the stored points."""
        index, distance = self.nearest(pattern, places)
        return self.rows.take(index, axis=0), distance

    def nearest(self, pattern: NDArray[np.int32], places: Floats) -> tuple[NDArray[np.int32], Floats]:
        """The row of each place, and how far the place lies from its point."""
        index, distance = self.ruler.nearest(places)
        return pattern * np.int32(self.ruler.size) + index, distance


def item_tables(ruler: Ruler, difficulty: Floats, cumulative: Floats, step_set: NDArray[np.int64]) -> ItemTables:
    """Tabulate items of given difficulty (items) and cumulative thresholds (sets, categories; ``inf``: never used)."""
    categories = np.arange(cumulative.shape[1], dtype=np.float64)
    places = ruler.points - difficulty[:, None]
    logits = places[:, :, None] * categories - cumulative[step_set][:, None, :]
    top = logits.max(axis=2, keepdims=True)
    np.exp(logits - top, out=logits)
    total = logits.sum(axis=2, keepdims=True)
    probabilities = logits / total
    # Moments about the middle of the scale, then cumulants: one product instead of three passes over all probabilities.
    middle = categories.mean()
    moments = probabilities @ np.stack([(categories - middle) ** power for power in range(1, ORDERS)], axis=1)
    m1, m2, m3, m4, m5 = (moments[:, :, order] for order in range(ORDERS - 1))
    variance = m2 - m1**2
    third = m3 - 3 * m1 * m2 + 2 * m1**3
    fourth = m4 - 4 * m1 * m3 - 3 * m2**2 + 12 * m1**2 * m2 - 6 * m1**4
    fifth = m5 - 5 * m1 * m4 + 10 * m1**2 * m3 - 10 * m1**3 * m2 + 4 * m1**5 - 10 * variance * third
    normaliser = (np.log(total) + top)[:, :, 0]
    return ItemTables(ruler, np.stack((normaliser, m1 + middle, variance, third, fourth, fifth), axis=2), probabilities)


def pattern_tables(items: ItemTables, incidence: sparse.csr_matrix) -> PatternTables:
    """Add the items of each pattern up."""
    flat = items.cumulants.reshape(items.cumulants.shape[0], -1)
    return PatternTables(items.ruler, np.ascontiguousarray(incidence @ flat).reshape(-1, ORDERS))


def mean_at(rows: Floats, distance: Floats) -> Floats:
    """The expected score at places near stored points."""
    return _taylor(rows, distance, MEAN)


def variance_at(rows: Floats, distance: Floats) -> Floats:
    """The variance of the score at places near stored points: the information about the person."""
    return _taylor(rows, distance, VARIANCE)


def third_at(rows: Floats, distance: Floats) -> Floats:
    """The third cumulant of the score at places near stored points."""
    return _taylor(rows, distance, THIRD)


def fourth_at(rows: Floats, distance: Floats) -> Floats:
    """The fourth cumulant of the score at places near stored points."""
    return _taylor(rows, distance, FOURTH)


def log_normaliser_at(rows: Floats, distance: Floats) -> Floats:
    """The log-normaliser at places near stored points."""
    return _taylor(rows, distance, LOG_NORMALISER)


def _taylor(rows: Floats, distance: Floats, order: int) -> Floats:
    # From the last stored derivative inwards, as Horner does.
    value = rows[..., FIFTH]
    for lower in range(FIFTH - 1, order - 1, -1):
        value = rows[..., lower] + value * (distance * (1.0 / (lower - order + 1)))
    return value
