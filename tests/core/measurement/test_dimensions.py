"""Competencies as correlated dimensions of one fit: each borrows strength from the others, where the ratings carry it."""

from __future__ import annotations

import numpy as np
import pytest

from talimger.core.measurement import FacetsFit, bias_interaction, fit_mfrm, fit_statistics
from tests.factories.ratings import Simulated, simulate_ratings

SIZES = (5, 5, 5)
OF_ITEM = np.repeat(np.arange(3), SIZES)


def made_of(correlation: float, *, persons: int, seed: int, of_item: np.ndarray = OF_ITEM) -> Simulated:
    size = int(of_item.max()) + 1
    covariance = np.full((size, size), correlation) + (1 - correlation) * np.eye(size)
    ability = np.random.default_rng(seed).multivariate_normal(np.zeros(size), covariance, persons)
    return simulate_ratings(persons=persons, assessors=6, items=of_item.size, ability=ability, dimension_of_item=of_item, seed=seed)


def fitted(made: Simulated, **options: object) -> FacetsFit:
    return fit_mfrm(made.columns, person="candidate", facets=["assessor", "item"], dimension="competency", **options)  # type: ignore[arg-type]  # options of several kinds


@pytest.fixture(scope="module")
def made() -> Simulated:
    return made_of(0.7, persons=250, seed=1)


@pytest.fixture(scope="module")
def several(made: Simulated) -> FacetsFit:
    return fitted(made)


def test_correlations_and_spreads_are_found(several: FacetsFit) -> None:
    assert several.converged
    assert several.dimensions == ("0", "1", "2")
    off = several.correlations[np.triu_indices(3, 1)]
    assert off == pytest.approx(np.full(3, 0.7), abs=0.15)
    assert [several.population[name].sd for name in several.dimensions] == pytest.approx([1, 1, 1], abs=0.2)


def test_each_dimension_is_recovered_better_than_by_fits_of_its_own(made: Simulated, several: FacetsFit) -> None:
    for place, name in enumerate(several.dimensions):
        rows = made.columns["competency"] == place
        alone = fit_mfrm({key: values[rows] for key, values in made.columns.items()}, person="candidate", facets=["assessor", "item"])
        truth = made.ability[[int(label) for label in alone.person().labels], place]
        together = several.person(name)
        assert np.corrcoef(together.measure, truth)[0, 1] > np.corrcoef(alone.person().measure, truth)[0, 1]
        assert together.se.mean() < alone.person().se.mean()


def test_intervals_hold_on_every_dimension(made: Simulated, several: FacetsFit) -> None:
    for place, name in enumerate(several.dimensions):
        persons = several.person(name)
        origin = made.difficulty[place == OF_ITEM].mean()
        away = persons.measure - (made.ability[[int(label) for label in persons.labels], place] - origin)
        assert np.mean(np.abs(away) < 1.96 * persons.se) > 0.9


def test_items_sum_to_zero_within_each_dimension(several: FacetsFit) -> None:
    for place in range(3):
        assert several.facets["item"].measure[place == OF_ITEM].sum() == pytest.approx(0, abs=1e-8)
    assert several.facets["assessor"].measure.sum() == pytest.approx(0, abs=1e-8)


@pytest.mark.thorough
def test_quadrature_over_several_dimensions_agrees(made: Simulated) -> None:
    few = {name: values[made.columns["candidate"] < 60] for name, values in made.columns.items()}
    both = [
        fit_mfrm(few, person="candidate", facets=["assessor", "item"], dimension="competency", engine=engine, shrink=False)  # type: ignore[arg-type]  # options of several kinds
        for engine in ("laplace", "quadrature")
    ]
    assert [fit.engine for fit in both] == ["laplace", "quadrature"]
    for name in both[0].dimensions:
        np.testing.assert_allclose(both[0].person(name).measure, both[1].person(name).measure, atol=0.05)


def test_departures_are_found_within_dimensions(several: FacetsFit) -> None:
    found = bias_interaction(several, ("candidate", "assessor"))
    assert np.nanstd(found.t) == pytest.approx(1, abs=0.2)


def test_fit_is_told_for_each_dimension(several: FacetsFit) -> None:
    statistics = fit_statistics(several)
    assert set(statistics.persons) == {"0", "1", "2"}
    assert np.nanmean(statistics.persons["1"].infit) == pytest.approx(1, abs=0.15)


@pytest.mark.parametrize(
    ("persons", "of_item", "code"),
    [(25, OF_ITEM, "dimensions_few_persons"), (60, np.repeat([0, 1, 2], (5, 5, 2)), "dimensions_few_ratings")],
)
def test_too_little_for_dimensions_falls_back_to_one_and_says_so(persons: int, of_item: np.ndarray, code: str) -> None:
    fit = fitted(made_of(0.5, persons=persons, seed=2, of_item=of_item))
    assert fit.dimensions == ("",)
    assert fit.warnings[0].code == code
    assert "one dimension was fitted" in str(fit.warnings[0])


@pytest.mark.thorough
def test_dimensions_that_are_one_are_fitted_as_one() -> None:
    fit = fitted(made_of(1.0, persons=80, seed=3))
    assert fit.dimensions == ("",)
    assert fit.warnings[0].code == "dimensions_not_told_apart"


def test_a_single_dimension_is_no_dimension() -> None:
    made = simulate_ratings(persons=40, items=5, seed=4)
    fit = fit_mfrm(
        {**made.columns, "competency": ["I"] * made.columns["rating"].size},
        person="candidate",
        facets=["assessor", "item"],
        dimension="competency",
    )
    assert fit.dimensions == ("",)
    assert fit.warnings == ()


@pytest.mark.thorough
def test_very_many_persons_on_many_dimensions_are_left_to_the_expansion(made: Simulated, monkeypatch: pytest.MonkeyPatch) -> None:
    exact = fitted(made)
    monkeypatch.setattr("talimger.core.measurement.reporting.MOST_PLACES", 10)
    quick = fitted(made)
    np.testing.assert_allclose(quick.person("1").measure, exact.person("1").measure, atol=0.05)
    assert quick.deviance == pytest.approx(exact.deviance, abs=1.0)
