"""From where the estimator stopped to what a fit says: centred measures, standard errors, fair averages, and what to know."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from talimger.core.measurement.connectivity import connectivity
from talimger.core.measurement.estimation import LEAST_SD, Estimate, Problem
from talimger.core.measurement.posterior import Posterior, quadrature
from talimger.core.measurement.ratings import Floats, RatingTable
from talimger.core.measurement.results import FacetsFit, Finding, Measures, Population
from talimger.core.measurement.scale import average_rating, expected_rating, thresholds_of

# Numbers that the uncertainty of severities is carried to persons through in full; beyond, their variances stand for it.
FULL_CARRY = 40_000_000
# Places of the product rule over several dimensions that are worth the time.
MOST_PLACES = 60_000_000


def result_of(table: RatingTable, problem: Problem, end: Estimate, model: str, engine: str) -> FacetsFit:
    """The result of an estimate."""
    state = end.point.state
    layout = problem.layout
    posterior, log_likelihood = _final_posterior(problem, end)
    covariance = _centred_covariance(problem, end)
    variances = np.maximum(np.diag(covariance).astype(np.float64), 0)
    sets = {"": state.cumulative[0]}
    if model == "PCM":
        sets = dict(zip(table.facets[-1].labels, state.cumulative, strict=True))

    mean = float(state.population.mean.mean())
    facets = {}
    for facet, factor in enumerate(table.facets):
        start = layout.starts[facet]
        measure = state.severities[facet]
        if model == "PCM" and factor is table.facets[-1]:
            fair = np.array(
                [
                    expected_rating(np.array([mean - at]), sets[label], table.lowest)[0]
                    for label, at in zip(factor.labels, measure, strict=True)
                ]
            )
        else:
            fair = average_rating(mean - measure, sets.values(), table.lowest)
        facets[factor.name] = Measures(
            labels=factor.labels,
            measure=measure,
            se=np.sqrt(variances[start : start + len(factor)]),
            n=np.bincount(factor.codes, minlength=len(factor)).astype(np.int64),
            fair_average=fair,
        )
    names = ("",) if table.dimension is None else table.dimension.labels
    errors = np.sqrt(np.einsum("pii->pi", posterior.covariance) + _carried(end, covariance))
    dimension = np.zeros(table.size, dtype=np.int64) if table.dimension is None else table.dimension.codes
    count = np.bincount(table.person.codes.astype(np.int64) * len(names) + dimension, minlength=len(table.person) * len(names))
    count = count.reshape(-1, len(names))
    sd = np.sqrt(np.diag(state.population.covariance))
    return FacetsFit(
        model=model,
        engine=engine,
        converged=not end.reason,
        reason=end.reason,
        iterations=end.iterations,
        deviance=-2 * log_likelihood,
        table=table,
        cumulative=sets,
        facets=facets,
        spread={factor.name: spread for factor, spread in zip(table.facets, state.spread, strict=True)},
        persons={
            name: Measures(
                labels=table.person.labels,
                measure=posterior.mean[:, place],
                se=errors[:, place],
                n=count[:, place].astype(np.int64),
                fair_average=average_rating(posterior.mean[:, place], sets.values(), table.lowest),
            )
            for place, name in enumerate(names)
        },
        population={name: Population(float(state.population.mean[place]), float(sd[place])) for place, name in enumerate(names)},
        correlations=state.population.covariance / np.outer(sd, sd),
        reliability={name: _reliability(posterior, place) for place, name in enumerate(names)},
        warnings=tuple(_findings(table, problem, end, sets)),
    )


def _final_posterior(problem: Problem, end: Estimate) -> tuple[Posterior, float]:
    """The persons once more by adaptive quadrature, whatever engine found the parameters, and the log-likelihood that goes with it."""
    point, groups = end.point, problem.groups
    places = groups.size * (11 if groups.dimensions == 1 else 3**groups.dimensions)
    if not point.posterior.is_laplace or (groups.dimensions > 1 and places > MOST_PLACES):
        return point.posterior, point.log_likelihood + float(point.posterior.correction.sum())
    posterior = quadrature(point.places, point.posterior.mean, coarse=True)
    return posterior, point.log_likelihood + float(posterior.log_marginal.sum() - point.posterior.log_marginal.sum())


def _centred_covariance(problem: Problem, end: Estimate) -> NDArray[Any]:
    """The covariance of the estimates as they are reported, every facet measured from its own average."""
    covariance = end.system.covariance()
    layout = problem.layout
    for facet, start in enumerate(layout.starts):
        blocks = problem.blocks[facet]
        if blocks is None:
            continue
        for block in range(int(blocks.max()) + 1):
            members = start + np.flatnonzero(blocks == block)
            means = layout.first + layout.tabled + np.flatnonzero(problem.block_of_dimension[facet] == block)
            # Rows, then columns: the same transformation from the left and from the right.
            for side in (covariance, covariance.T):
                average = side[members].mean(axis=0)
                side[members] -= average
                side[means] -= average
    return covariance


def _carried(end: Estimate, covariance: NDArray[Any]) -> Floats:
    """Variance of each person's measure that comes from severities, thresholds and population not being known exactly."""
    toward_first, toward_second = end.derivatives.carry_first, end.derivatives.carry_second
    count, first = toward_first.shape
    carried: Floats = np.einsum("pi,pi->p", toward_second @ covariance[first:, first:], toward_second)
    if count * first <= FULL_CARRY:
        dense = toward_first.toarray()
        carried += np.einsum("pi,pi->p", dense @ covariance[:first, :first] + 2 * toward_second @ covariance[first:, :first], dense)
    else:
        carried += toward_first.multiply(toward_first) @ np.diag(covariance)[:first]
    return np.maximum(carried, 0).reshape(end.point.posterior.mean.shape)


def _reliability(posterior: Posterior, place: int) -> float:
    """How much of the variance of the persons' estimates is of the persons: EAP reliability."""
    between = float(posterior.mean[:, place].var())
    within = float(posterior.covariance[:, place, place].mean())
    return between / (between + within)


def _findings(table: RatingTable, problem: Problem, end: Estimate, sets: dict[str, Floats]) -> list[Finding]:
    found = []
    if end.reason:
        found.append(Finding("not_converged", f"The fit did not converge: {end.reason}.", {"reason": end.reason}))
    anchored = {
        factor.name: [factor.labels[place] for place in np.flatnonzero(fixed)]
        for factor, fixed in zip(table.facets, problem.fixed, strict=True)
    }
    network = connectivity(table, anchored=anchored)
    if not network.is_connected:
        found.append(
            Finding(
                "disconnected",
                f"The ratings fall into {len(network.parts)} parts without a link: nothing is compared across them.",
                {"parts": len(network.parts)},
            )
        )
    for facet, factor in enumerate(table.facets):
        if end.point.state.spread[facet] is None and problem.extreme[facet].any():
            labels = [factor.labels[place] for place in np.flatnonzero(problem.extreme[facet])]
            found.append(
                Finding(
                    "extreme_elements",
                    f"{factor.name} {', '.join(labels)}: only the lowest or only the highest rating, so the measure is a bound.",
                    {"facet": factor.name, "labels": labels},
                )
            )
    used = (problem.groups.counts > 0).any(axis=0)
    unused = [int(table.lowest + category) for category in np.flatnonzero(~used)]
    if unused:
        found.append(Finding("unused_categories", f"Nobody gave {', '.join(map(str, unused))}.", {"categories": unused}))
    disordered = [
        name for name, cumulative in sets.items() if np.any(np.diff(thresholds_of(cumulative)[~np.isnan(thresholds_of(cumulative))]) < 0)
    ]
    if disordered:
        told = f" of {', '.join(disordered)}" if disordered != [""] else ""
        found.append(
            Finding(
                "disordered_thresholds",
                f"Thresholds{told} are not in order: some category is never the most likely one.",
                {"sets": disordered},
            )
        )
    if float(np.diag(end.point.state.population.covariance).min()) <= LEAST_SD**2 * 1.01:
        found.append(Finding("no_differences", "The ratings show no difference between persons beyond chance.", {}))
    return found
