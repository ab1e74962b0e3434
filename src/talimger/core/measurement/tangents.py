"""What the elements of the last facet and the thresholds do at each point of the ruler."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from talimger.core.measurement.cumulants import FOURTH, MEAN, THIRD, VARIANCE, ItemTables
from talimger.core.measurement.layout import Layout
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.reduction import Groups

Curves = tuple[Floats, Floats, Floats, Floats]


@dataclass(frozen=True, eq=False)
class Tangents:
    """What the second part's parameters do at each point of the ruler, for Taylor's series around it.

    ``values`` and ``slopes`` are sparse (3 * patterns * points, tabled): the function, its first and its second derivative.
    """

    values: sparse.csr_matrix
    slopes: sparse.csr_matrix


def category_curves(items: ItemTables) -> Curves:
    """The category probabilities of every item over the ruler and their first three derivatives (items, points, categories)."""
    probabilities = items.probabilities
    away = np.arange(probabilities.shape[2]) - items.cumulants[:, :, MEAN, None]
    variance, third = items.cumulants[:, :, VARIANCE, None], items.cumulants[:, :, THIRD, None]
    return (
        probabilities,
        probabilities * away,
        probabilities * (away**2 - variance),
        probabilities * (away**3 - 3 * away * variance - third),
    )


def tangents(items: ItemTables, curves: Curves, groups: Groups, layout: Layout) -> Tangents:
    """Expected score and category probabilities of each pattern's items over the ruler, and their slopes."""
    size = items.ruler.size
    patterns = groups.incidence.shape[0]
    values, slopes, columns = [], [], []
    for pattern in range(patterns):
        members = groups.incidence.indices[groups.incidence.indptr[pattern] : groups.incidence.indptr[pattern + 1]]
        sets = groups.step_set[members]
        blocks = [items.cumulants[members, :, MEAN : FOURTH + 1].transpose(2, 1, 0)]
        places = [members]
        for step_set in np.unique(sets):
            inner = np.flatnonzero(layout.threshold[step_set] >= 0)
            chosen = members[sets == step_set]
            blocks.append(np.stack([curve[chosen].sum(axis=0)[:, inner] for curve in curves]))
            places.append(layout.threshold[step_set, inner])
        block = np.concatenate(blocks, axis=2)
        values.append(block[:3])
        slopes.append(block[1:])
        columns.append(np.concatenate(places))
    # All points of a pattern have the same columns, so the sparse matrix is written down row by row as it is.
    row_sizes = np.tile(np.repeat([column.size for column in columns], size), 3)
    pointers = np.concatenate(([0], np.cumsum(row_sizes)))
    indices = np.concatenate([np.tile(column, size) for _order in range(3) for column in columns])
    shape = (3 * patterns * size, layout.tabled)
    return Tangents(
        *(
            sparse.csr_matrix(
                (np.concatenate([block[order].ravel() for order in range(3) for block in blocks]), indices, pointers), shape=shape
            )
            for blocks in (values, slopes)
        )
    )
