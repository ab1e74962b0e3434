"""The estimator: Newton's method on the marginal likelihood, with a normal prior on severities whose spread is estimated as well."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from talimger.core.measurement.cumulants import ItemTables, Ruler, item_tables, pattern_tables
from talimger.core.measurement.information import Derivatives, derivatives
from talimger.core.measurement.layout import Layout
from talimger.core.measurement.posterior import Places, Population, Posterior, laplace, quadrature
from talimger.core.measurement.ratings import Floats, Ints
from talimger.core.measurement.reduction import Groups
from talimger.core.measurement.system import System

ROUNDS = 100
# Rounds without a smaller step after which there is no hope: an engine that is not good enough for the data circles like that.
PATIENCE = 15
PRECISION = 1e-6
# A covariance of several dimensions moves by expectation steps, slowly at the end: a thousandth of a standard deviation is enough.
COVARIANCE_PRECISION = 1e-4
LARGEST_STEP = 2.0
TRUSTED_STEP = 1e-3
HALVINGS = 12
# Persons who do not differ are given this spread, so that the estimator has a place to stop; so are assessors who do not.
LEAST_SD = 0.01
LEAST_SPREAD = 1e-3
# The prior of an element that got only the lowest or only the highest ratings, where there is no other: SD in logits.
EXTREME_SD = 2.0
# Weight, in persons, of one common factor in the covariance of several dimensions.
ONE_FACTOR_WEIGHT = 5.0

Engine = Callable[[Places, Floats], Posterior]
ENGINES: Mapping[str, Engine] = {"laplace": laplace, "quadrature": quadrature}
Progress = Callable[[int, float], None]


@dataclass(frozen=True, eq=False)
class State:
    """Current parameters: severities of every facet, cumulative thresholds (sets, categories), population, spread of each prior."""

    severities: tuple[Floats, ...]
    cumulative: Floats
    population: Population
    spread: tuple[float | None, ...]


@dataclass(frozen=True, eq=False)
class Problem:
    """What is estimated from what.

    ``fixed[f]`` marks anchored elements, ``extreme[f]`` those that need a prior to stay finite. ``blocks[f]`` numbers the elements
    of a facet that are measured from one common origin (all of them, but for facets that are divided between dimensions), and
    ``block_of_dimension[f]`` says which block a dimension meets; an anchored facet has none.
    """

    groups: Groups
    layout: Layout
    fixed: tuple[NDArray[np.bool_], ...]
    extreme: tuple[NDArray[np.bool_], ...]
    blocks: tuple[Ints | None, ...]
    block_of_dimension: tuple[Ints, ...]


@dataclass(frozen=True, eq=False)
class Point:
    """A state with what follows from it. ``value`` is the negative log-likelihood with the priors, up to a constant."""

    state: State
    places: Places
    items: ItemTables
    posterior: Posterior
    value: float
    log_likelihood: float


@dataclass(frozen=True, eq=False)
class Estimate:
    """Where the estimator stopped; ``reason`` is empty if it converged."""

    point: Point
    derivatives: Derivatives
    system: System
    iterations: int
    reason: str


def starting_state(groups: Groups, facets: tuple[Floats, ...], spread: tuple[float | None, ...]) -> State:
    """A place to begin: thresholds from how often categories occur, everybody average, anchors where they are."""
    counts = np.maximum(groups.counts, 0.5)
    used = groups.counts > 0
    categories = np.arange(counts.shape[1])
    cumulative = np.full(counts.shape, np.inf)
    tilts = np.zeros(counts.shape[0])
    for row in range(counts.shape[0]):
        inner = np.flatnonzero(used[row])
        low, high = inner[0], inner[-1]
        odds = np.log(counts[row])
        tilts[row] = (odds[high] - odds[low]) / max(high - low, 1)
        cumulative[row, inner] = odds[low] - odds[inner] + tilts[row] * (categories[inner] - low)
    return State(facets, cumulative, Population(np.full(groups.dimensions, float(np.mean(tilts))), np.eye(groups.dimensions)), spread)


def estimate(problem: Problem, state: State, *, engine: str, progress: Progress | None = None) -> Estimate:
    """Climb until the steps are negligible. Never raises for want of convergence: ``reason`` says how it ended."""
    point = _at(problem, state, engine, np.zeros((problem.groups.persons, problem.groups.dimensions)) + state.population.mean)
    reason = "the steps had not become negligible after the last round"
    iteration, stalled, smallest = 0, 0, np.inf
    moves = (0.0,) * len(state.spread)
    for iteration in range(1, ROUNDS + 1):
        slopes = derivatives(point.places, point.items, point.posterior, problem.layout)
        system = _system(problem, point.state, slopes)
        step = system.solve(-_slope(problem, point.state, slopes))
        before = point.state
        point, taken = _move(problem, point, engine, step)
        renewed, drift, moves = _renew(problem, point, system, moves)
        size = max(_distance(before, point.state), drift)
        if progress is not None:
            progress(iteration, size)
        if drift > 0:
            point = _at(problem, renewed, engine, point.posterior.mean)
        if taken == 0:
            reason = "no step improved the likelihood any more"
            break
        if size < PRECISION:
            reason = ""
            break
        smallest, stalled = (size, 0) if size < 0.9 * smallest else (smallest, stalled + 1)
        if stalled == PATIENCE:
            reason = "the steps stopped becoming smaller"
            break
    # What the last step started from: it is nearer to where the step ended than standard errors can tell.
    return Estimate(point, slopes, system, iteration, reason)


def _at(problem: Problem, state: State, engine: str, start: Floats) -> Point:
    groups = problem.groups
    severity = np.zeros(groups.size)
    for values, codes in zip(state.severities[:-1], groups.context, strict=True):
        severity += values[codes]
    ruler = _ruler(state)
    items = item_tables(ruler, state.severities[-1], state.cumulative, groups.step_set)
    places = Places(groups, pattern_tables(items, groups.incidence), severity, state.population)
    posterior = ENGINES[engine](places, start)
    likelihood = float(posterior.log_marginal.sum())
    likelihood -= sum(float(total @ values) for total, values in zip(groups.totals, state.severities, strict=True))
    used = groups.counts > 0
    likelihood -= float((groups.counts[used] * state.cumulative[used]).sum())
    penalty = sum(0.5 * float((prior * values**2).sum()) for prior, values in zip(_priors(problem, state), state.severities, strict=True))
    return Point(state, places, items, posterior, penalty - likelihood, likelihood)


def _ruler(state: State) -> Ruler:
    """Wide enough for every person: seven standard deviations of the population, and eight logits beyond all thresholds."""
    sd = np.sqrt(np.diag(state.population.covariance))
    steps = np.diff(np.where(np.isfinite(state.cumulative), state.cumulative, 0), axis=1)
    item = state.severities[-1]
    context = [(values.min(), values.max()) for values in state.severities[:-1]]
    reach = float(np.abs(steps).max(initial=0)) + 8
    low = min(float((state.population.mean - 7 * sd).min()), float(item.min()) - reach) - sum(high for _low, high in context)
    high = max(float((state.population.mean + 7 * sd).max()), float(item.max()) + reach) - sum(low for low, _high in context)
    return Ruler.around(low, high)


def _priors(problem: Problem, state: State) -> list[Floats]:
    """The precision of each element's prior: of its facet's spread, or a wide one where there would be no end otherwise."""
    return [
        np.where(extreme, EXTREME_SD**-2, 0.0) if spread is None else np.where(fixed, 0.0, spread**-2)
        for spread, extreme, fixed in zip(state.spread, problem.extreme, problem.fixed, strict=True)
    ]


def _slope(problem: Problem, state: State, slopes: Derivatives) -> Floats:
    first = [
        _about_centre(prior * values, blocks)
        for prior, values, blocks in zip(_priors(problem, state), state.severities, problem.blocks, strict=True)
    ]
    slope = np.concatenate((slopes.slope_first, slopes.slope_second))
    slope[: problem.layout.first] += np.concatenate([*first[:-1], np.zeros(0)])
    slope[problem.layout.first : problem.layout.first + problem.layout.items] += first[-1]
    return slope


def _about_centre(values: Floats, blocks: Ints | None) -> Floats:
    """Values less the average of their block: a prior speaks of the distance to the others, so it cannot pull all of them along."""
    if blocks is None:
        return values
    return values - (np.bincount(blocks, weights=values) / np.bincount(blocks))[blocks]


def _system(problem: Problem, state: State, slopes: Derivatives) -> System:
    layout = problem.layout
    priors = _priors(problem, state)
    fixed = np.zeros(layout.first + layout.second, dtype=bool)
    diagonal = np.zeros(fixed.size)
    centred: list[Ints] = []
    for facet, start in enumerate(layout.starts):
        span = slice(start, start + problem.fixed[facet].size)
        fixed[span], diagonal[span] = problem.fixed[facet], priors[facet]
        blocks = problem.blocks[facet]
        if blocks is not None and state.spread[facet] is None:
            centred += [start + np.flatnonzero(blocks == block) for block in range(int(blocks.max()) + 1)]
    if layout.dimensions == 1:
        # The smallest spread is a wall, not a place to step through.
        fixed[-1] = state.population.covariance[0, 0] <= LEAST_SD**2 * 1.0001 and slopes.slope_second[-1] > 0
    return System(slopes.first, slopes.cross, slopes.second, diagonal, fixed, tuple(centred))


def _move(problem: Problem, point: Point, engine: str, step: Floats) -> tuple[Point, float]:
    """Go the step, or as much of it as does not make the likelihood worse; where we are then, and the share that was gone."""
    share = min(1.0, LARGEST_STEP / max(float(np.max(np.abs(step), initial=0.0)), 1e-12))
    # Near the top the last digits of the likelihood tell nothing: the slope, which is better than they are to second order, leads.
    tolerance = np.inf if np.abs(step).max() < TRUSTED_STEP else 1e-10 * abs(point.value) + 1e-9
    for _try in range(HALVINGS):
        reached = _at(problem, _stepped(problem, point.state, share * step), engine, point.posterior.mean)
        if reached.value <= point.value + tolerance:
            return reached, share
        share /= 2
    return point, 0.0


def _stepped(problem: Problem, state: State, step: Floats) -> State:
    layout = problem.layout
    severities = [values + step[start : start + values.size] for values, start in zip(state.severities, layout.starts, strict=True)]
    second = step[layout.first :]
    cumulative = state.cumulative.copy()
    free = layout.threshold >= 0
    cumulative[free] += second[layout.threshold[free]]
    mean = state.population.mean + second[layout.means]
    covariance = state.population.covariance
    if layout.dimensions == 1:
        covariance = np.maximum(covariance * np.exp(2 * second[-1]), LEAST_SD**2)
    centred, mean = _centred(problem, severities, mean)
    return State(centred, cumulative, Population(mean, covariance), state.spread)


def _distance(one: State, other: State) -> float:
    """The largest move of any parameter; what only moves the common origin of facet and population is no move."""
    moves = [np.abs(a - b).max() for a, b in zip(one.severities, other.severities, strict=True)]
    finite = np.isfinite(one.cumulative)
    moves.append(np.abs(one.cumulative[finite] - other.cumulative[finite]).max())
    moves.append(np.abs(one.population.mean - other.population.mean).max())
    if one.population.mean.size == 1:
        moves.append(0.5 * abs(np.log(other.population.covariance[0, 0] / one.population.covariance[0, 0])))
    return float(max(moves))


def _centred(problem: Problem, severities: Sequence[Floats], mean: Floats) -> tuple[tuple[Floats, ...], Floats]:
    """Severities measured from every facet's own average, and the population's mean with what was taken from the facets."""
    out, mean = [], mean.copy()
    for values, blocks, of_dimension in zip(severities, problem.blocks, problem.block_of_dimension, strict=True):
        if blocks is None:
            out.append(values)
            continue
        averages = np.bincount(blocks, weights=values) / np.bincount(blocks)
        mean -= averages[of_dimension]
        out.append(values - averages[blocks])
    return tuple(out), mean


def _renew(problem: Problem, point: Point, system: System, moves: tuple[float, ...]) -> tuple[State, float, tuple[float, ...]]:
    """New spreads of the priors and, on several dimensions, a new covariance of the population; and how far they moved.

    ``moves`` are the last moves of the spreads' logarithms. Where moves shrink by an even share, the rest of the way is gone at once
    (Aitken's extrapolation).
    """
    state, layout = point.state, problem.layout
    variances = system.variances() if any(spread is not None for spread in state.spread) else np.zeros(system.size)
    drift = 0.0
    spreads: list[float | None] = []
    now = [0.0] * len(moves)
    for facet, (spread, values) in enumerate(zip(state.spread, state.severities, strict=True)):
        if spread is None:
            spreads.append(None)
            continue
        start = layout.starts[facet]
        goal = max(_spread(values, float(variances[start : start + values.size].sum()), spread), LEAST_SPREAD)
        move = float(np.log(goal / spread))
        share = move / moves[facet] if moves[facet] else 0.0
        renewed = spread * float(np.exp(np.clip(move / (1 - share) if 0.3 < share < 0.95 else move, -1.5, 1.5)))
        now[facet] = move
        # A spread matters by the weight that it gives the average against the ratings, and that is small.
        drift = max(drift, abs(move) * 1e-3 if abs(move) > 1e-4 else 0.0)
        spreads.append(renewed)
    population = state.population
    if layout.dimensions > 1:
        covariance = _covariance(point.posterior, population.mean)
        scale = np.sqrt(np.diag(covariance))
        moved = float(np.abs((covariance - population.covariance) / np.outer(scale, scale)).max())
        drift = max(drift, moved if moved > COVARIANCE_PRECISION else 0.0)
        population = Population(population.mean, covariance)
    return replace(state, spread=tuple(spreads), population=population), drift, tuple(now)


def _spread(values: Floats, variance: float, spread: float) -> float:
    """A new spread for elements with ``values`` whose variances add up to ``variance``, under the old one.

    The most likely spread under a prior that rises from zero (Chung et al. 2013): without it, a handful of assessors who happen to
    agree would all be given the same severity, and no doubt about it. One degree of freedom goes to the origin, one to this prior.
    """
    squares, free = float((values**2).sum()), values.size - 2
    # The variances hold that of the common direction, which is the population's: there, it is the prior's own.
    return float(np.sqrt((squares + max(variance - spread**2, 0)) / free))


def _covariance(posterior: Posterior, mean: Floats) -> Floats:
    """The covariance of several dimensions, drawn a little towards what one common factor would give."""
    away = posterior.mean - mean
    count = away.shape[0]
    sample = (posterior.covariance.sum(axis=0) + away.T @ away) / count
    scale = np.sqrt(np.diag(sample))
    values, vectors = np.linalg.eigh(sample / np.outer(scale, scale))
    loading = np.clip(np.abs(vectors[:, -1]) * np.sqrt(values[-1]), 0, 0.99) * np.sign(vectors[:, -1])
    one_factor = np.outer(loading, loading)
    np.fill_diagonal(one_factor, 1.0)
    drawn: Floats = (count * sample + ONE_FACTOR_WEIGHT * one_factor * np.outer(scale, scale)) / (count + ONE_FACTOR_WEIGHT)
    return drawn
