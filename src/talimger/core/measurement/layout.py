"""Where each parameter of a fit stands among all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from talimger.core.measurement.ratings import Ints
from talimger.core.measurement.reduction import Groups


@dataclass(frozen=True, eq=False)
class Layout:
    """Where each parameter stands.

    ``facet_start[f]`` is where facet f begins in the first part; ``threshold[set, category]`` is the place of a cumulative threshold
    in the second part, -1 where it is fixed; the population's mean and, on one dimension, the log of its SD come last.
    """

    facet_start: Ints
    items: int
    threshold: Ints
    dimensions: int

    @property
    def first(self) -> int:
        return int(self.facet_start[-1])

    @property
    def tabled(self) -> int:
        """How many of the second part are functions of a place on the ruler: items and thresholds."""
        return self.items + int((self.threshold >= 0).sum())

    @property
    def second(self) -> int:
        return self.tabled + self.dimensions + (self.dimensions == 1)

    @property
    def starts(self) -> tuple[int, ...]:
        """Where each facet begins among all parameters, the last facet included."""
        return (*(int(start) for start in self.facet_start[:-1]), self.first)

    @property
    def means(self) -> slice:
        return slice(self.tabled, self.tabled + self.dimensions)


def layout_of(groups: Groups, sizes: Sequence[int]) -> Layout:
    """The layout for facets of the given sizes. Both ends of every used scale are fixed: they carry the origin and the unit."""
    used = groups.counts > 0
    threshold = np.full(used.shape, -1, dtype=np.int64)
    place = groups.items
    for row, categories in enumerate(used):
        inner = np.flatnonzero(categories)[1:-1]
        threshold[row, inner] = place + np.arange(inner.size)
        place += inner.size
    return Layout(np.concatenate(([0], np.cumsum(sizes[:-1]))).astype(np.int64), groups.items, threshold, groups.dimensions)
