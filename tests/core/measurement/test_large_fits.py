"""Large fits go other ways than small ones; the ways lead to the same place."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from talimger.core.measurement import FacetsFit, fit_mfrm, fit_statistics
from talimger.core.measurement.system import System
from tests.factories.ratings import Simulated, simulate_ratings


def fitted(made: Simulated, **options: object) -> FacetsFit:
    return fit_mfrm(made.columns, person="candidate", facets=["assessor", "item"], **options)  # type: ignore[arg-type]  # options of several kinds


@pytest.mark.parametrize("shrink", [True, False])
def test_conjugate_gradients_find_what_a_factorisation_finds(monkeypatch: pytest.MonkeyPatch, shrink: bool) -> None:
    made = simulate_ratings(persons=300, assessors=30, items=8, seed=1)
    dense = fitted(made, shrink=shrink, anchors={"assessor": {"3": 0.4}} if not shrink else None)
    monkeypatch.setattr("talimger.core.measurement.system.SOLVED_DENSE", 10)
    sparse = fitted(made, shrink=shrink, anchors={"assessor": {"3": 0.4}} if not shrink else None)
    assert sparse.converged
    np.testing.assert_allclose(sparse.facets["assessor"].measure, dense.facets["assessor"].measure, atol=1e-3)
    np.testing.assert_allclose(sparse.facets["assessor"].se, dense.facets["assessor"].se, rtol=2e-3)


def test_the_spread_of_very_many_severities_is_found_from_the_diagonal(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate_ratings(persons=300, assessors=30, items=8, seed=1)
    exact = fitted(made)
    monkeypatch.setattr("talimger.core.measurement.system.DENSE", 5)
    assert fitted(made).spread["assessor"] == pytest.approx(exact.spread["assessor"], rel=0.03)


def test_beyond_what_can_be_inverted_the_diagonal_stands_for_standard_errors(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate_ratings(persons=300, assessors=30, items=8, seed=2)
    exact = fitted(made)
    for name in ("DENSE", "SOLVED_DENSE", "LARGEST_INVERSE"):
        monkeypatch.setattr(f"talimger.core.measurement.system.{name}", 10)
    rough = fitted(made)
    np.testing.assert_allclose(rough.facets["assessor"].se, exact.facets["assessor"].se, rtol=0.25)


def test_uncertain_severities_are_carried_to_persons_approximately_where_there_are_very_many(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate_ratings(persons=200, assessors=10, items=8, seed=3)
    full = fitted(made)
    monkeypatch.setattr("talimger.core.measurement.reporting.FULL_CARRY", 10)
    np.testing.assert_allclose(fitted(made).person().se, full.person().se, rtol=0.02)


def test_persons_are_worked_on_in_chunks_that_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate_ratings(persons=200, assessors=10, items=8, seed=4)
    whole = {engine: fitted(made, engine=engine) for engine in ("laplace", "quadrature")}
    for module in ("posterior", "information"):
        monkeypatch.setattr(f"talimger.core.measurement.{module}.CHUNK", 1500)
    for engine, one in whole.items():
        other = fitted(made, engine=engine)
        np.testing.assert_allclose(other.person().measure, one.person().measure, atol=1e-8)
        assert other.deviance == pytest.approx(one.deviance, abs=1e-7)


def test_panels_of_four_are_one_network() -> None:
    made = simulate_ratings(persons=100, assessors=20, items=2, panel=4, seed=8)
    who = made.columns["assessor"].reshape(100, 4)
    assert (who[:, 0] != who[:, 2]).all()
    assert fitted(made).warnings == ()


def test_rounds_that_run_out_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talimger.core.measurement.estimation.ROUNDS", 2)
    fit = fitted(simulate_ratings(seed=5))
    assert not fit.converged
    assert "last round" in fit.reason
    assert {found.code for found in fit.warnings} == {"not_converged"}


def test_a_last_facet_of_very_many_elements_gives_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate_ratings(persons=150, assessors=12, items=1, each=3, seed=6)
    tabled = fit_mfrm(made.columns, person="candidate", facets=["assessor"])
    monkeypatch.setattr("talimger.core.measurement.mfrm.MOST_TABLED", 5)
    wide = fit_mfrm(made.columns, person="candidate", facets=["assessor"])
    assert list(wide.facets) == list(wide.spread) == ["assessor"]
    np.testing.assert_allclose(wide.facets["assessor"].measure, tabled.facets["assessor"].measure, atol=1e-5)
    np.testing.assert_allclose(wide.facets["assessor"].se, tabled.facets["assessor"].se, rtol=1e-3)
    assert wide.deviance == pytest.approx(tabled.deviance, abs=1e-4)
    np.testing.assert_allclose(fit_statistics(wide).facets["assessor"].infit, fit_statistics(tabled).facets["assessor"].infit, atol=1e-4)


def test_modes_that_are_not_found_in_time_are_used_as_far_as_they_are(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate_ratings(persons=60, items=8, seed=7)
    whole = fitted(made, engine="laplace")
    monkeypatch.setattr("talimger.core.measurement.posterior.MODE_ROUNDS", 2)
    hasty = fitted(made, engine="laplace")
    np.testing.assert_allclose(hasty.facets["assessor"].measure, whole.facets["assessor"].measure, atol=1e-3)


def test_information_that_cannot_be_inverted_leaves_its_diagonal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talimger.core.measurement.system.SOLVED_DENSE", 1)
    system = System(
        first=sparse.csr_matrix(np.array([[1.0, 2.0], [2.0, 1.0]])),
        cross=np.zeros((2, 1)),
        second=np.eye(1),
        diagonal=np.zeros(3),
        fixed=np.zeros(3, dtype=bool),
        centred=(),
    )
    np.testing.assert_allclose(system.covariance(), np.eye(3))


def test_standing_still_because_no_step_helps_is_not_called_convergence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talimger.core.measurement.estimation.HALVINGS", 0)
    fit = fitted(simulate_ratings(seed=9), shrink=False)
    assert not fit.converged
    assert fit.reason == "no step improved the likelihood any more"
