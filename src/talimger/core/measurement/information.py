"""The slope of the marginal likelihood and its information, from what is known of the persons.

The slope is the expected slope given the ratings (Fisher's identity); the information is the expected information less the
covariance of the slopes over each person's posterior (Louis 1982), which is what not knowing the persons costs. Between neighbouring
persons nothing is shared, so both are sums over persons.

Parameters stand in two parts. The first are the severities of all facets but the last: many, and each met by few persons, so their
part of the information is sparse. The second are the elements of the last facet, the thresholds and the population: few, and met by
everybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from talimger.core.measurement.cumulants import FOURTH, MEAN, THIRD, VARIANCE, ItemTables, mean_at, third_at, variance_at
from talimger.core.measurement.posterior import CHUNK, Places, Posterior, in_chunks
from talimger.core.measurement.ratings import Floats, Ints
from talimger.core.measurement.reduction import Chunk, Groups, chunks

# Numbers that one chunk may hold for the second part of the parameters.
ROOM = 1 << 22


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
    def means(self) -> slice:
        return slice(self.tabled, self.tabled + self.dimensions)


def layout_of(groups: Groups, sizes: list[int]) -> Layout:
    """The layout for facets of the given sizes. Both ends of every used scale are fixed: they carry the origin and the unit."""
    used = groups.counts > 0
    threshold = np.full(used.shape, -1, dtype=np.int64)
    place = groups.items
    for row, categories in enumerate(used):
        inner = np.flatnonzero(categories)[1:-1]
        threshold[row, inner] = place + np.arange(inner.size)
        place += inner.size
    return Layout(np.concatenate(([0], np.cumsum(sizes[:-1]))).astype(np.int64), groups.items, threshold, groups.dimensions)


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
    curves = _category_curves(items)
    functions = _functions(items, curves, groups, layout)
    width = max(nodes, 1) * max(layout.second, 8)
    parts = chunks(groups, most=max(min(CHUNK * 2 // nodes, ROOM // width * 4), 1))
    shares = in_chunks(lambda part: _share(places, posterior, layout, functions, part), parts)

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


@dataclass(frozen=True, eq=False)
class _Share:
    """What one chunk of persons adds."""

    expected: Floats
    information: Floats
    histogram: Floats
    met: Floats
    direct: Floats
    rows: sparse.csr_matrix
    cross: Floats
    second: Floats
    carry_first: sparse.csr_matrix
    carry_second: Floats


@dataclass(frozen=True, eq=False)
class _Functions:
    """What the second part's parameters do at each point of the ruler, for Taylor's series around it.

    ``values`` and ``slopes`` are sparse (3 * patterns * points, tabled): the function, its first and its second derivative.
    """

    values: sparse.csr_matrix
    slopes: sparse.csr_matrix


def _share(places: Places, posterior: Posterior, layout: Layout, functions: _Functions, part: Chunk) -> _Share:
    groups, tables = places.groups, places.tables
    starts = groups.slot_start[part.slots] - part.groups.start
    sizes = np.diff(np.append(starts, part.groups.stop - part.groups.start))
    person = np.repeat(groups.slot_person[part.slots] - part.persons.start, sizes)
    dimension = np.repeat(groups.slot_dimension[part.slots], sizes)
    pattern = groups.pattern[part.groups]
    nodes, weights = posterior.nodes[part.persons], posterior.weights[part.persons]
    at = nodes[person, :, dimension] - places.severity[part.groups][:, None]
    rating_weight = 1.0 if groups.weight is None else groups.weight[part.groups][:, None]
    weight = weights[person] * rating_weight
    around = posterior.local[part.persons][person, dimension][:, None]
    aside = posterior.shift[part.persons][person, dimension][:, None]

    index, distance = tables.nearest(pattern[:, None], at)
    rows = tables.rows.take(index, axis=0)
    # The slope is taken to the second order of Laplace's expansion, the information to the first: so it stays a covariance.
    variance = variance_at(rows, distance)
    mean = mean_at(rows, distance) + aside * variance + 0.5 * around * third_at(rows, distance)
    expected, information = (weight * mean).sum(axis=1), (weight * variance).sum(axis=1)
    flat, size = index.ravel(), tables.rows.shape[0]

    def histogram(moments: tuple[Floats | float, ...]) -> Floats:
        return np.stack([np.bincount(flat, weights=(weight * moment).ravel(), minlength=size) for moment in moments])

    # Each group as a sum over points of the ruler, so that what an item or a threshold does there is looked up, not computed anew.
    taylor = np.stack((np.ones_like(distance), distance, 0.5 * distance * distance), axis=2)
    points = index[:, :, None].astype(np.int64) + size * np.arange(3)
    group_met = sparse.csr_matrix(
        ((taylor * weight[:, :, None]).ravel(), points.ravel(), np.arange(pattern.size + 1) * (3 * index.shape[1])),
        shape=(pattern.size, 3 * size),
    )
    slopes = np.asarray((group_met @ functions.slopes).toarray())
    codes = [groups.context[f][part.groups] + layout.facet_start[f] for f in range(len(groups.context))]
    direct = np.zeros((layout.first, layout.tabled))
    for code in codes:
        meets = sparse.csr_matrix((np.ones(code.size), code, np.arange(code.size + 1)), shape=(code.size, layout.first))
        direct += meets.T @ slopes
    context_expected = np.zeros(layout.first)
    for code in codes:
        context_expected += np.bincount(code, weights=expected, minlength=layout.first)

    if posterior.is_laplace:
        per_group, second_rows = _laplace_rows(places, posterior, layout, part, starts, person, dimension, information, slopes)
    else:
        per_group, second_rows = _quadrature_rows(
            places, posterior, layout, functions, part, person, mean * rating_weight, taylor * np.asarray(rating_weight)[..., None], points
        )
    kinds = per_group.shape[1]
    row = (person[:, None] * kinds + np.arange(kinds)).ravel()
    count = (part.persons.stop - part.persons.start) * kinds
    data = np.concatenate([per_group.ravel() for _code in codes] or [np.zeros(0)])
    columns = np.concatenate([np.repeat(code, kinds) for code in codes] or [np.zeros(0, dtype=np.int64)])
    first_rows = sparse.coo_matrix((data, (np.tile(row, len(codes)), columns)), shape=(count, layout.first)).tocsr()
    carry = _carry(posterior, part)
    return _Share(
        expected=context_expected,
        information=information,
        histogram=histogram(_moments(distance, aside, around)),
        met=histogram((1.0, distance, 0.5 * distance * distance)),
        direct=direct,
        rows=first_rows,
        cross=np.asarray(first_rows.T @ second_rows),
        second=second_rows.T @ second_rows,
        carry_first=carry @ first_rows,
        carry_second=carry @ second_rows,
    )


def _moments(distance: Floats, aside: Floats, around: Floats) -> tuple[Floats | float, ...]:
    """Taylor's weights, of order 0 to 3, of somebody who is ``aside`` of a place, with a variance ``around`` it."""
    half = 0.5 * distance * distance
    return 1.0, distance + aside, half + distance * aside + 0.5 * around, half * distance / 3 + half * aside + 0.5 * distance * around


def _carry(posterior: Posterior, part: Chunk) -> sparse.csr_matrix:
    """From each person's rows of slopes to their covariance with the measure on each dimension: (persons * D, rows)."""
    if posterior.is_laplace:
        pull = posterior.root[part.persons]
    else:
        away = posterior.nodes[part.persons] - posterior.mean[part.persons][:, None, :]
        pull = (np.sqrt(posterior.weights[part.persons])[:, :, None] * away).transpose(0, 2, 1)
    count, size, kinds = pull.shape
    column = np.repeat(np.arange(count) * kinds, size)[:, None] + np.arange(kinds)
    return sparse.csr_matrix(
        (pull.ravel(), column.ravel(), np.arange(count * size + 1) * kinds), shape=(count * size, count * kinds)
    )


def _laplace_rows(
    places: Places,
    posterior: Posterior,
    layout: Layout,
    part: Chunk,
    starts: Ints,
    person: Ints,
    dimension: Ints,
    information: Floats,
    slopes: Floats,
) -> tuple[Floats, Floats]:
    """How each person's slopes move along the directions in which the person is uncertain: (groups, D) and (persons * D, second)."""
    groups, population = places.groups, places.population
    root = posterior.root[part.persons]
    count, size = root.shape[:2]
    by_slot = np.add.reduceat(slopes, starts, axis=0)
    tabled = np.zeros((count, size, layout.tabled))
    tabled[groups.slot_person[part.slots] - part.persons.start, groups.slot_dimension[part.slots]] = by_slot
    rows = np.empty((count, size, layout.second))
    rows[:, :, : layout.tabled] = np.einsum("pdk,pdt->pkt", root, tabled)
    rows[:, :, layout.means] = np.einsum("pdk,dm->pkm", root, population.precision)
    if size == 1:
        away = posterior.mean[part.persons, 0] - population.mean[0]
        rows[:, 0, -1] = 2 * away * population.precision[0, 0] * root[:, 0, 0]
    return information[:, None] * root[person, dimension], rows.reshape(-1, layout.second)


def _quadrature_rows(
    places: Places,
    posterior: Posterior,
    layout: Layout,
    functions: _Functions,
    part: Chunk,
    person: Ints,
    mean: Floats,
    taylor: Floats,
    points: Ints,
) -> tuple[Floats, Floats]:
    """Each person's slopes at each node less their mean, times the root of the node's weight: (groups, Q) and (persons * Q, second)."""
    population = places.population
    weights = posterior.weights[part.persons]
    roots = np.sqrt(weights)
    count, nodes = weights.shape
    row = np.repeat(person[:, None] * nodes + np.arange(nodes), taylor.shape[2], axis=1).ravel()
    met = sparse.coo_matrix((taylor.ravel(), (row, points.ravel())), shape=(count * nodes, functions.values.shape[0])).tocsr()
    rows = np.empty((count, nodes, layout.second))
    rows[:, :, : layout.tabled] = (met @ functions.values).toarray().reshape(count, nodes, -1)
    away = posterior.nodes[part.persons] - population.mean
    rows[:, :, layout.means] = away @ population.precision
    if layout.dimensions == 1:
        rows[:, :, -1] = away[:, :, 0] ** 2 * population.precision[0, 0]
    rows -= np.einsum("pq,pqt->pt", weights, rows)[:, None, :]
    rows *= roots[:, :, None]
    per_group = (mean - (weights[person] * mean).sum(axis=1, keepdims=True)) * roots[person]
    return per_group, rows.reshape(-1, layout.second)


def _category_curves(items: ItemTables) -> tuple[Floats, Floats, Floats, Floats]:
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


def _functions(items: ItemTables, curves: tuple[Floats, ...], groups: Groups, layout: Layout) -> _Functions:
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
    return _Functions(
        *(
            sparse.csr_matrix((np.concatenate([block[order].ravel() for order in range(3) for block in blocks]), indices, pointers), shape=shape)
            for blocks in (values, slopes)
        )
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
    items: ItemTables, curves: tuple[Floats, ...], groups: Groups, layout: Layout, histogram: Floats, met: Floats
) -> tuple[Floats, Floats]:
    """Slope and expected information of items and thresholds, from where the persons meet each pattern."""
    count, size = items.cumulants.shape[:2]

    def by_item(moments: Floats) -> list[Floats]:
        return [np.asarray(groups.incidence.T @ part.reshape(-1, size)) for part in moments]

    parts = by_item(histogram)
    expected = sum((part * items.cumulants[:, :, order]).sum(axis=1) for part, order in zip(parts, (MEAN, VARIANCE, THIRD, FOURTH), strict=True))
    by_category = sum(_over_places(part, curve) for part, curve in zip(parts, curves, strict=True))
    slope = np.zeros(layout.tabled)
    slope[:count] = groups.totals[-1] - expected

    parts = by_item(met)
    information = np.zeros((layout.tabled, layout.tabled))
    index = np.arange(count)
    information[index, index] = sum(
        (part * items.cumulants[:, :, order]).sum(axis=1) for part, order in zip(parts, (VARIANCE, THIRD, FOURTH), strict=True)
    )
    mixed = sum(_over_places(part, curve) for part, curve in zip(parts, curves[1:], strict=True))
    taken = sum(_over_places(part, curve) for part, curve in zip(parts, curves[:3], strict=True))
    pairs = items.probabilities.transpose(0, 2, 1) @ (parts[0][:, :, None] * items.probabilities)
    for row in range(layout.threshold.shape[0]):
        members = np.flatnonzero(groups.step_set == row)
        inner = np.flatnonzero(layout.threshold[row] >= 0)
        columns = layout.threshold[row, inner]
        slope[columns] = groups.counts[row, inner] - by_category[members][:, inner].sum(axis=0)
        information[np.ix_(columns, columns)] = np.diag(taken[members][:, inner].sum(axis=0)) - pairs[members].sum(axis=0)[np.ix_(inner, inner)]
        information[np.ix_(members, columns)] = mixed[members][:, inner]
        information[np.ix_(columns, members)] = mixed[members][:, inner].T
    return slope, information


def _over_places(mass: Floats, function: Floats) -> Floats:
    """Sums over the ruler: (items, points) and (items, points, categories) give (items, categories)."""
    summed: Floats = (mass[:, None, :] @ function)[:, 0, :]
    return summed


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
