"""Incremental validity: what a method adds to the prediction of later performance, seen among the accepted, meant for all."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.validity import (
    fisher_interval,
    incremental_validity,
    lawley,
    thorndike_case2,
    thorndike_case3,
)

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parents[2] / "reference" / "validity.json").read_text("utf-8"))

# Interview, written task and later performance among all candidates.
TRUTH = np.array([[1.0, 0.4, 0.4], [0.4, 1.0, 0.5], [0.4, 0.5, 1.0]])
TRUE_BASE = 0.4**2
TRUE_FULL = float(TRUTH[:2, 2] @ np.linalg.solve(TRUTH[:2, :2], TRUTH[:2, 2]))


def candidates(n: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float64]]:
    return rng.standard_normal((n, 3)) @ np.linalg.cholesky(TRUTH).T


def study(n: int, kept: float, rng: np.random.Generator, **options: Any) -> Any:
    """The best ``kept`` share by interview become mentors; their performance is known."""
    everybody = candidates(n, rng)
    mentors = everybody[everybody[:, 0] >= np.quantile(everybody[:, 0], 1 - kept)]
    if options.pop("corrected", False):
        options["unrestricted"] = {"interview": everybody[:, 0].tolist(), "task": everybody[:, 1].tolist()}
    return incremental_validity(
        mentors[:, 2].tolist(), {"interview": mentors[:, 0].tolist()}, {"task": mentors[:, 1].tolist()}, rng=rng, **options
    )


# --- published ----------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", PUBLISHED["reading_test"]["increments"], ids=lambda row: "+".join(row[0]))
def test_the_increments_of_the_reading_test_are_the_published_ones(row: tuple[list[str], float, int, int, float]) -> None:
    added, delta, df1, df2, f = row
    predictors = PUBLISHED["reading_test"]["predictors"]
    base = {name: column for name, column in predictors.items() if name not in added}
    found = incremental_validity(PUBLISHED["reading_test"]["score"], base, {name: predictors[name] for name in added})
    assert found.observed.delta == pytest.approx(delta, abs=5e-4)
    assert (found.df1, found.df2) == (df1, df2)
    assert found.f == pytest.approx(f, abs=0.02)
    assert found.p == pytest.approx(stats.f.sf(found.f, df1, df2))


@pytest.mark.parametrize("row", PUBLISHED["top_of_a_million"]["rows"])
def test_case_2_finds_the_correlation_that_a_million_pairs_lost_to_a_cut(row: tuple[float, float, float]) -> None:
    truth, cut_off, left = row
    sd = float(stats.truncnorm.std(stats.norm.ppf(cut_off), math.inf))
    # The published correlation is rounded to two decimals: correct both ends of the rounding.
    assert thorndike_case2(left - 0.006, sd, 1) <= truth <= thorndike_case2(left + 0.006, sd, 1)


# --- the corrections ----------------------------------------------------------------------------------------------------------------


def test_case_3_finds_the_correlation_that_a_cut_on_a_third_score_took_away() -> None:
    """Exact moments: what is left of z above a cut has a smaller variance, and nothing else of the regressions changes."""
    sd = float(stats.truncnorm.std(0.5, math.inf))
    left: Any = restrict(TRUTH, sd)
    r: Any = left / np.sqrt(np.outer(np.diag(left), np.diag(left)))
    assert r[1, 2] < TRUTH[1, 2]
    assert thorndike_case3(r[1, 2], r[0, 1], r[0, 2], sd, 1) == pytest.approx(TRUTH[1, 2])
    assert thorndike_case2(r[0, 2], sd, 1) == pytest.approx(TRUTH[0, 2])
    assert lawley(left, [[1.0]]) == pytest.approx(TRUTH)


def restrict(everybody: Any, sd: float) -> Any:
    """The covariances left where the first variable's standard deviation has shrunk to ``sd``: the correction backwards."""
    return lawley(everybody, [[sd**2]])


def test_lawley_undoes_selection_on_two_scores_at_once() -> None:
    rng = np.random.default_rng(11)
    everybody = candidates(100_000, rng)
    mentors = everybody[(everybody[:, 0] > 0) & (everybody[:, 1] > -0.5)]
    left = np.cov(mentors, rowvar=False)
    assert np.abs(np.corrcoef(mentors, rowvar=False)[2, :2] - TRUTH[2, :2]).min() > 0.05
    assert lawley(left, TRUTH[:2, :2]) == pytest.approx(TRUTH, abs=0.02)


_r = st.floats(-0.99, 0.99)
_sd = st.floats(0.1, 10)


@settings(max_examples=40)
@given(_r, _sd, _sd)
def test_a_correction_keeps_the_sign_and_is_undone_by_its_reverse(r: float, narrow: float, wide: float) -> None:
    corrected = thorndike_case2(r, narrow, wide)
    assert -1 <= corrected <= 1
    assert corrected * r >= 0
    assert abs(corrected) >= abs(r) - 1e-12 if wide >= narrow else abs(corrected) <= abs(r) + 1e-12
    assert thorndike_case2(corrected, wide, narrow) == pytest.approx(r, abs=1e-9)
    # Selection on x itself: the third score is x, and case 3 is case 2.
    assert thorndike_case3(r, 1.0, r, narrow, wide) == pytest.approx(corrected, abs=1e-9)


@pytest.mark.parametrize(("r", "narrow", "wide"), [(0.5, 0, 1), (0.5, 1, -1), (0.5, 1, math.inf), (1.5, 1, 1), (math.nan, 1, 1)])
def test_what_is_no_correlation_or_no_spread_is_not_corrected(r: float, narrow: float, wide: float) -> None:
    with pytest.raises(MeasurementError) as refused:
        thorndike_case2(r, narrow, wide)
    assert refused.value.code in {"sd_out_of_range", "correlation_out_of_range"}
    with pytest.raises(MeasurementError) as refused:
        thorndike_case3(0.1, r, 0.1, narrow, wide)
    assert refused.value.code in {"sd_out_of_range", "correlation_out_of_range"}


@pytest.mark.parametrize(("left", "everybody"), [(np.eye(3)[:2], [[1]]), (np.eye(2), np.eye(2)), (np.eye(2), [1.0]), (np.eye(2), [[1, 0]])])
def test_covariances_that_do_not_fit_are_refused(left: Any, everybody: Any) -> None:
    with pytest.raises(MeasurementError) as refused:
        lawley(left, everybody)
    assert refused.value.code == "covariances_wrong"


def test_fishers_interval_is_the_textbook_one_and_refuses_three_people() -> None:
    half = 1.959964 / math.sqrt(97)
    assert fisher_interval(0.3, 100) == pytest.approx((math.tanh(math.atanh(0.3) - half), math.tanh(math.atanh(0.3) + half)), abs=1e-6)
    assert fisher_interval(1.0, 10)[1] == pytest.approx(1)
    with pytest.raises(MeasurementError) as refused:
        fisher_interval(0.3, 3)
    assert refused.value.code == "too_few_people"


# --- what is said -------------------------------------------------------------------------------------------------------------------


def test_below_a_hundred_mentors_the_answer_is_not_yet_however_clear_the_numbers() -> None:
    rng = np.random.default_rng(5)
    early = study(198, 0.5, rng)
    assert early.n == 99
    assert early.p < 0.01
    assert early.verdict == "not_yet"
    assert study(200, 0.5, rng).verdict == "adds"
    assert study(198, 0.5, rng, least=50).verdict == "adds"


def test_a_method_that_foretells_nothing_shows_no_sign() -> None:
    rng = np.random.default_rng(6)
    interview, task = rng.standard_normal((2, 150))
    found = incremental_validity(
        (interview + rng.standard_normal(150)).tolist(), {"interview": interview.tolist()}, {"task": task.tolist()}
    )
    assert found.verdict == "no_sign"
    assert found.observed.lower < 0.01
    assert found.observed.adjusted_delta < found.observed.delta


def test_restricted_mentors_recover_what_holds_for_all_candidates() -> None:
    found = study(25_000, 0.2, np.random.default_rng(1), corrected=True, bootstrap=100)
    interview, task = found.predictors
    assert (interview.name, interview.added, task.name, task.added) == ("interview", False, "task", True)
    assert interview.correction == task.correction == "lawley"
    assert interview.r < 0.25
    assert interview.corrected == pytest.approx(0.4, abs=0.03)
    assert task.corrected == pytest.approx(0.5, abs=0.03)
    assert found.corrected is not None
    assert found.corrected.r2_base == pytest.approx(TRUE_BASE, abs=0.02)
    assert found.corrected.r2_full == pytest.approx(TRUE_FULL, abs=0.02)
    assert found.corrected.delta == pytest.approx(TRUE_FULL - TRUE_BASE, abs=0.02)


def test_intervals_hold_the_truth_about_all_candidates_as_often_as_they_promise() -> None:
    rng, times = np.random.default_rng(2), 40
    hits = {"case2": 0, "lawley": 0, "delta": 0}
    for _ in range(times):
        found = study(300, 0.4, rng, corrected=True, bootstrap=150)
        task = found.predictors[1]
        hits["lawley"] += task.corrected_lower <= TRUTH[1, 2] <= task.corrected_upper
        hits["delta"] += found.corrected.lower <= TRUE_FULL - TRUE_BASE <= found.corrected.upper
        # The spread among all candidates is 1, as their truth says.
        by_itself = study(300, 0.4, rng, unrestricted_sd={"interview": 1.0}, bootstrap=100).predictors[0]
        hits["case2"] += by_itself.corrected_lower <= TRUTH[0, 2] <= by_itself.corrected_upper
    assert {name: count / times >= 0.85 for name, count in hits.items()} == {"case2": True, "lawley": True, "delta": True}


def test_a_standard_deviation_corrects_the_predictor_it_is_of_and_no_other() -> None:
    found = study(400, 0.3, np.random.default_rng(3), unrestricted_sd={"interview": 1.0})
    interview, task = found.predictors
    assert interview.correction == "case2"
    assert interview.corrected is not None
    assert interview.corrected_lower is not None
    assert interview.corrected_upper is not None
    assert interview.corrected_lower < interview.corrected < interview.corrected_upper
    assert interview.corrected > interview.r
    assert (task.correction, task.corrected, task.corrected_lower) == ("none", None, None)
    assert found.corrected is None


def test_candidates_who_are_the_mentors_leave_nothing_to_correct() -> None:
    rng = np.random.default_rng(4)
    x, y = candidates(120, rng)[:, [1, 2]].T
    found = incremental_validity(y.tolist(), {}, {"task": x.tolist()}, unrestricted={"task": x.tolist()}, rng=rng)
    assert found.observed.r2_base == 0
    assert found.corrected is not None
    assert found.corrected.delta == pytest.approx(found.observed.delta)
    assert found.predictors[0].corrected == pytest.approx(found.predictors[0].r)
    assert found.observed.delta == pytest.approx(found.predictors[0].r ** 2)


def test_the_same_page_shows_the_same_numbers_twice_whatever_the_order_and_the_units() -> None:
    everybody = candidates(130, np.random.default_rng(8))
    first = incremental_validity(everybody[:, 2].tolist(), {"a": everybody[:, 0].tolist()}, {"b": everybody[:, 1].tolist()})
    again = incremental_validity(everybody[:, 2].tolist(), {"a": everybody[:, 0].tolist()}, {"b": everybody[:, 1].tolist()})
    assert again == first
    turned = everybody[::-1] * [10, 0.1, 3] + [100, -5, 7]
    other = incremental_validity(turned[:, 2].tolist(), {"a": turned[:, 0].tolist()}, {"b": turned[:, 1].tolist()})
    assert (other.f, other.observed.r2_full) == pytest.approx((first.f, first.observed.r2_full))


_FINE: dict[str, Any] = {"outcome": [1, 2, 4, 3, 5, 7, 6], "base": {"a": [1, 2, 3, 5, 4, 6, 9]}, "added": {"b": [2, 1, 2, 1, 3, 1, 2]}}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"added": {}}, "nothing_added"),
        ({"added": {"a": [1, 2, 1, 2, 1, 2, 1]}}, "name_twice"),
        ({"added": {"b": [1, 2]}}, "length_mismatch"),
        ({"added": {"b": [1, 2, 1, 2, 1, 2, math.nan]}}, "not_finite"),
        ({"added": {"b": [3, 3, 3, 3, 3, 3, 3]}}, "no_spread"),
        ({"outcome": [3, 3, 3, 3, 3, 3, 3]}, "no_spread"),
        ({"added": {"b": [3, 5, 7, 11, 9, 13, 19]}}, "predictors_overlap"),
        ({"outcome": [1, 2], "base": {"a": [1, 2]}, "added": {"b": [2, 1]}}, "too_few_people"),
        ({"confidence": 0.0}, "confidence_out_of_range"),
        ({"bootstrap": 10}, "bootstrap_out_of_range"),
        ({"unrestricted": {"a": [1, 2, 3, 4]}}, "missing_predictor"),
        ({"unrestricted": {"a": [1, 2], "b": [2, 1]}}, "too_few_people"),
        ({"unrestricted_sd": {"c": 1.0}}, "unknown_predictor"),
        ({"unrestricted_sd": {"a": 0.0}}, "sd_out_of_range"),
        ({"unrestricted_sd": {"a": 1.0}, "unrestricted": {"a": [1, 2, 3, 4], "b": [2, 1, 2, 2]}}, "two_corrections"),
    ],
)
def test_what_cannot_be_measured_is_refused_by_name(change: dict[str, Any], code: str) -> None:
    with pytest.raises(MeasurementError) as refused:
        incremental_validity(**(_FINE | change))
    assert refused.value.code == code
