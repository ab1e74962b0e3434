"""Generalizability theory: where the differences between ratings come from, and what more raters would bring."""

from __future__ import annotations

import math
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.generalizability import Design, dstudy, gstudy
from talimger.core.measurement.intraclass import icc

REFERENCE = Path(__file__).resolve().parents[2] / "reference"
DATA_1, DATA_3, DATA_4 = (np.loadtxt(REFERENCE / f"brennan_2001_synthetic_{number}.csv", delimiter=",") for number in (1, 3, 4))
P_R_T = DATA_4.reshape(10, 3, 4).transpose(0, 2, 1)

_Floats = npt.NDArray[np.float64]
_TABLES = hnp.arrays(np.float64, st.tuples(st.integers(3, 7), st.integers(2, 5)), elements=st.sampled_from([1, 2, 3, 4, 5]))


# Brennan (2001), chapters 2 to 4; sums of squares and coefficients as in the tests of Python's GeneralizIT on the same tables.
@pytest.mark.parametrize(
    ("values", "design", "table", "rho", "phi"),
    [
        (
            DATA_1,
            "p x i",
            {"p": (9, 7.3417, 0.8157, 0.0574), "i": (11, 9.6917, 0.8811, 0.0754), "p x i": (99, 12.5583, 0.1269, 0.1269)},
            0.844,
            0.773,
        ),
        (DATA_3.T, "i:p", {"p": (9, 62.2, 6.9111, 0.6108), "i:p": (70, 141.75, 2.025, 2.025)}, 0.707, 0.707),
        (
            DATA_3.reshape(10, 2, 4),
            "p x o x i",
            {
                "p": (9, 62.2, 6.9111, 0.5528),
                "o": (1, 3.2, 3.2, 0.0074),
                "i": (3, 37.45, 12.4833, 0.4417),
                "p x o": (9, 12.05, 1.3389, 0.1009),
                "p x i": (27, 56.3, 2.0852, 0.5750),
                "o x i": (3, 7.5, 2.5, 0.1565),
                "p x o x i": (27, 25.25, 0.9352, 0.9352),
            },
            0.64,
            0.554,
        ),
        (
            P_R_T,
            "p x (r:t)",
            {
                "p": (9, 92.6667, 10.2963, 0.4731),
                "t": (2, 48.2, 24.1, 0.3252),
                "p x t": (18, 83.1333, 4.6185, 0.5596),
                "r:t": (9, 79.7, 8.8556, 0.6475),
                "p x (r:t)": (81, 192.8, 2.3802, 2.3802),
            },
            0.551,
            0.464,
        ),
    ],
    ids=["no. 1", "no. 2", "no. 3", "no. 4, table 3.2"],
)
def test_brennans_synthetic_data_give_his_components(
    values: _Floats, design: str, table: dict[str, tuple[int, float, float, float]], rho: float, phi: float
) -> None:
    study = gstudy(values, design=design)
    found = {one.effect: (one.df, round(one.ss, 4), round(one.ms, 4), round(one.sigma2, 4)) for one in study.components}
    assert found == table
    decision = dstudy(study)
    assert (round(decision.generalizability, 3), round(decision.dependability, 3)) == (rho, phi)


def test_the_persons_of_brennans_p_r_t_study_need_more_tasks_rather_than_more_raters() -> None:
    study = gstudy(P_R_T, design="p x (r:t)")
    more_tasks, more_raters = dstudy(study, n={"t": 6, "r": 2}), dstudy(study, n={"t": 2, "r": 6})
    assert more_tasks.generalizability > more_raters.generalizability
    assert more_tasks.relative_error == pytest.approx(0.55957 / 6 + 2.38025 / 12, abs=1e-4)
    assert more_tasks.absolute_error == pytest.approx((0.55957 + 0.32515) / 6 + (2.38025 + 0.64753) / 12, abs=1e-4)
    assert (more_tasks.relative_sem, more_tasks.absolute_sem) == (more_tasks.relative_error**0.5, more_tasks.absolute_error**0.5)
    assert more_tasks.n == {"t": 6, "r": 2}


@pytest.mark.parametrize("design", ["p x i", "i:p", "p x i x r", "p x (i:r)", "(r:p) x i", "i:r:p", "p x (i:r:h)", "p x i x r x o"])
def test_every_estimate_is_unbiased_whatever_the_other_components_are(design: str) -> None:
    """An exact proof: estimates are quadratic, so their expectation under one unit of variance of an effect is the sum of the estimates
    from one indicator of each of its levels. It must be 1 for that effect and 0 for every other."""
    plan = Design.parse(design)
    sizes = [2 + axis % 3 for axis in range(len(plan.facets))]
    grid = np.indices(sizes)
    for source in plan.sources:
        axes = [axis for axis, facet in enumerate(plan.facets) if facet in source]
        expected: dict[str, float] = dict.fromkeys(plan.effects, 0.0)
        for level in product(*(range(sizes[axis]) for axis in axes)):
            indicator = np.all([grid[axis] == at for axis, at in zip(axes, level, strict=True)], axis=0)
            for one in gstudy(indicator, design=design).components:
                expected[one.effect] += one.sigma2
        assert expected == pytest.approx({effect: float(effect == plan.name(source)) for effect in plan.effects}, abs=1e-9)


def test_studies_recover_on_average_the_components_they_were_simulated_from() -> None:
    rng = np.random.default_rng(11)
    truth = {"p": 1.0, "i": 0.4, "r": 0.3, "p x i": 0.5, "p x r": 0.2, "i x r": 0.1, "p x i x r": 0.8}
    sizes = {"p": 20, "i": 8, "r": 6}
    found = dict.fromkeys(truth, 0.0)
    for _ in range(250):
        shapes = {effect: [size if facet in effect.split(" x ") else 1 for facet, size in sizes.items()] for effect in truth}
        data = sum(math.sqrt(variance) * rng.normal(size=shapes[effect]) for effect, variance in truth.items())
        for one in gstudy(data, design="p x i x r").components:
            found[one.effect] += one.sigma2 / 250
    assert found == pytest.approx(truth, abs=0.06)


def test_shares_of_the_variance_of_a_rating_sum_to_one() -> None:
    shares = gstudy(P_R_T, design="p x (r:t)").shares
    assert math.fsum(shares.values()) == pytest.approx(1)
    assert max(shares, key=shares.__getitem__) == "p x (r:t)"


@settings(max_examples=40, deadline=None)
@given(_TABLES)
def test_one_crossed_facet_is_cronbachs_alpha_and_the_intraclass_correlations(table: _Floats) -> None:
    total = table.sum(axis=1).var(ddof=1)
    k = table.shape[1]
    alpha = k / (k - 1) * (1 - table.var(axis=0, ddof=1).sum() / total) if total else -math.inf
    study = gstudy(table, design="p x i")
    crossed, nested = dstudy(study), dstudy(gstudy(table.T, design="i:p"))
    assert crossed.generalizability == pytest.approx(max(alpha, 0.0), abs=1e-9)
    if alpha > 0:
        assert crossed.generalizability == pytest.approx(icc(table, form="ICC3k").value)
        if not study.negative:
            assert crossed.dependability == pytest.approx(icc(table, form="ICC2k").value)
            assert dstudy(study, n={"i": 1}).dependability == pytest.approx(icc(table, form="ICC2").value)
        assert nested.generalizability == pytest.approx(max(icc(table, form="ICC1k").value, 0.0), abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(_TABLES, st.integers(-5, 5), st.integers(1, 5), st.randoms(use_true_random=False))
def test_order_and_origin_do_not_matter_and_units_are_squared(table: _Floats, shift: int, unit: int, random: Any) -> None:
    rows = list(range(len(table)))
    random.shuffle(rows)
    before, after = gstudy(table, design="p x i"), gstudy(table[rows] * unit + shift, design="p x i")
    for one, other in zip(before.components, after.components, strict=True):
        assert other.sigma2 == pytest.approx(one.sigma2 * unit**2, abs=1e-9)


@settings(max_examples=25, deadline=None)
@given(hnp.arrays(np.float64, (5, 3, 2), elements=st.sampled_from([1, 2, 3, 4, 5])), st.integers(1, 9), st.integers(1, 9))
def test_more_conditions_never_measure_worse_and_level_is_harder_than_order(data: _Floats, items: int, raters: int) -> None:
    study = gstudy(data, design="p x i x r")
    few, many = dstudy(study, n={"i": items, "r": raters}), dstudy(study, n={"i": items + 1, "r": raters + 2})
    assert many.generalizability >= few.generalizability >= few.dependability >= 0
    assert few.absolute_error >= few.relative_error >= many.relative_error
    assert 1 >= many.dependability >= few.dependability


def test_a_negative_estimate_is_kept_named_and_counted_as_zero() -> None:
    study = gstudy([[1, 2, 3], [2, 3, 1], [3, 1, 2]], design="p x i")
    assert study.component("p").sigma2 == study.component("i").sigma2 == pytest.approx(-1 / 2)
    assert study.component("p").is_negative
    assert study.negative == ("p", "i")
    assert study.shares == {"p": 0, "i": 0, "p x i": 1}
    decision = dstudy(study)
    assert (decision.universe, decision.generalizability, decision.dependability) == (0, 0, 0)
    assert decision.zeroed == ("p", "i")
    assert decision.absolute_error == decision.relative_error == pytest.approx(0.5)


def test_ratings_that_never_differ_measure_nothing() -> None:
    study = gstudy(np.full((3, 4), 3), design="p x i")
    assert [one.sigma2 for one in study.components] == [0, 0, 0]
    assert study.shares == {"p": 0, "i": 0, "p x i": 0}
    assert dstudy(study, cut=3).phi_lambda == 0


def test_a_decision_far_from_the_cut_is_more_dependable_than_one_at_the_mean() -> None:
    study = gstudy(DATA_1, design="p x i")
    plain, at_mean, near, far = (dstudy(study, cut=cut) for cut in (None, study.grand_mean, 0.8, 0.99))
    assert plain.phi_lambda is None
    assert at_mean.phi_lambda == pytest.approx(plain.dependability)
    assert near.phi_lambda is not None
    assert far.phi_lambda is not None
    assert plain.dependability < near.phi_lambda < far.phi_lambda < 1
    # (mean - cut)^2 less the variance of the mean of 10 persons and 12 items.
    chance = 0.0574074 / 10 + 0.0754209 / 12 + 0.1268519 / 120
    signal = 0.0574074 + (study.grand_mean - 0.8) ** 2 - chance
    assert near.phi_lambda == pytest.approx(signal / (signal + plain.absolute_error), abs=1e-6)


def test_facets_may_have_names_and_the_measured_one_is_said() -> None:
    study = gstudy(P_R_T, design="candidate x (rater:task)", objects="candidate")
    assert [one.effect for one in study.components] == [
        "candidate",
        "task",
        "candidate x task",
        "rater:task",
        "candidate x (rater:task)",
    ]
    assert dstudy(study) == dstudy(study, n={"rater": 4, "task": 3})
    assert dstudy(study).generalizability == pytest.approx(dstudy(gstudy(P_R_T, design="p x (r:t)")).generalizability)


def test_items_may_be_what_is_measured() -> None:
    assert dstudy(gstudy(DATA_1, design="p x i", objects="i")).universe == pytest.approx(0.0754, abs=1e-4)


@pytest.mark.parametrize(
    ("values", "options", "code"),
    [
        (DATA_1, {"design": "p"}, "unreadable_design"),
        (DATA_1, {"design": "p x p"}, "unreadable_design"),
        (DATA_1, {"design": "i:(p x r)"}, "unreadable_design"),
        (DATA_1, {"design": ""}, "unreadable_design"),
        (DATA_1, {"design": "p x i x r"}, "design_does_not_fit"),
        (DATA_1[:, :1], {"design": "p x i"}, "design_does_not_fit"),
        (DATA_1, {"design": "a x i"}, "objects"),
        (DATA_1, {"design": "p:i"}, "objects"),
        (np.where(DATA_1 == 0, np.nan, DATA_1), {"design": "p x i"}, "missing_cells"),
    ],
)
def test_a_study_that_cannot_be_done_is_refused_with_its_reason(values: npt.ArrayLike, options: dict[str, str], code: str) -> None:
    with pytest.raises(MeasurementError) as refused:
        gstudy(values, **options)
    assert refused.value.code == code


@pytest.mark.parametrize(("n", "code"), [({"r": 2}, "unknown_facet"), ({"p": 2}, "unknown_facet"), ({"i": 0}, "no_condition")])
def test_a_decision_study_asks_for_conditions_that_exist(n: dict[str, int], code: str) -> None:
    with pytest.raises(MeasurementError) as refused:
        dstudy(gstudy(DATA_1, design="p x i"), n=n)
    assert refused.value.code == code
