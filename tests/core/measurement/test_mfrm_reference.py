"""The estimates against an independent reference: the marginal likelihood written down plainly and climbed by a general optimiser."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp

from talimger.core.measurement import FacetsFit, fit_mfrm
from talimger.core.measurement.mfrm import Model
from tests.factories.ratings import Floats, simulate_ratings


@dataclass(frozen=True)
class Reference:
    """What the optimiser found: severities and difficulties summing to zero, thresholds (sets, steps), population, deviance, errors."""

    severity: Floats
    difficulty: Floats
    thresholds: Floats
    sd: float
    deviance: float
    severity_se: Floats


def climbed(columns: dict[str, Floats], model: Model) -> Reference:
    """67 nodes over five and a half standard deviations, derivatives by finite differences: slow and plain."""
    person, assessor, item = (np.asarray(columns[name]) for name in ("candidate", "assessor", "item"))
    score = np.asarray(columns["rating"]) - np.min(columns["rating"])
    persons, assessors, items = person.max() + 1, assessor.max() + 1, item.max() + 1
    categories = int(score.max()) + 1
    sets = items if model == "PCM" else 1
    points = np.linspace(-5.5, 5.5, 67)
    weights = -0.5 * points**2 - logsumexp(-0.5 * points**2)
    membership = np.zeros((persons, score.size))
    membership[person, np.arange(score.size)] = 1

    def unpacked(values: Floats) -> tuple[Floats, Floats, Floats, float, float]:
        cuts = np.cumsum([assessors - 1, items - 1, sets * (categories - 2)])
        severity, difficulty, steps, population = np.split(values, cuts)
        steps = steps.reshape(sets, categories - 2)
        return (
            np.append(severity, -severity.sum()),
            np.append(difficulty, -difficulty.sum()),
            np.column_stack((steps, -steps.sum(axis=1))),
            float(population[0]),
            float(np.exp(population[1])),
        )

    def loss(values: Floats) -> float:
        severity, difficulty, steps, mean, sd = unpacked(values)
        cumulative = np.column_stack((np.zeros(sets), np.cumsum(steps, axis=1)))[item if sets > 1 else np.zeros_like(item)]
        eta = mean + sd * points - (severity[assessor] + difficulty[item])[:, None]
        logits = eta[:, :, None] * np.arange(categories) - cumulative[:, None, :]
        each = np.take_along_axis(logits, score[:, None, None], axis=2)[:, :, 0] - logsumexp(logits, axis=2)
        return -float(logsumexp(membership @ each + weights, axis=1).sum())

    start = np.zeros(assessors + items + sets * (categories - 2))
    found = minimize(loss, start, method="BFGS", options={"gtol": 1e-5})
    severity, difficulty, steps, _mean, sd = unpacked(found.x)
    turned = np.vstack((np.eye(assessors - 1), -np.ones(assessors - 1)))
    covariance = np.linalg.inv(_curvature(loss, found.x))[: assessors - 1, : assessors - 1]
    return Reference(severity, difficulty, steps, sd, 2 * found.fun, np.sqrt(np.diag(turned @ covariance @ turned.T)))


def _curvature(loss, at: Floats, step: float = 2e-3) -> Floats:  # type: ignore[no-untyped-def]  # any function of a vector
    size = at.size
    moves = np.eye(size) * step
    curvature = np.empty((size, size))
    for one in range(size):
        for other in range(one, size):
            up, across = moves[one], moves[other]
            curvature[one, other] = curvature[other, one] = (
                loss(at + up + across) - loss(at + up - across) - loss(at - up + across) + loss(at - up - across)
            ) / (4 * step**2)
    return curvature


def thresholds_of(fit: FacetsFit) -> Floats:
    return np.array(list(fit.thresholds.values()))


@pytest.fixture(scope="module", params=["RSM", pytest.param("PCM", marks=pytest.mark.thorough)])
def both(request: pytest.FixtureRequest) -> tuple[dict[str, Floats], Model, Reference]:
    model: Model = request.param
    few = simulate_ratings(persons=40, assessors=3, items=3, thresholds=(-1.0, 0.2, 0.8), seed=5)
    return few.columns, model, climbed(few.columns, model)


def test_quadrature_finds_what_a_plain_optimiser_finds(both: tuple[dict[str, Floats], Model, Reference]) -> None:
    columns, model, reference = both
    fit = fit_mfrm(columns, person="candidate", facets=["assessor", "item"], model=model, shrink=False, engine="quadrature")
    assert fit.converged
    assert fit.engine == "quadrature"
    np.testing.assert_allclose(fit.facets["assessor"].measure, reference.severity, atol=2e-4)
    np.testing.assert_allclose(fit.facets["item"].measure, reference.difficulty, atol=2e-4)
    np.testing.assert_allclose(thresholds_of(fit), reference.thresholds, atol=5e-4)
    assert fit.deviance == pytest.approx(reference.deviance, abs=1e-3)
    assert fit.population[""].sd == pytest.approx(reference.sd, abs=2e-4)


def test_standard_errors_are_those_of_the_likelihoods_curvature(both: tuple[dict[str, Floats], Model, Reference]) -> None:
    columns, model, reference = both
    fit = fit_mfrm(columns, person="candidate", facets=["assessor", "item"], model=model, shrink=False, engine="quadrature")
    np.testing.assert_allclose(fit.facets["assessor"].se, reference.severity_se, rtol=2e-3)
