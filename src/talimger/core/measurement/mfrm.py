"""Fitting the many-facet Rasch model: from checked ratings to measures of everybody on one ruler."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components
from threadpoolctl import threadpool_limits

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.estimation import Problem, Progress, State, estimate, starting_state
from talimger.core.measurement.layout import layout_of
from talimger.core.measurement.ratings import Factor, Floats, Ints, RatingTable, rating_table
from talimger.core.measurement.reduction import Groups, reduce_ratings
from talimger.core.measurement.reporting import result_of
from talimger.core.measurement.results import FacetsFit, Finding

Model = Literal["RSM", "PCM"]
Engine = Literal["auto", "quadrature", "laplace"]

# Below this many ratings a person, Laplace's expansion settles slowly or not at all, and quadrature is chosen.
FEW_RATINGS = 24
# A facet of three elements says too little about how elements spread.
LEAST_ELEMENTS = 4
PRIOR_SPREAD = 0.5
# The likelihood is tabulated for every element of the last facet: right for items of a form, wasteful for more than a few hundred.
MOST_TABLED = 200
NOTHING = "\0"
# Correlations of five traits need people to be seen in, and a trait needs more than a pair of ratings by two assessors.
LEAST_PERSONS_FOR_DIMENSIONS = 30
LEAST_RATINGS_FOR_DIMENSIONS = 5

Anchors = Mapping[str, Mapping[str, float]]


def fit_mfrm(
    ratings: Mapping[str, Any],
    *,
    person: str,
    facets: Sequence[str],
    rating: str = "rating",
    dimension: str | None = None,
    model: Model = "RSM",
    shrink: bool | Sequence[str] = True,
    anchors: Anchors | None = None,
    weights: Any = None,
    engine: Engine = "auto",
    progress: Progress | None = None,
) -> FacetsFit:
    """Fit ``ln(P_k / P_(k-1)) = person - facet elements - threshold k`` to ratings in long form (Linacre 1989).

    Marginal maximum likelihood: persons come from a normal population. ``ratings`` maps column names to columns of equal length.
    ``model``: one set of thresholds ("RSM", Andrich 1978) or one for each element of the last facet ("PCM", Masters 1982).
    ``shrink``: whether the elements of a facet have a normal prior whose spread is estimated (facets of four elements and more that
    have no anchors, or only those named); else they are free. ``anchors``: facet -> label -> measure that stays. ``dimension``: a
    column that says which of several correlated traits a rating is about; where the data cannot carry them, one is fitted and a
    warning says so. ``weights``: one number a rating. ``progress`` is told the round and the size of its step.

    Measures are logits; every facet sums to zero unless it is anchored (within a dimension, if its elements are divided between
    dimensions). Raises ``MeasurementError`` for ratings that cannot be read; failure to converge is a value of the result.

    >>> fit = fit_mfrm(
    ...     {"who": [1, 1, 2, 2, 3, 3, 4, 4], "by": list("ABABABAB"), "rating": [1, 2, 2, 3, 1, 3, 3, 3]}, person="who", facets=["by"]
    ... )
    >>> fit.facets["by"].labels, bool(fit.facets["by"].measure[0] > fit.facets["by"].measure[1])
    (('A', 'B'), True)
    """
    table = rating_table(ratings, person=person, facets=facets, rating=rating, dimension=dimension, weights=weights)
    return fit_table(table, model=model, shrink=shrink, anchors=anchors, engine=engine, progress=progress)


def fit_table(
    table: RatingTable,
    *,
    model: Model = "RSM",
    shrink: bool | Sequence[str] = True,
    anchors: Anchors | None = None,
    engine: Engine = "auto",
    progress: Progress | None = None,
) -> FacetsFit:
    """``fit_mfrm`` on ratings that were checked before."""
    anchors = anchors or {}
    for name in (*anchors, *([] if isinstance(shrink, bool) else shrink)):
        table.facet(name)
    if table.dimension is not None and len(table.dimension) == 1:
        table = replace(table, dimension=None)

    def fitted(one: RatingTable) -> FacetsFit:
        return _fit(one, model, shrink, anchors, engine, progress)

    if table.dimension is None:
        return fitted(table)
    reason = _too_little_for_dimensions(table)
    single = fitted(replace(table, dimension=None))
    if reason is None:
        several = fitted(table)
        reason = _not_worth_dimensions(several, single)
        if reason is None:
            return several
    return replace(single, warnings=(reason, *single.warnings))


def _fit(
    table: RatingTable, model: Model, shrink: bool | Sequence[str], anchors: Anchors, engine: Engine, progress: Progress | None
) -> FacetsFit:
    if model == "RSM" and len(table.facets[-1]) > MOST_TABLED:
        # A last facet of thousands is no list of items: give its place to one that changes nothing, and treat it like the others.
        nothing = Factor(NOTHING, ("",), np.zeros(table.size, dtype=np.int32))
        wide = replace(table, facets=(*table.facets, nothing))
        fit = _fit(wide, model, shrink, {**anchors, NOTHING: {"": 0.0}}, engine, progress)
        facets = {factor.name: fit.facets[factor.name] for factor in table.facets}
        return replace(fit, table=table, facets=facets, spread={name: fit.spread[name] for name in facets})
    groups = reduce_ratings(table, partial_credit=model == "PCM")
    problem, start = _problem(table, groups, shrink, anchors)
    ratings_each = table.size / groups.persons
    chosen = engine if engine != "auto" else ("quadrature" if ratings_each < FEW_RATINGS else "laplace")
    # Many small products are quicker on one thread than on several that wait for each other, most of all on a busy machine.
    with threadpool_limits(1, user_api="blas"):
        end = estimate(problem, start, engine=chosen, progress=progress)
        return result_of(table, problem, end, model, chosen)


def _problem(table: RatingTable, groups: Groups, shrink: bool | Sequence[str], anchors: Anchors) -> tuple[Problem, State]:
    fixed, values, extreme, blocks, of_dimension = [], [], [], [], []
    spread: list[float | None] = []
    for place, factor in enumerate(table.facets):
        anchored, measure = _anchored(factor, anchors.get(factor.name, {}))
        is_shrunk = (shrink if isinstance(shrink, bool) else factor.name in shrink) and len(factor) >= LEAST_ELEMENTS
        spread.append(PRIOR_SPREAD if is_shrunk and not anchored.any() else None)
        block, meets = _blocks(table, factor)
        fixed.append(anchored)
        values.append(measure)
        extreme.append(_extreme(table, factor, groups, place) & ~anchored)
        blocks.append(None if anchored.any() else block)
        of_dimension.append(meets)
    layout = layout_of(groups, [len(factor) for factor in table.facets])
    problem = Problem(groups, layout, tuple(fixed), tuple(extreme), tuple(blocks), tuple(of_dimension))
    return problem, starting_state(groups, tuple(values), tuple(spread))


def _anchored(factor: Factor, anchors: Mapping[str, float]) -> tuple[NDArray[np.bool_], Floats]:
    fixed, values = np.zeros(len(factor), dtype=bool), np.zeros(len(factor))
    for label, value in anchors.items():
        if label not in factor.labels:
            raise MeasurementError("unknown_anchor", "{facet} has no {label} to anchor.", facet=factor.name, label=label)
        if not np.isfinite(value):
            raise MeasurementError("anchor_value", "The anchor of {label} is not a number.", label=label)
        place = factor.labels.index(label)
        fixed[place], values[place] = True, value
    return fixed, values


def _blocks(table: RatingTable, factor: Factor) -> tuple[Ints, Ints]:
    """Which elements share an origin: all of them, unless the dimensions divide them. And the block that each dimension meets."""
    if table.dimension is None:
        return np.zeros(len(factor), dtype=np.int64), np.zeros(1, dtype=np.int64)
    elements, dimensions = len(factor), len(table.dimension)
    met = np.unique(factor.codes.astype(np.int64) * dimensions + table.dimension.codes)
    size = elements + dimensions
    graph = sparse.coo_matrix((np.ones(met.size), (met // dimensions, elements + met % dimensions)), shape=(size, size))
    _count, labels = connected_components(graph, directed=False)
    _found, numbers = np.unique(labels, return_inverse=True)
    return numbers[:elements].astype(np.int64), numbers[elements:].astype(np.int64)


def _extreme(table: RatingTable, factor: Factor, groups: Groups, place: int) -> NDArray[np.bool_]:
    """Elements that got only the lowest or only the highest rating that their scale knows."""
    used = groups.counts > 0
    lowest, highest = used.argmax(axis=1), used.shape[1] - 1 - used[:, ::-1].argmax(axis=1)
    weight = np.bincount(factor.codes, weights=table.weights, minlength=len(factor)).astype(np.float64)

    def reached(bound: Ints) -> Floats:
        """The sum of scores that an element would have with only this one."""
        if bound.size == 1:
            return weight * float(bound[0])
        each = bound[table.facets[-1].codes] * (1.0 if table.weights is None else table.weights)
        return np.bincount(factor.codes, weights=each, minlength=len(factor)).astype(np.float64)

    total = groups.totals[place]
    extreme: NDArray[np.bool_] = (total <= reached(lowest) + 1e-9) | (total >= reached(highest) - 1e-9)
    return extreme


def _too_little_for_dimensions(table: RatingTable) -> Finding | None:
    """Before any fit: too few persons, or too few ratings of a person on some dimension, to tell dimensions apart."""
    dimension = table.dimension
    assert dimension is not None
    if len(table.person) < LEAST_PERSONS_FOR_DIMENSIONS:
        return Finding(
            "dimensions_few_persons",
            f"{len(table.person)} persons are too few for correlated dimensions (at least {LEAST_PERSONS_FOR_DIMENSIONS}):"
            " one dimension was fitted.",
            {"persons": len(table.person), "least": LEAST_PERSONS_FOR_DIMENSIONS},
        )
    count = np.bincount(
        table.person.codes.astype(np.int64) * len(dimension) + dimension.codes, minlength=len(table.person) * len(dimension)
    )
    typical = np.median(count.reshape(-1, len(dimension)), axis=0)
    weakest = int(typical.argmin())
    if typical[weakest] >= LEAST_RATINGS_FOR_DIMENSIONS:
        return None
    return Finding(
        "dimensions_few_ratings",
        f"{dimension.labels[weakest]} has {typical[weakest]:g} ratings of a person, too few for a dimension of its own"
        f" (at least {LEAST_RATINGS_FOR_DIMENSIONS}): one dimension was fitted.",
        {"dimension": dimension.labels[weakest], "ratings": float(typical[weakest]), "least": LEAST_RATINGS_FOR_DIMENSIONS},
    )


def _not_worth_dimensions(several: FacetsFit, single: FacetsFit) -> Finding | None:
    """After the fit: dimensions that the ratings do not tell apart, by convergence and by the Bayesian information criterion."""
    size = len(several.dimensions)
    more = size * (size + 1) / 2 + size - 2
    gain = single.deviance - several.deviance - more * np.log(len(single.person()))
    if several.converged and gain > 0:
        return None
    return Finding(
        "dimensions_not_told_apart",
        "The ratings do not tell the dimensions apart: one dimension was fitted.",
        {"gain": round(float(gain), 1), "converged": several.converged},
    )
