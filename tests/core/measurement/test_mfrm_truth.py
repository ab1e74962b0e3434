"""The estimates against the truth that simulated ratings were drawn from."""

from __future__ import annotations

import numpy as np
import pytest

from talimger.core.measurement import FacetsFit, Measures, fit_mfrm
from talimger.core.measurement.mfrm import Engine
from tests.factories.ratings import Floats, Simulated, simulate_ratings

FACETS = ["assessor", "item"]


def fitted(made: Simulated, **options: object) -> FacetsFit:
    return fit_mfrm(made.columns, person="candidate", facets=FACETS, **options)  # type: ignore[arg-type]  # options of several kinds


def error(measures: Measures, truth: Floats) -> Floats:
    """Estimates less truth, element by element."""
    away: Floats = measures.measure - truth[[int(label) for label in measures.labels]]
    return away


@pytest.mark.parametrize("engine", ["laplace", "quadrature"])
def test_a_large_intake_gives_the_truth_back(engine: Engine) -> None:
    made = simulate_ratings(persons=800, assessors=20, seed=1)
    fit = fitted(made, engine=engine)
    assert fit.converged
    assert fit.warnings == ()
    assert float(np.sqrt((error(fit.facets["assessor"], made.severity) ** 2).mean())) < 0.06
    assert float(np.sqrt((error(fit.facets["item"], made.difficulty) ** 2).mean())) < 0.06
    np.testing.assert_allclose(fit.thresholds[""], made.thresholds[0], atol=0.06)
    assert fit.population[""].sd == pytest.approx(1, abs=0.08)
    assert fit.reliability[""] > 0.9


def test_both_engines_agree_where_there_are_many_ratings() -> None:
    made = simulate_ratings(persons=300, assessors=10, seed=2)
    laplace, quadrature = fitted(made, engine="laplace"), fitted(made, engine="quadrature")
    np.testing.assert_allclose(laplace.facets["assessor"].measure, quadrature.facets["assessor"].measure, atol=1e-3)
    np.testing.assert_allclose(laplace.facets["assessor"].se, quadrature.facets["assessor"].se, rtol=0.01)
    np.testing.assert_allclose(laplace.thresholds[""], quadrature.thresholds[""], atol=2e-3)
    np.testing.assert_allclose(laplace.person().measure, quadrature.person().measure, atol=2e-3)
    assert laplace.deviance == pytest.approx(quadrature.deviance, abs=0.05)


@pytest.mark.parametrize(
    ("items", "each", "chosen"),
    [(23, 2, "laplace"), (5, 2, "quadrature"), (5, 1, "quadrature"), (3, 1, "quadrature"), (2, 1, "quadrature")],
)
def test_the_engine_is_chosen_by_how_many_ratings_a_person_has(items: int, each: int, chosen: str) -> None:
    fit = fitted(simulate_ratings(persons=300, assessors=6, items=items, each=each, seed=3))
    assert fit.engine == chosen
    assert fit.converged


@pytest.mark.thorough
def test_intervals_of_persons_and_assessors_hold_the_truth_as_often_as_they_say() -> None:
    persons, assessors = [], []
    for seed in range(25):
        made = simulate_ratings(seed=100 + seed)
        fit = fitted(made)
        # Both are measured from the average assessor and item of this intake.
        persons.append(np.abs(error(fit.person(), made.ability[:, 0])) < 1.96 * fit.person().se)
        assessors.append(np.abs(error(fit.facets["assessor"], made.severity)) < 1.96 * fit.facets["assessor"].se)
    assert 0.93 <= np.mean(persons) <= 0.975
    assert 0.90 <= np.mean(assessors) <= 0.99


@pytest.mark.thorough
def test_fair_scores_find_more_of_the_true_top_third_than_raw_means() -> None:
    found: dict[str, list[float]] = {"raw": [], "fair": []}
    for seed in range(20):
        made = simulate_ratings(severity_sd=0.7, seed=200 + seed)
        fit = fitted(made)
        raw = np.bincount(made.columns["candidate"], weights=made.columns["rating"]) / np.bincount(made.columns["candidate"])
        best = set(np.argsort(-made.ability[:, 0])[:20])
        found["raw"].append(len(best & set(np.argsort(-raw)[:20])) / 20)
        found["fair"].append(len(best & set(np.argsort(-fit.person().measure)[:20])) / 20)
    assert np.mean(found["fair"]) > np.mean(found["raw"]) + 0.03


def test_partial_credit_finds_each_items_own_thresholds() -> None:
    own = np.array([[-2.0, 0.0, 2.0], [-0.5, 0.0, 0.5], [-1.5, 0.5, 1.0], [-1.0, -0.5, 1.5]])
    made = simulate_ratings(persons=1500, assessors=6, items=4, thresholds=own, seed=4)
    fit = fitted(made, model="PCM")
    assert list(fit.thresholds) == ["0", "1", "2", "3"]
    for item in range(4):
        np.testing.assert_allclose(fit.thresholds[str(item)], own[item] - own[item].mean(), atol=0.2)
        assert fit.thresholds[str(item)].sum() == pytest.approx(0, abs=1e-9)


def test_every_facet_sums_to_zero_and_a_lenient_assessor_has_a_negative_measure() -> None:
    made = simulate_ratings(seed=6, severity_sd=1.0)
    for shrink in (True, False, ["assessor"]):
        fit = fitted(made, shrink=shrink)
        for name in FACETS:
            assert fit.facets[name].measure.sum() == pytest.approx(0, abs=1e-9)
    means = [made.columns["rating"][made.columns["assessor"] == one].mean() for one in range(8)]
    assert np.corrcoef(fit.facets["assessor"].measure, means)[0, 1] < -0.5


def test_shrinking_draws_assessors_who_rated_little_to_the_average() -> None:
    made = simulate_ratings(persons=40, assessors=8, items=4, seed=7)
    shrunk, free = fitted(made), fitted(made, shrink=False)
    assert np.abs(shrunk.facets["assessor"].measure).max() < np.abs(free.facets["assessor"].measure).max()
    assert shrunk.spread["assessor"] is not None
    assert free.spread == {"assessor": None, "item": None}
    assert shrunk.spread["assessor"] == pytest.approx(0.5, abs=0.35)


def test_a_facet_of_three_is_not_shrunk() -> None:
    fit = fitted(simulate_ratings(assessors=3, seed=8))
    assert fit.spread["assessor"] is None


def test_assessors_who_do_not_differ_are_given_the_same_severity() -> None:
    fit = fitted(simulate_ratings(persons=200, severity_sd=0.0, seed=9))
    assert np.abs(fit.facets["assessor"].measure).max() < 0.1
    assert fit.facets["assessor"].se.min() > 0.01  # and yet nobody claims to know that they do not


@pytest.mark.parametrize("model", ["RSM", "PCM"])
def test_neither_the_order_of_rows_nor_the_names_change_a_result(model: str) -> None:
    made = simulate_ratings(persons=40, items=6, seed=10)
    rng = np.random.default_rng(0)
    order = rng.permutation(made.columns["rating"].size)
    names = {name: np.array([f"{name}-{code}" for code in rng.permutation(100)]) for name in ("candidate", "assessor", "item")}
    renamed = {
        name: (names[name][values] if name in names else values)[order]  # names in another order than the numbers
        for name, values in made.columns.items()
    }
    one = fitted(made, model=model)
    other = fit_mfrm(renamed, person="candidate", facets=FACETS, model=model)  # type: ignore[arg-type]  # options of several kinds
    for facet in FACETS:
        for label, measure in zip(one.facets[facet].labels, one.facets[facet].measure, strict=True):
            assert other.facets[facet].measure[other.facets[facet].at(names[facet][int(label)])] == pytest.approx(measure, abs=2e-6)
    assert other.deviance == pytest.approx(one.deviance, abs=1e-6)


def test_the_same_ratings_give_the_same_result_to_the_last_digit() -> None:
    made = simulate_ratings(persons=300, assessors=12, seed=11)
    one, other = fitted(made), fitted(made)
    np.testing.assert_array_equal(one.person().measure, other.person().measure)
    np.testing.assert_array_equal(one.facets["assessor"].se, other.facets["assessor"].se)


def test_a_scale_that_starts_elsewhere_gives_the_same_measures_and_fair_averages_on_its_own_scale() -> None:
    made = simulate_ratings(seed=12)
    moved = {**made.columns, "rating": made.columns["rating"] - 4}
    one, other = fitted(made), fit_mfrm(moved, person="candidate", facets=FACETS)
    np.testing.assert_allclose(other.person().measure, one.person().measure, atol=1e-9)
    np.testing.assert_allclose(other.person().fair_average, one.person().fair_average - 4, atol=1e-9)


def test_counting_sheets_together_changes_nothing() -> None:
    """With weights of one, every rating is counted for itself."""
    made = simulate_ratings(persons=100, seed=13)
    keep = np.random.default_rng(1).random(made.columns["rating"].size) > 0.05
    columns = {name: values[keep] for name, values in made.columns.items()}
    for engine in ("laplace", "quadrature"):
        together = fit_mfrm(columns, person="candidate", facets=FACETS, engine=engine)  # type: ignore[arg-type]  # options of several kinds
        apart = fit_mfrm(columns, person="candidate", facets=FACETS, engine=engine, weights=np.ones(int(keep.sum())))  # type: ignore[arg-type]  # options of several kinds
        np.testing.assert_allclose(together.person().measure, apart.person().measure, atol=2e-6)
        np.testing.assert_allclose(together.facets["assessor"].se, apart.facets["assessor"].se, rtol=1e-4)
        assert together.deviance == pytest.approx(apart.deviance, abs=1e-4)


def test_a_rating_of_weight_two_counts_like_two_assessors_ratings_and_of_weight_zero_like_none() -> None:
    made = simulate_ratings(persons=80, items=6, assessors=4, seed=14)
    weights = np.ones(made.columns["rating"].size)
    weights[made.columns["item"] == 5] = 0
    weighted = fitted(made, weights=weights, shrink=False, engine="quadrature")
    left = {name: values[made.columns["item"] != 5] for name, values in made.columns.items()}
    without = fit_mfrm(left, person="candidate", facets=FACETS, shrink=False, engine="quadrature")
    np.testing.assert_allclose(weighted.facets["assessor"].measure, without.facets["assessor"].measure, atol=1e-5)
    doubled = fitted(made, weights=np.full(weights.size, 2.0), shrink=False, engine="quadrature")
    single = fitted(made, shrink=False, engine="quadrature")
    assert doubled.facets["assessor"].se.mean() < single.facets["assessor"].se.mean() / 1.3


def test_anchored_elements_stay_and_the_others_find_their_place_beside_them() -> None:
    made = simulate_ratings(persons=400, assessors=6, items=8, seed=15)
    anchors = {"item": {str(item): float(made.difficulty[item]) + 1.0 for item in range(8)}, "assessor": {"0": 0.25}}
    fit = fitted(made, anchors=anchors)
    np.testing.assert_array_equal(fit.facets["item"].measure, made.difficulty + 1.0)
    assert fit.facets["item"].se.tolist() == [0.0] * 8
    assert fit.facets["assessor"].measure[0] == 0.25
    shift = made.severity - made.severity[0] + 0.25
    np.testing.assert_allclose(fit.facets["assessor"].measure, shift, atol=0.15)
    # Harder items, and assessors counted from another origin: persons measure higher by as much.
    away = 1.0 + 0.25 - made.severity[0]
    assert float((fit.person().measure - made.ability[[int(label) for label in fit.person().labels], 0]).mean()) == pytest.approx(
        away, abs=0.1
    )


def test_progress_is_told_round_by_round() -> None:
    told: list[tuple[int, float]] = []
    fit = fitted(simulate_ratings(seed=16), progress=lambda number, size: told.append((number, size)))
    assert [number for number, _size in told] == list(range(1, fit.iterations + 1))
    assert told[-1][1] < told[0][1]


def test_more_facets_than_two_are_estimated_together() -> None:
    made = simulate_ratings(persons=300, assessors=6, items=6, seed=17)
    day = np.random.default_rng(2).integers(0, 3, made.columns["rating"].size)
    fit = fit_mfrm({**made.columns, "day": day}, person="candidate", facets=["assessor", "day", "item"])
    assert fit.converged
    assert np.abs(fit.facets["day"].measure).max() < 0.12
    assert np.corrcoef(fit.facets["assessor"].measure, made.severity)[0, 1] > 0.95
