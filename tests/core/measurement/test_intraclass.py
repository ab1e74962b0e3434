"""Intraclass correlation: how much of the difference between ratings is a difference between the people rated."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.intraclass import FORMS, IccForm, icc, icc_all, mean_squares

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
SHROUT_FLEISS = np.loadtxt(REFERENCE / "shrout_fleiss_1979.csv", delimiter=",")

_TABLES = hnp.arrays(np.int64, st.tuples(st.integers(2, 7), st.integers(2, 5)), elements=st.integers(1, 5))


def _all(table: npt.ArrayLike) -> dict[IccForm, Any]:
    """All forms of a table in which targets differ at all."""
    try:
        return dict(icc_all(table))
    except MeasurementError as error:
        assume(error.code != "no_variance")
        raise


def test_the_mean_squares_are_those_of_shrout_and_fleiss() -> None:
    squares = mean_squares(SHROUT_FLEISS)
    assert (squares.n_targets, squares.n_raters) == (6, 4)
    published = {"targets": 11.24, "within": 6.26, "raters": 32.49, "residual": 1.02}
    assert {name: round(getattr(squares, name), 2) for name in published} == published


@pytest.mark.parametrize(
    ("form", "value"), [("ICC1", 0.17), ("ICC2", 0.29), ("ICC3", 0.71), ("ICC1k", 0.44), ("ICC2k", 0.62), ("ICC3k", 0.91)]
)
def test_all_six_forms_are_those_of_shrout_and_fleiss(form: IccForm, value: float) -> None:
    assert round(icc(SHROUT_FLEISS, form=form).value, 2) == value


# R's psych::ICC of the same table, as printed in the RExRepos page "Inter-rater-reliability and Intra-class-correlation".
@pytest.mark.parametrize(
    ("form", "f", "df2", "p", "lower", "upper"),
    [
        ("ICC1", 1.8, 18, 0.16477, -0.133, 0.72),
        ("ICC2", 11.0, 15, 0.00013, 0.019, 0.76),
        ("ICC3", 11.0, 15, 0.00013, 0.342, 0.95),
        ("ICC1k", 1.8, 18, 0.16477, -0.884, 0.91),
        ("ICC2k", 11.0, 15, 0.00013, 0.071, 0.93),
        ("ICC3k", 11.0, 15, 0.00013, 0.676, 0.99),
    ],
)
def test_the_f_tests_and_intervals_are_those_of_psych_in_r(form: IccForm, f: float, df2: int, p: float, lower: float, upper: float) -> None:
    found = icc(SHROUT_FLEISS, form=form)
    assert (round(found.F, 1), found.df1, found.df2, round(found.p, 5)) == (f, 5, df2, p)
    assert (round(found.lower, 3), round(found.upper, 2), found.confidence) == (lower, upper, 0.95)


def test_a_wider_confidence_gives_a_wider_interval() -> None:
    narrow, wide = (icc(SHROUT_FLEISS, form="ICC2k", confidence=confidence) for confidence in (0.8, 0.99))
    assert wide.lower < narrow.lower < narrow.value < narrow.upper < wide.upper


def test_icc3k_is_cronbachs_alpha() -> None:
    items, total = SHROUT_FLEISS.var(axis=0, ddof=1), SHROUT_FLEISS.sum(axis=1).var(ddof=1)
    assert icc(SHROUT_FLEISS, form="ICC3k").value == pytest.approx(4 / 3 * (1 - items.sum() / total))


def test_raters_who_always_agree_are_perfectly_reliable() -> None:
    for found in icc_all([[1, 1, 1], [3, 3, 3], [4, 4, 4]]).values():
        assert (found.value, found.lower, found.upper, found.F, found.p) == (1, 1, 1, math.inf, 0)


def test_a_severe_rater_who_sees_the_same_order_costs_agreement_but_not_consistency() -> None:
    found = icc_all([[2, 1], [3, 2], [5, 4]])
    assert found["ICC3"].value == 1
    assert found["ICC1"].value < found["ICC2"].value < 1
    assert 0 < found["ICC2"].lower < found["ICC2"].value < found["ICC2"].upper < 1


def test_a_mean_of_ratings_that_contradict_each_other_has_no_least_reliability() -> None:
    found = icc_all([[1, 2], [2, 1]])
    assert (found["ICC1"].value, found["ICC3"].value) == (-1, -1)
    assert found["ICC1k"].value == found["ICC2k"].value == found["ICC3k"].value == -math.inf


def test_rounding_is_not_disagreement() -> None:
    assert icc([[0.1, 0.3], [0.2, 0.4], [0.3, 0.5]], form="ICC3").value == 1
    assert icc(SHROUT_FLEISS + 1e9, form="ICC2").value == pytest.approx(icc(SHROUT_FLEISS, form="ICC2").value)


@pytest.mark.parametrize(
    ("table", "code"),
    [
        ([[1, 2], [3, math.nan]], "missing_cells"),
        ([[1, 2], [3, math.inf]], "not_finite"),
        ([[1, 2]], "table_too_small"),
        ([[1], [2]], "table_too_small"),
        ([1, 2, 3], "table_too_small"),
        ([[3, 4], [3, 4]], "no_variance"),
    ],
)
def test_a_table_without_an_answer_is_refused_with_its_reason(table: npt.ArrayLike, code: str) -> None:
    with pytest.raises(MeasurementError) as refused:
        icc(table, form="ICC1")
    assert refused.value.code == code


def test_the_refusal_counts_the_missing_ratings() -> None:
    with pytest.raises(MeasurementError, match="2 ratings are missing") as refused:
        icc([[1, math.nan], [math.nan, 2]], form="ICC2")
    assert refused.value.fields == {"missing": 2}


def test_an_unknown_form_and_an_impossible_confidence_are_refused() -> None:
    with pytest.raises(MeasurementError, match="Unknown form ICC4"):
        icc(SHROUT_FLEISS, form="ICC4")  # type: ignore[arg-type]  # what a caller without types may pass
    for confidence in (0, 1):
        with pytest.raises(MeasurementError, match="confidence"):
            icc(SHROUT_FLEISS, form="ICC1", confidence=confidence)


@settings(max_examples=30, deadline=None)
@given(_TABLES, st.randoms(use_true_random=False))
def test_the_order_of_targets_and_raters_does_not_matter(table: npt.NDArray[np.int64], random: Any) -> None:
    rows, columns = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(rows)
    random.shuffle(columns)
    before, after = _all(table), _all(table[rows][:, columns])
    for form in FORMS:
        assert after[form].value == pytest.approx(before[form].value, abs=1e-9)
        assert after[form].lower == pytest.approx(before[form].lower, abs=1e-9)


@settings(max_examples=30, deadline=None)
@given(_TABLES, st.lists(st.integers(-20, 20), min_size=5, max_size=5), st.integers(1, 9))
def test_severity_and_units_leave_consistency_alone(table: npt.NDArray[np.int64], severity: list[int], unit: int) -> None:
    before, after = _all(table), _all(table * unit + np.array(severity[: table.shape[1]]))
    consistency: list[IccForm] = ["ICC3", "ICC3k"]
    for form in consistency:
        assert after[form].value == pytest.approx(before[form].value)
        assert after[form].upper == pytest.approx(before[form].upper)


@settings(max_examples=50, deadline=None)
@given(_TABLES)
def test_a_value_lies_in_its_interval_and_no_form_exceeds_one(table: npt.NDArray[np.int64]) -> None:
    for found in _all(table).values():
        assert found.lower - 1e-9 <= found.value <= found.upper + 1e-9 <= 1 + 2e-9
        assert 0 <= found.p <= 1


@settings(max_examples=30, deadline=None)
@given(_TABLES)
def test_the_mean_of_raters_is_as_reliable_as_spearman_and_brown_say(table: npt.NDArray[np.int64]) -> None:
    found, k = _all(table), table.shape[1]
    pairs: list[tuple[IccForm, IccForm]] = [("ICC1", "ICC1k"), ("ICC2", "ICC2k"), ("ICC3", "ICC3k")]
    for single, average in pairs:
        mean = found[average].value
        stepped_down = mean / (k - (k - 1) * mean) if math.isfinite(mean) else -1 / (k - 1)
        assert max(found[single].value, -1 / (k - 1)) == pytest.approx(stepped_down, abs=1e-9)


def test_intervals_cover_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(20)
    tables = 3 * rng.normal(size=(400, 20, 1)) + rng.normal(size=(400, 1, 4)) + 2 * rng.normal(size=(400, 20, 4))
    truths: dict[IccForm, float] = {"ICC2": 9 / 14, "ICC3": 9 / 13}
    for form, truth in truths.items():
        found = [icc(table, form=form) for table in tables]
        assert 0.92 < np.mean([one.lower <= truth <= one.upper for one in found]) < 0.98
        assert np.mean([one.value for one in found]) == pytest.approx(truth, abs=0.03)
