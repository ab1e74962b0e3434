"""Krippendorff's alpha and weighted kappa: agreement between raters, corrected for chance."""

from __future__ import annotations

import math
from itertools import permutations
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from talimger.core.measurement.agreement import Level, krippendorff_alpha, percent_agreement, weighted_kappa
from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.intraclass import icc

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
KRIPPENDORFF = np.loadtxt(REFERENCE / "krippendorff_2011.csv", delimiter=",")
COHEN = np.loadtxt(REFERENCE / "cohen_1968.csv", delimiter=",").astype(int)
FLEISS_COHEN_EVERITT = np.loadtxt(REFERENCE / "fleiss_cohen_everitt_1969.csv", delimiter=",").astype(int)
LEVELS: tuple[Level, ...] = ("nominal", "ordinal", "interval", "ratio")

_Floats = npt.NDArray[np.float64]
_TABLES = hnp.arrays(np.float64, st.tuples(st.integers(2, 5), st.integers(2, 8)), elements=st.sampled_from([0, 1, 2, 3, 5, math.nan]))
_RATINGS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=30)


def _alpha(table: _Floats, level: Level) -> float:
    """Alpha of a table that has one."""
    try:
        return krippendorff_alpha(table, level=level).alpha
    except MeasurementError as error:
        assume(error.code not in ("nothing_pairable", "no_variance"))
        raise


def _alpha_by_pairs(table: _Floats, level: Level) -> float:
    """Krippendorff's definition, pair by pair: slow, and written without a look at the module."""
    units = [[value for value in unit if not math.isnan(value)] for unit in table.T]
    units = [unit for unit in units if len(unit) > 1]
    values = sorted(value for unit in units for value in unit)

    def difference(a: float, b: float) -> float:
        low, high = min(a, b), max(a, b)
        between = sum(low <= value <= high for value in values) - (values.count(low) + values.count(high)) / 2
        distances = {"nominal": 1.0, "ordinal": between, "interval": a - b, "ratio": (a - b) / (a + b or 1)}
        return 0.0 if a == b else distances[level] ** 2

    observed = sum(sum(difference(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units) / len(values)
    expected = sum(difference(a, b) for a, b in permutations(values, 2)) / (len(values) * (len(values) - 1))
    return 1 - observed / expected


def _pairs(counts: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """The ratings behind a table of counts."""
    cells = np.repeat(np.arange(counts.size), counts.ravel())
    return cells // len(counts), cells % len(counts)


def _kappa(pairs: list[tuple[int, int]], **options: Any) -> Any:
    try:
        return weighted_kappa([one for one, _ in pairs], [other for _, other in pairs], **options)
    except MeasurementError as error:
        assume(error.code != "no_variance")
        raise


@pytest.mark.parametrize(("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)])
def test_alpha_of_krippendorffs_own_example(level: Level, alpha: float) -> None:
    found = krippendorff_alpha(KRIPPENDORFF, level=level)
    assert round(found.alpha, 3) == alpha
    assert (found.n_pairable, found.n_units, found.level) == (40, 11, level)
    assert found.alpha == 1 - found.observed_disagreement / found.expected_disagreement
    assert (found.lower, found.upper, found.bootstrap) == (None, None, 0)


@settings(max_examples=40, deadline=None)
@given(_TABLES, st.sampled_from(LEVELS))
def test_alpha_is_what_its_definition_says_pair_by_pair(table: _Floats, level: Level) -> None:
    assert _alpha(table, level) == pytest.approx(_alpha_by_pairs(table, level))


def test_ratio_alpha_compares_more_values_than_fit_one_block() -> None:
    table = np.random.default_rng(3).uniform(1, 5, size=(2, 400))
    values = table.ravel()
    observed = np.mean(((table[0] - table[1]) / (table[0] + table[1])) ** 2)
    expected = np.sum((np.subtract.outer(values, values) / np.add.outer(values, values)) ** 2) / (800 * 799)
    assert krippendorff_alpha(table, level="ratio").alpha == pytest.approx(1 - observed / expected)


@settings(max_examples=30, deadline=None)
@given(_TABLES, st.sampled_from(LEVELS), st.randoms(use_true_random=False))
def test_the_order_of_raters_and_units_does_not_matter_to_alpha(table: _Floats, level: Level, random: Any) -> None:
    raters, units = list(range(table.shape[0])), list(range(table.shape[1]))
    random.shuffle(raters)
    random.shuffle(units)
    assert _alpha(table[raters][:, units], level) == pytest.approx(_alpha(table, level))


@settings(max_examples=30, deadline=None)
@given(_TABLES, st.integers(-9, 9), st.integers(1, 9))
def test_origin_and_units_leave_interval_alpha_alone(table: _Floats, shift: int, unit: int) -> None:
    assert _alpha(table * unit + shift, "interval") == pytest.approx(_alpha(table, "interval"))


@settings(max_examples=25, deadline=None)
@given(_TABLES, st.integers(1, 9))
def test_levels_know_no_more_than_they_claim(table: _Floats, unit: int) -> None:
    assert _alpha(table * unit, "ratio") == pytest.approx(_alpha(table, "ratio"))
    assert _alpha(table**3, "ordinal") == pytest.approx(_alpha(table, "ordinal"))
    assert _alpha(-table, "nominal") == pytest.approx(_alpha(table, "nominal"))


@pytest.mark.parametrize("level", LEVELS)
def test_perfect_agreement_has_alpha_one_in_every_resample(level: Level) -> None:
    table = np.tile([0.1, 0.2, 0.3, 0.1, 0.7], (4, 1))
    table[0, 1] = math.nan
    found = krippendorff_alpha(table, level=level, bootstrap=300, rng=1)
    assert found.alpha == 1
    assert (found.lower, found.upper) == (1, 1)


def test_the_bootstrap_interval_is_repeatable_and_grows_with_confidence() -> None:
    one, other = (krippendorff_alpha(KRIPPENDORFF, level="ordinal", bootstrap=400, rng=rng) for rng in (7, np.random.default_rng(7)))
    assert one == other
    wide = krippendorff_alpha(KRIPPENDORFF, level="ordinal", bootstrap=400, rng=7, confidence=0.99)
    ends = [wide.lower, one.lower, one.alpha, one.upper, wide.upper]
    assert None not in ends
    assert ends == sorted(ends, key=float)  # type: ignore[arg-type]  # none of them is None
    assert wide.lower != one.lower


def test_a_resample_is_the_alpha_of_its_units() -> None:
    """Two units leave three resamples: one of them twice, the other twice, both."""
    table = np.array([[1.0, 2, 4], [1, 3, 4], [2, 3, math.nan]])
    for level in LEVELS:
        found = krippendorff_alpha(table, level=level, bootstrap=2000, rng=1, confidence=0.999999)
        alphas = [_alpha_by_pairs(table[:, [a, b, c]], level) for a in range(3) for b in range(3) for c in range(3) if not a == b == c == 2]
        assert [found.lower, found.upper] == pytest.approx([min(alphas), max(alphas)], rel=1e-3)


def test_resamples_without_variation_are_left_out_and_counted() -> None:
    found = krippendorff_alpha([[1, 2], [1, 2]], bootstrap=300, rng=1)
    assert 0 < found.bootstrap < 300
    assert found.lower == found.upper == 1


def test_a_bootstrap_of_one_unit_says_the_same_again() -> None:
    found = krippendorff_alpha([[1], [2]], bootstrap=5, rng=1)
    assert (found.alpha, found.lower, found.upper, found.bootstrap) == (0, 0, 0, 5)


@pytest.mark.parametrize(
    ("table", "options", "code"),
    [
        ([[1, math.nan], [math.nan, 2]], {}, "nothing_pairable"),
        ([[], []], {}, "nothing_pairable"),
        ([[3, 3], [3, 3]], {"level": "interval"}, "no_variance"),
        ([[0.1, 0.1], [0.1, 0.1]], {"level": "ordinal"}, "no_variance"),
        ([1, 2, 3], {}, "not_a_table"),
        ([[1, math.inf], [1, 2]], {}, "not_finite"),
        ([[1, -1], [1, 2]], {"level": "ratio"}, "negative_ratio"),
        ([[1, 2], [1, 2]], {"level": "metric"}, "unknown_level"),
        ([[1, 2], [1, 2]], {"confidence": 1}, "confidence"),
    ],
)
def test_a_table_without_alpha_is_refused_with_its_reason(table: npt.ArrayLike, options: dict[str, Any], code: str) -> None:
    with pytest.raises(MeasurementError) as refused:
        krippendorff_alpha(table, **options)
    assert refused.value.code == code


def test_interval_alpha_of_many_units_is_the_one_way_intraclass_correlation() -> None:
    rng = np.random.default_rng(5)
    table = rng.normal(size=(3000, 1)) + rng.normal(size=(3000, 3))
    assert krippendorff_alpha(table.T, level="interval").alpha == pytest.approx(icc(table, form="ICC1").value, abs=1e-3)


def test_a_thousand_units_by_fifty_raters_take_moments() -> None:
    rng = np.random.default_rng(1)
    table = rng.integers(1, 6, size=(50, 1000)).astype(float)
    table[rng.random(table.shape) < 0.3] = math.nan
    for level in LEVELS:
        start = perf_counter()
        assert abs(krippendorff_alpha(table, level=level).alpha) < 0.02
        assert perf_counter() - start < 0.5  # about 0.03 s at most; a slow machine shall not fail the suite


def test_kappa_and_weighted_kappa_of_cohens_own_example() -> None:
    """Cohen reports .492, and .348 under his weights of disagreement; .574 with the weights 6 and 1 interchanged."""
    first, second = _pairs(COHEN)
    disagreement = np.array([[0, 1, 3], [1, 0, 6], [3, 6, 0]])
    interchanged = np.array([[0, 6, 3], [6, 0, 1], [3, 1, 0]])
    plain = weighted_kappa(first, second, weights="none")
    weighted, other = (weighted_kappa(first, second, weights=1 - weights / 6) for weights in (disagreement, interchanged))
    assert [round(found.value, 3) for found in (plain, weighted, other)] == [0.492, 0.348, 0.574]
    # The standard errors of Fleiss, Cohen & Everitt for this table, as R's DMAR::cohen_kappa prints them.
    assert [round(plain.se, 3), round(weighted.se, 4), round(other.se, 4)] == [0.051, 0.0755, 0.0553]
    assert (round(weighted.lower, 3), round(weighted.upper, 3)) == (0.2, 0.496)
    assert plain.n == 200
    assert [plain.observed, plain.percent_agreement, plain.expected] == pytest.approx([0.70, 0.70, 0.41])


def test_kappa_of_the_example_that_sas_documents() -> None:
    """PROC FREQ: kappa .4842 (ASE .1380; .2137 to .7547), linear weights .4701 (.1457; .1845 to .7558), as in statsmodels' tests."""
    first, second = _pairs(np.array([[0, 4, 1], [0, 8, 0], [0, 1, 5]]))
    plain, linear = (weighted_kappa(first, second, weights=weights) for weights in ("none", "linear"))
    assert [round(part, 4) for part in (plain.value, plain.se, plain.lower, plain.upper)] == [0.4842, 0.1380, 0.2137, 0.7547]
    assert [round(part, 4) for part in (linear.value, linear.se, linear.lower, linear.upper)] == [0.4701, 0.1457, 0.1845, 0.7558]


def test_the_standard_error_is_the_delta_method_worked_out_numerically() -> None:
    weights = np.array([[1, 0, 0.4444], [0, 1, 0.6667], [0.4444, 0.6667, 1]])
    shares = FLEISS_COHEN_EVERITT / 200

    def kappa(shares: _Floats) -> float:
        expected = np.sum(weights * np.outer(shares.sum(axis=1), shares.sum(axis=0)))
        return float((np.sum(weights * shares) - expected) / (1 - expected))

    steps = np.eye(9).reshape(9, 3, 3) * 1e-6
    gradient = np.array([(kappa(shares + step) - kappa(shares - step)) / 2e-6 for step in steps])
    variance = (gradient**2 @ shares.ravel() - (gradient @ shares.ravel()) ** 2) / 200
    found = weighted_kappa(*_pairs(FLEISS_COHEN_EVERITT), weights=weights)
    assert found.value == pytest.approx(kappa(shares))
    assert found.se == pytest.approx(math.sqrt(variance), rel=1e-6)


def test_weighted_kappa_of_two_well_known_raters_is_nearly_their_intraclass_correlation() -> None:
    """Fleiss & Cohen (1973): quadratic weights make kappa ICC2 but for a term that vanishes with the number of people."""
    rng = np.random.default_rng(2)
    people = rng.normal(3, 1, size=4000)
    first, second = (np.clip(np.rint(people + rng.normal(0, 0.7, 4000) + severity), 1, 5) for severity in (0, 0.5))
    assert weighted_kappa(first, second).value == pytest.approx(icc(np.column_stack([first, second]), form="ICC2").value, abs=1e-3)


@settings(max_examples=40, deadline=None)
@given(_RATINGS, st.sampled_from(["none", "linear", "quadratic"]))
def test_kappa_does_not_ask_who_rated_first(pairs: list[tuple[int, int]], weights: str) -> None:
    one, other = _kappa(pairs, weights=weights), _kappa([(b, a) for a, b in pairs], weights=weights)
    assert other.value == pytest.approx(one.value)
    assert other.se == pytest.approx(one.se, abs=1e-9)
    assert one.lower <= one.value <= one.upper <= 1


@settings(max_examples=25, deadline=None)
@given(_RATINGS, st.sampled_from(["none", "linear", "quadratic"]))
def test_unused_levels_leave_kappa_alone(pairs: list[tuple[int, int]], weights: str) -> None:
    assert _kappa(pairs, weights=weights, categories=[0, 1, 2, 3, 4, 5, 6]).value == pytest.approx(_kappa(pairs, weights=weights).value)


def test_labels_lie_one_step_apart_in_the_order_given() -> None:
    words, levels = {1: "weak", 2: "fair", 3: "strong"}, [(1, 1), (2, 2), (3, 2), (1, 3), (3, 3), (2, 1)]
    named = weighted_kappa([words[a] for a, _ in levels], [words[b] for _, b in levels], categories=["weak", "fair", "strong"])
    assert named.value == pytest.approx(_kappa(levels).value)


def test_perfect_agreement_has_kappa_one_without_doubt() -> None:
    found = weighted_kappa([1, 2, 3, 3], [1, 2, 3, 3])
    assert [found.value, found.se, found.lower, found.upper, found.percent_agreement] == pytest.approx([1, 0, 1, 1, 1])


def test_a_person_rated_by_one_rater_only_is_left_out() -> None:
    assert weighted_kappa([1, 2, 3, math.nan, 5], [1, 2, 4, 4, math.nan]) == weighted_kappa([1.0, 2, 3], [1.0, 2, 4])
    assert percent_agreement([1, math.nan, 3], [1, 2, 4]) == 0.5


def test_near_agreement_counts_within_its_tolerance() -> None:
    assert percent_agreement([1, 2, 3, 5], [1, 3, 3, 3]) == 0.5
    assert percent_agreement([1, 2, 3, 5], [1, 3, 3, 3], tolerance=1) == 0.75
    assert percent_agreement(["yes", "no"], ["yes", "yes"]) == 0.5


@pytest.mark.parametrize(
    ("first", "second", "options", "code"),
    [
        ([1, 2], [1, 2, 3], {}, "unequal_lists"),
        ([[1, 2]], [[1, 2]], {}, "unequal_lists"),
        ([math.nan, 1], [1, math.nan], {}, "nothing_pairable"),
        ([3, 3], [3, 3], {}, "no_variance"),
        ([1, 2], [1, 9], {"categories": [1, 2, 3]}, "unknown_category"),
        ([1, 2], [2, 1], {"weights": np.eye(3)}, "weights_shape"),
        ([1, 2], [2, 1], {"weights": "cubic"}, "unknown_weights"),
        ([1, 2], [2, 1], {"confidence": 0}, "confidence"),
    ],
)
def test_lists_without_kappa_are_refused_with_their_reason(
    first: npt.ArrayLike, second: npt.ArrayLike, options: dict[str, Any], code: str
) -> None:
    with pytest.raises(MeasurementError) as refused:
        weighted_kappa(first, second, **options)
    assert refused.value.code == code
