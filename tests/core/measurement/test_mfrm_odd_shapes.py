"""Ratings as they really come: one person, one assessor, nobody below 4, cells that are missing."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from talimger.core.measurement import MeasurementError, fit_mfrm, fit_statistics, fit_table, rating_table
from talimger.core.measurement.ratings import Factor
from tests.factories.ratings import simulate_ratings

FACETS = ["assessor", "item"]


@st.composite
def odd_ratings(draw: st.DrawFn) -> dict[str, list[int]]:
    """A small table with holes; a scale of two to nine categories, some of which nobody may have used."""
    persons, assessors, items = draw(st.integers(1, 6)), draw(st.integers(1, 4)), draw(st.integers(1, 4))
    categories = draw(st.integers(2, 9))
    cells = [(p, a, i) for p in range(persons) for a in range(assessors) for i in range(items)]
    kept = draw(st.lists(st.sampled_from(cells), min_size=1, unique=True))
    given_ratings = draw(st.lists(st.integers(1, categories), min_size=len(kept), max_size=len(kept)))
    columns = list(zip(*kept, strict=True))
    return {"candidate": list(columns[0]), "assessor": list(columns[1]), "item": list(columns[2]), "rating": given_ratings}


@pytest.mark.thorough
@settings(max_examples=60)
@given(odd_ratings(), st.sampled_from(["RSM", "PCM"]), st.sampled_from(["laplace", "quadrature"]), st.booleans())
def test_whatever_the_shape_there_are_finite_measures_or_a_reason(ratings: dict[str, Any], model: Any, engine: Any, shrink: bool) -> None:
    if len(set(ratings["rating"])) == 1:
        with pytest.raises(MeasurementError) as refusal:
            fit_mfrm(ratings, person="candidate", facets=FACETS)
        assert refusal.value.code == "one_category"
        return
    fit = fit_mfrm(ratings, person="candidate", facets=FACETS, model=model, engine=engine, shrink=shrink)
    persons = fit.person()
    for measures in (persons, *fit.facets.values()):
        assert np.isfinite(measures.measure).all()
        assert np.isfinite(measures.se).all()
        assert (measures.se >= 0).all()
        assert (measures.fair_average >= min(ratings["rating"]) - 1e-9).all()
        assert (measures.fair_average <= max(ratings["rating"]) + 1e-9).all()
    assert fit.converged or fit.reason
    assert np.isfinite(fit.deviance)
    for name in FACETS:
        assert fit.facets[name].measure.sum() == pytest.approx(0, abs=1e-8)
    assert sum(persons.n) == len(ratings["rating"])
    statistics = fit_statistics(fit)
    for element in (*statistics.facets.values(), *statistics.persons.values()):
        assert (np.isnan(element.infit) | (element.infit >= 0)).all()


def test_somebody_with_only_top_ratings_keeps_a_finite_measure_and_a_wide_interval() -> None:
    made = simulate_ratings(persons=60, items=6, seed=1)
    made.columns["rating"][made.columns["candidate"] == 7] = 5
    fit = fit_mfrm(made.columns, person="candidate", facets=FACETS)
    persons = fit.person()
    best = persons.at("7")
    assert persons.measure[best] == persons.measure.max()
    assert persons.se[best] == persons.se.max()
    assert 4.5 < persons.fair_average[best] < 5


def test_an_assessor_with_only_top_ratings_gets_a_bound_and_is_named() -> None:
    made = simulate_ratings(persons=60, items=4, seed=2)
    made.columns["rating"][made.columns["assessor"] == 3] = 5
    fit = fit_mfrm(made.columns, person="candidate", facets=FACETS, shrink=False)
    warning = next(found for found in fit.warnings if found.code == "extreme_elements")
    assert warning.fields == {"facet": "assessor", "labels": ["3"]}
    assert "assessor 3" in str(warning)
    assert fit.facets["assessor"].measure.argmin() == 3


def test_a_category_that_nobody_used_is_said_and_its_thresholds_are_not_made_up() -> None:
    made = simulate_ratings(persons=80, items=5, seed=3)
    made.columns["rating"][made.columns["rating"] == 3] = 4
    fit = fit_mfrm(made.columns, person="candidate", facets=FACETS)
    assert [found.fields for found in fit.warnings if found.code == "unused_categories"] == [{"categories": [3]}]
    assert np.isnan(fit.thresholds[""]).tolist() == [False, True, True, False]
    assert fit.converged


def test_an_item_on_which_everybody_got_the_same_carries_no_information() -> None:
    made = simulate_ratings(persons=60, items=4, seed=4)
    made.columns["rating"][made.columns["item"] == 2] = 3
    fit = fit_mfrm(made.columns, person="candidate", facets=FACETS, model="PCM")
    assert fit.converged
    assert np.isnan(fit_statistics(fit).facets["item"].infit[2])


def test_thresholds_out_of_order_are_pointed_out() -> None:
    made = simulate_ratings(persons=400, items=6, thresholds=(-1.0, 1.2, -1.2, 1.0), seed=5)
    fit = fit_mfrm(made.columns, person="candidate", facets=FACETS)
    assert "disordered_thresholds" in {found.code for found in fit.warnings}
    by_item = fit_mfrm(made.columns, person="candidate", facets=FACETS, model="PCM")
    assert "of 0, 1" in next(str(found) for found in by_item.warnings if found.code == "disordered_thresholds")


def test_people_who_do_not_differ_are_said_not_to() -> None:
    """Everybody got each rating equally often: less difference than chance alone would make."""
    person, place = np.repeat(np.arange(20), 10), np.tile(np.arange(10), 20)
    columns = {"candidate": person, "assessor": place // 5, "item": place % 5, "rating": 1 + (person + 3 * place + place // 5) % 5}
    fit = fit_mfrm(columns, person="candidate", facets=FACETS)
    assert "no_differences" in {found.code for found in fit.warnings}
    assert fit.converged


def test_an_engine_that_is_not_good_enough_for_so_few_ratings_says_that_it_did_not_settle() -> None:
    few = simulate_ratings(persons=8, items=2, assessors=4, seed=2).columns
    forced = fit_mfrm(few, person="candidate", facets=FACETS, engine="laplace", shrink=False)
    assert not forced.converged
    assert forced.reason == "the steps stopped becoming smaller"
    assert forced.warnings[0].code == "not_converged"
    assert fit_mfrm(few, person="candidate", facets=FACETS).converged


def test_what_cannot_be_read_is_refused_with_its_lines() -> None:
    columns: dict[str, Any] = {"candidate": [1, 1, 2, 2], "assessor": ["A", "B", "A", "B"], "rating": [3, 4, 2, 5]}

    def refused(changed: dict[str, Any], **options: Any) -> MeasurementError:
        with pytest.raises(MeasurementError) as refusal:
            fit_mfrm(columns | changed, **{"person": "candidate", "facets": ["assessor"], **options})
        return refusal.value

    assert refused({}, facets=[]).code == "no_facet"
    assert refused({}, facets=["judge"]).fields == {"column": "judge"}
    assert refused({}, facets=["assessor", "assessor"]).code == "column_twice"
    assert refused({"rating": [3, 4.5, 2, "x"]}).fields["rows"] == [1, 3]
    assert "Line 2" in str(refused({"rating": [3, 4.5, 2, None]}))
    assert refused({"rating": []}).code == "no_ratings"
    assert refused({"rating": [3, 3, 3, 3]}).code == "one_category"
    assert refused({"rating": [1, 2, 3, 100]}).code == "too_many_categories"
    assert refused({"assessor": ["A", "B", "A"]}).code == "column_length"
    assert refused({"assessor": ["A", "A", "A", "B"]}).fields["pairs"] == [(1, 2)]
    assert refused({}, weights=[1, 1]).code == "weights"
    assert refused({}, anchors={"assessor": {"Z": 1.0}}).code == "unknown_anchor"
    assert refused({}, anchors={"assessor": {"A": float("nan")}}).code == "anchor_value"
    assert refused({}, anchors={"judge": {"A": 1.0}}).code == "unknown_facet"


def test_lines_of_a_file_are_told_where_there_is_one() -> None:
    with pytest.raises(MeasurementError, match=r"Lines 10 and 30"):
        fit_table(
            rating_table(
                {"candidate": [1, 2, 1], "assessor": [1, 1, 1], "rating": [1, 2, 3]},
                person="candidate",
                facets=["assessor"],
                lines=np.array([10, 20, 30]),
            )
        )
    with pytest.raises(MeasurementError, match="Line 20"):
        rating_table(
            {"candidate": [1, 2], "assessor": [1, 1], "rating": [1, 2.5]}, person="candidate", facets=["assessor"], lines=np.array([10, 20])
        )


def test_labels_are_sorted_as_people_expect_and_a_factor_stays_as_it_is() -> None:
    assert Factor.of("assessor", ["10", "9", "Әсел", "Aida"]).labels == ("9", "10", "Aida", "Әсел")
    assert Factor.of("assessor", np.array([10, -3, 9])).labels == ("-3", "9", "10")
    far_apart = Factor.of("person", np.array([10**15, 5]))
    assert far_apart.labels == ("5", str(10**15))
    mixed = Factor.of("person", np.array(["b", 1, None], dtype=object))
    assert mixed.labels == ("1", "None", "b")
    assert rating_table({"p": [1, 2], "a": [1, 1], "rating": [1.0, 2.0]}, person="p", facets=["a"]).score.tolist() == [0, 1]
    counted = Factor.from_counted("assessor", ["b", "a"], np.array([0, 1, 0]))
    assert counted.labels == ("a", "b")
    assert counted.codes.tolist() == [1, 0, 1]
    assert Factor.of("other", counted) is counted
    assert len(counted) == 2


def test_very_many_elements_do_not_overflow_the_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    made = simulate_ratings(persons=30, items=5, seed=6)
    whole = fit_mfrm(made.columns, person="candidate", facets=FACETS)
    monkeypatch.setattr("talimger.core.measurement.reduction.LARGEST_KEY", 100)
    packed = fit_mfrm(made.columns, person="candidate", facets=FACETS)
    assert packed.deviance == whole.deviance
