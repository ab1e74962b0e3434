"""What each chunk of persons adds to the slope and the information of the likelihood."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from talimger.core.measurement.cumulants import mean_at, third_at, variance_at
from talimger.core.measurement.layout import Layout
from talimger.core.measurement.posterior import Places, Posterior
from talimger.core.measurement.ratings import Floats, Ints
from talimger.core.measurement.reduction import Chunk
from talimger.core.measurement.tangents import Tangents


@dataclass(frozen=True, eq=False)
class Share:
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


def share_of(places: Places, posterior: Posterior, layout: Layout, functions: Tangents, part: Chunk) -> Share:
    """What one chunk adds, with every person's part of it carried along."""
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
    return Share(
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
    return sparse.csr_matrix((pull.ravel(), column.ravel(), np.arange(count * size + 1) * kinds), shape=(count * size, count * kinds))


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
    functions: Tangents,
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
