"""The slope of the marginal likelihood and its information, from what is known of the persons.

The slope is the expected slope given the ratings (Fisher's identity); the information is the expected information less the
covariance of the slopes over each person's posterior (Louis 1982), which is what not knowing the persons costs. Between neighbouring
persons nothing is shared, so both are sums over persons.

Parameters stand in two parts. The first are the severities of all facets but the last: many, and each met by few persons, so their
part of the information is sparse. The second are the elements of the last facet, the thresholds and the population: few, and met by
everybody.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from talimger.core.measurement.cumulants import MEAN, VARIANCE, ItemTables
from talimger.core.measurement.layout import Layout
from talimger.core.measurement.posterior import CHUNK, Places, Posterior, in_chunks
from talimger.core.measurement.ratings import Floats
from talimger.core.measurement.reduction import Groups, chunks
from talimger.core.measurement.shares import share_of
from talimger.core.measurement.tangents import Curves, category_curves, tangents

# Numbers that one chunk may hold for the second part of the parameters.
ROOM = 1 << 22


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Slope and information of the negative log-likelihood in the layout's two parts.

    ``carry_first`` and ``carry_second`` (persons * dimensions, parameters) say how far each person's measure moves with a parameter.
    """

    slope_first: Floats
    slope_second: Floats
    first: sparse.csr_matrix
    cross: Floats
    second: Floats
    carry_first: sparse.csr_matrix
    carry_second: Floats


def derivatives(places: Places, items: ItemTables, posterior: Posterior, layout: Layout) -> Derivatives:
    """Derivatives at the current parameters."""
    groups = places.groups
    nodes = posterior.nodes.shape[1]
    curves = category_curves(items)
    functions = tangents(items, curves, groups, layout)
    width = max(nodes, 1) * max(layout.second, 8)
    parts = chunks(groups, most=max(min(CHUNK * 2 // nodes, ROOM // width * 4), 1))
    shares = in_chunks(lambda part: share_of(places, posterior, layout, functions, part), parts)

    def total(name: str) -> Floats:
        summed: Floats = np.sum([getattr(share, name) for share in shares], axis=0)
        return summed

    rows = sparse.vstack([share.rows for share in shares], format="csr")
    first = _expected_first(groups, layout, np.concatenate([share.information for share in shares])) - rows.T @ rows
    slope_items, expected_second = _from_histogram(items, curves, groups, layout, total("histogram"), total("met"))
    population_slope, population_information = _population(places, posterior, layout)
    second = np.zeros((layout.second, layout.second))
    second[: layout.tabled, : layout.tabled] = expected_second
    second[layout.tabled :, layout.tabled :] = population_information
    cross = np.zeros((layout.first, layout.second))
    cross[:, : layout.tabled] = total("direct")
    slope_first = np.concatenate([*groups.totals[:-1], np.zeros(0)]) - total("expected")
    return Derivatives(
        slope_first=slope_first,
        slope_second=np.concatenate((slope_items, population_slope)),
        first=first,
        cross=cross - total("cross"),
        second=second - total("second"),
        carry_first=sparse.vstack([share.carry_first for share in shares], format="csr"),
        carry_second=np.concatenate([share.carry_second for share in shares]),
    )


def _expected_first(groups: Groups, layout: Layout, information: Floats) -> sparse.csr_matrix:
    size = layout.first
    total = sparse.csr_matrix((size, size))
    codes = [context + layout.facet_start[f] for f, context in enumerate(groups.context)]
    for f, one in enumerate(codes):
        total = total + sparse.diags(np.bincount(one, weights=information, minlength=size), format="csr")
        for other in codes[f + 1 :]:
            block = sparse.coo_matrix((information, (one, other)), shape=(size, size)).tocsr()
            total = total + block + block.T
    return total


def _from_histogram(
    items: ItemTables, curves: Curves, groups: Groups, layout: Layout, histogram: Floats, met: Floats
) -> tuple[Floats, Floats]:
    """Slope and expected information of items and thresholds, from where the persons meet each pattern."""
    count, size = items.cumulants.shape[:2]

    def by_item(moments: Floats) -> list[Floats]:
        return [np.asarray(groups.incidence.T @ part.reshape(-1, size)) for part in moments]

    parts = by_item(histogram)
    expected = _over_cumulants(items, parts, MEAN)
    by_category = _over_curves(parts, curves)
    slope = np.zeros(layout.tabled)
    slope[:count] = groups.totals[-1] - expected

    parts = by_item(met)
    information = np.zeros((layout.tabled, layout.tabled))
    index = np.arange(count)
    information[index, index] = _over_cumulants(items, parts, VARIANCE)
    mixed = _over_curves(parts, curves[1:])
    taken = _over_curves(parts, curves[:3])
    pairs = items.probabilities.transpose(0, 2, 1) @ (parts[0][:, :, None] * items.probabilities)
    for row in range(layout.threshold.shape[0]):
        members = np.flatnonzero(groups.step_set == row)
        inner = np.flatnonzero(layout.threshold[row] >= 0)
        columns = layout.threshold[row, inner]
        slope[columns] = groups.counts[row, inner] - by_category[members][:, inner].sum(axis=0)
        information[np.ix_(columns, columns)] = (
            np.diag(taken[members][:, inner].sum(axis=0)) - pairs[members].sum(axis=0)[np.ix_(inner, inner)]
        )
        information[np.ix_(members, columns)] = mixed[members][:, inner]
        information[np.ix_(columns, members)] = mixed[members][:, inner].T
    return slope, information


def _over_cumulants(items: ItemTables, parts: Sequence[Floats], order: int) -> Floats:
    """Taylor sums over the ruler of a cumulant and the ones that follow it, for each item."""
    total: Floats = np.sum([(part * items.cumulants[:, :, order + place]).sum(axis=1) for place, part in enumerate(parts)], axis=0)
    return total


def _over_curves(parts: Sequence[Floats], curves: Sequence[Floats]) -> Floats:
    """Taylor sums over the ruler of a curve of each category and its derivatives: (items, categories)."""
    total: Floats = np.sum([(part[:, None, :] @ curve)[:, 0, :] for part, curve in zip(parts, curves, strict=True)], axis=0)
    return total


def _population(places: Places, posterior: Posterior, layout: Layout) -> tuple[Floats, Floats]:
    """Slope and expected information of the population's mean and, on one dimension, the log of its SD."""
    population, count, size = places.population, places.groups.persons, layout.dimensions
    away = posterior.mean - population.mean
    slope = -population.precision @ away.sum(axis=0)
    if size > 1:
        return slope, count * population.precision
    precision = population.precision[0, 0]
    squares = float((away[:, 0] ** 2 + posterior.covariance[:, 0, 0]).sum()) * precision
    cross = 2 * precision * float(away.sum())
    return np.append(slope, count - squares), np.array([[count * precision, cross], [cross, 2 * squares]])
