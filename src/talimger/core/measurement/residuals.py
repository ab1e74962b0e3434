"""What each rating was, against what the model expects of it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from talimger.core.measurement.cumulants import (
    ItemTables,
    PatternTables,
    Ruler,
    fourth_at,
    item_tables,
    mean_at,
    pattern_tables,
    third_at,
    variance_at,
)
from talimger.core.measurement.ratings import Factor, Floats, Ints, RatingTable, Wholes
from talimger.core.measurement.reduction import Groups, reduce_ratings
from talimger.core.measurement.results import FacetsFit

ROUNDS = 100
PRECISION = 1e-6
ROWS = 1 << 20
# Beyond this a rating carries no information any more: measures of persons without any stop here.
REACH = 12.0


@dataclass(frozen=True, eq=False)
class Residuals:
    """One number a rating, in the order of the table: score less ``expected`` score, its ``variance`` and ``fourth`` central moment.

    Scores count from 0, the lowest rating. ``measure`` (persons, dimensions) are Warm's (1989) weighted likelihood estimates, which
    the residuals are taken at: unlike posterior means they are not drawn to the average, so that fit is judged on the ratings alone.
    """

    residual: Floats
    variance: Floats
    fourth: Floats
    measure: Floats


def residuals(fit: FacetsFit) -> Residuals:
    """The residuals of all ratings at the fitted severities and thresholds."""
    table = fit.table
    groups = reduce_ratings(table, partial_credit=fit.is_partial_credit)
    severities = [fit.facets[factor.name].measure for factor in table.facets]
    cumulative = np.stack(list(fit.cumulative.values()))
    bound = REACH + float(np.abs(severities[-1]).max())
    away = sum(float(np.abs(values).max()) for values in severities[:-1])
    items = item_tables(Ruler.around(-bound - 2 * away, bound + 2 * away), severities[-1], cumulative, groups.step_set)
    measure = _weighted_likelihood(fit, groups, items, bound + away)
    return _at(table, items, severities, measure)


def _weighted_likelihood(fit: FacetsFit, groups: Groups, items: ItemTables, bound: float) -> Floats:
    severity = np.zeros(groups.size)
    for factor, codes in zip(fit.table.facets[:-1], groups.context, strict=True):
        severity += fit.facets[factor.name].measure[codes]
    tables = pattern_tables(items, groups.incidence)
    sizes = np.diff(np.append(groups.slot_start, groups.size))
    weight = 1.0 if groups.weight is None else groups.weight
    theta = np.stack([persons.measure for persons in fit.persons.values()], axis=1)[groups.slot_person, groups.slot_dimension]
    for _round in range(ROUNDS):
        rows, distance = tables.at(groups.pattern, np.repeat(theta, sizes) - severity)
        mean, information, third = (
            np.add.reduceat(weight * value(rows, distance), groups.slot_start) for value in (mean_at, variance_at, third_at)
        )
        information = np.maximum(information, 1e-6)
        move = np.clip((groups.slot_score - mean + third / (2 * information)) / information, -1, 1)
        theta = np.clip(theta + move, -bound, bound)
        if np.abs(move).max() < PRECISION:
            break
    measure = np.full((groups.persons, groups.dimensions), np.nan)
    measure[groups.slot_person, groups.slot_dimension] = theta
    return measure


def _at(table: RatingTable, items: ItemTables, severities: list[Floats], measure: Floats) -> Residuals:
    single = PatternTables(items.ruler, items.cumulants.reshape(-1, items.cumulants.shape[2]))
    residual, variance, fourth = (np.empty(table.size) for _kind in range(3))
    for start in range(0, table.size, ROWS):
        part = slice(start, start + ROWS)
        dimension = 0 if table.dimension is None else table.dimension.codes[part]
        place = measure[table.person.codes[part], dimension]
        for factor, values in zip(table.facets[:-1], severities[:-1], strict=True):
            place = place - values[factor.codes[part]]
        rows, distance = single.at(table.facets[-1].codes[part], place)
        residual[part] = table.score[part] - mean_at(rows, distance)
        variance[part] = np.maximum(variance_at(rows, distance), 0)
        fourth[part] = fourth_at(rows, distance) + 3 * variance[part] ** 2
    return Residuals(residual, variance, fourth, measure)


@dataclass(frozen=True, eq=False)
class Excess:
    """Sums of residuals over cells of ratings: ``shift`` is the logits by which a cell lies above what is expected, ``se`` its error.

    One step of Newton's method on the cell, severities held and persons following; ``nan`` where a cell carries no information.
    """

    n: Ints
    excess: Floats
    shift: Floats
    se: Floats


def excess_of(cell: Wholes, cells: int, table: RatingTable, found: Residuals) -> Excess:
    """Add residuals up over cells: ``cell`` is each rating's number among ``cells``, -1 for ratings of none.

    A person's measure follows the ratings of the cell, so a part of the information, W_cell ** 2 / W_person, goes to the person: of
    two assessors who rate the same people, half of what one of them does is taken for the person's.
    """
    weights = table.weights
    inside = cell >= 0
    weight = inside.astype(np.float64) if weights is None else inside * weights
    at = np.where(inside, cell, 0)
    excess = np.bincount(at, weights=weight * found.residual, minlength=cells).astype(np.float64)
    information = np.bincount(at, weights=weight * found.variance, minlength=cells).astype(np.float64)
    person = table.person.codes.astype(np.int64)
    if table.dimension is not None:
        person = person * len(table.dimension) + table.dimension.codes
    whole = np.bincount(person, weights=found.variance if weights is None else weights * found.variance)
    met, pair = np.unique(person * cells + at, return_inverse=True)
    part = np.bincount(pair, weights=weight * found.variance)
    information -= np.bincount(met % cells, weights=part**2 / np.maximum(whole[met // cells], 1e-12), minlength=cells)
    n = np.bincount(at, weights=inside, minlength=cells).astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        known = np.where(information > 1e-6, information, np.nan)
        return Excess(n=n, excess=excess, shift=excess / known, se=1 / np.sqrt(known))


def labels_of(factor: Factor, places: Ints) -> tuple[str, ...]:
    """The labels at some places of a factor."""
    return tuple(factor.labels[place] for place in places.tolist())
