"""What is asked of a fit: who can be compared, who is erratic, who departs from themselves, how sure a choice is."""

from __future__ import annotations

import numpy as np
import pytest

from talimger.core.measurement import (
    FacetsFit,
    MeasurementError,
    anchor_check,
    bias_interaction,
    connectivity,
    decision_confidence,
    dif,
    fair_average,
    fair_averages,
    fit_mfrm,
    fit_statistics,
    next_ratings,
    separation_reliability,
    shared_persons,
    strata,
)
from tests.factories.ratings import Simulated, simulate_ratings


def fitted(made: Simulated, **options: object) -> FacetsFit:
    return fit_mfrm(made.columns, person="candidate", facets=["assessor", "item"], **options)  # type: ignore[arg-type]  # options of several kinds


@pytest.fixture(scope="module")
def made() -> Simulated:
    return simulate_ratings(persons=200, assessors=8, items=6, seed=1)


@pytest.fixture(scope="module")
def fit(made: Simulated) -> FacetsFit:
    return fitted(made)


def test_a_mixed_intake_is_one_network(fit: FacetsFit) -> None:
    network = connectivity(fit.table)
    assert network.is_connected
    assert network.parts[0].elements["assessor"] == tuple("01234567")
    pairs = shared_persons(fit.table, "assessor")
    assert pairs[0][2] >= pairs[-1][2] > 0
    assert sum(count for _one, _other, count in pairs) == 200


def test_assessors_who_share_nobody_fall_into_parts_although_everybody_meets_the_same_items() -> None:
    columns = {
        "candidate": ["a", "a", "b", "b", "c", "c", "d", "d", "e", "e"],
        "assessor": ["1", "2", "1", "2", "3", "4", "3", "4", "3", "4"],
        "item": ["x"] * 10,
        "rating": [1, 2, 3, 4, 5, 4, 3, 2, 1, 5],
    }
    torn = fit_mfrm(columns, person="candidate", facets=["assessor", "item"])
    network = connectivity(torn.table)
    assert [part.persons for part in network.parts] == [("c", "d", "e"), ("a", "b")]
    assert [part.elements["assessor"] for part in network.parts] == [("3", "4"), ("1", "2")]
    assert [part.elements["item"] for part in network.parts] == [("x",), ("x",)]
    assert network.part_of_person.tolist() == [1, 1, 0, 0, 0]
    assert [(found.code, found.fields) for found in torn.warnings if found.code == "disconnected"] == [("disconnected", {"parts": 2})]


def test_anchors_link_parts_that_share_nobody() -> None:
    columns = {
        "candidate": ["a", "a", "b", "b", "c", "c", "d", "d"],
        "assessor": ["1", "2", "1", "2", "3", "4", "3", "4"],
        "rating": [1, 2, 3, 4, 5, 4, 3, 2],
    }
    linked = fit_mfrm(columns, person="candidate", facets=["assessor"], anchors={"assessor": {"1": 0.0, "3": 0.5}})
    assert "disconnected" not in {found.code for found in linked.warnings}
    assert not connectivity(linked.table).is_connected


def test_fit_is_one_on_average_and_finds_the_erratic_and_the_uniform_assessor(made: Simulated) -> None:
    columns = {name: values.copy() for name, values in made.columns.items()}
    rng = np.random.default_rng(2)
    erratic, uniform = columns["assessor"] == 2, columns["assessor"] == 5
    columns["rating"][erratic] = rng.integers(1, 6, erratic.sum())
    columns["rating"][uniform] = 3
    statistics = fit_statistics(fit_mfrm(columns, person="candidate", facets=["assessor", "item"]))
    assessors = statistics.facets["assessor"]
    assert assessors.labels[int(np.nanargmax(assessors.infit))] == "2"
    assert assessors.infit_z[2] > 5
    assert assessors.labels[int(np.nanargmin(assessors.infit))] == "5"
    assert assessors.outfit_z[5] < -5
    plain = fit_statistics(fitted(made))
    assert float(np.nanmean(plain.persons[""].infit)) == pytest.approx(1, abs=0.12)
    assert float(np.nanstd(plain.persons[""].infit_z)) == pytest.approx(1, abs=0.2)
    np.testing.assert_allclose(plain.facets["item"].observed, plain.facets["item"].expected, atol=0.05)


def test_persons_are_separated_as_their_errors_allow(fit: FacetsFit) -> None:
    found = separation_reliability(fit.person().measure, fit.person().se)
    assert found.separation == pytest.approx(np.sqrt(found.reliability / (1 - found.reliability)))
    assert found.strata == strata(found.separation) == pytest.approx((4 * found.separation + 1) / 3)
    assert found.true_sd**2 + found.rmse**2 == pytest.approx(found.observed_sd**2)
    assert found.p < 0.001
    assert (found.df, fit.reliability[""] > 0.7) == (199, True)
    alike = separation_reliability(np.zeros(3), np.ones(3))
    assert (alike.separation, alike.reliability, alike.strata) == (0, 0, pytest.approx(1 / 3))
    with pytest.raises(MeasurementError):
        separation_reliability(np.array([1.0, np.nan]), np.array([0.1, 0.1]))


def test_fair_averages_and_their_ranges_stay_on_the_scale(fit: FacetsFit) -> None:
    fair = fair_averages(fit)
    assert ((fair.low < fair.fair) & (fair.fair < fair.high)).all()
    assert fair.low.min() > 1
    assert fair.high.max() < 5
    np.testing.assert_allclose(fair.fair, fair_average(fit, fit.person().measure))
    np.testing.assert_array_equal(fair.fair, fit.person().fair_average)


def test_an_assessor_who_is_hard_on_one_item_only_is_found(made: Simulated) -> None:
    columns = {name: values.copy() for name, values in made.columns.items()}
    hard = (columns["assessor"] == 4) & (columns["item"] == 1)
    columns["rating"][hard] = np.maximum(columns["rating"][hard] - 2, 1)
    biased = fit_mfrm(columns, person="candidate", facets=["assessor", "item"])
    found = bias_interaction(biased, ("assessor", "item"))
    worst = int(np.nanargmin(found.p))
    assert (found.first[worst], found.second[worst]) == ("4", "1")
    assert found.size[worst] < -1
    assert found.p[worst] < 0.001
    assert found.n.sum() == columns["rating"].size
    assert np.nanstd(bias_interaction(fitted(made), ("candidate", "assessor")).t) == pytest.approx(1, abs=0.15)
    by_person = bias_interaction(biased, ("candidate", "assessor"), found=fit_statistics(biased).residuals)
    assert len(by_person.first) == 400
    with pytest.raises(MeasurementError):
        bias_interaction(biased, ("item", "item"))


def test_an_item_that_is_easier_for_one_group_is_found_and_no_other(made: Simulated) -> None:
    columns = {name: values.copy() for name, values in made.columns.items()}
    favoured = (columns["candidate"] % 2 == 0) & (columns["item"] == 3)
    columns["rating"][favoured] = np.minimum(columns["rating"][favoured] + 1, 5)
    helped = fit_mfrm(columns, person="candidate", facets=["assessor", "item"])
    groups = {str(person): "town" if person % 2 == 0 else "village" for person in range(190)}
    found = dif(helped, groups)
    large = [
        (element, group) for element, group, verdict in zip(found.element, found.group, found.verdict, strict=True) if verdict == "large"
    ]
    assert large == [("3", "town"), ("3", "village")]
    row = found.element.index("3")
    assert found.contrast[row] > 0.64
    assert found.contrast[row] == pytest.approx(-found.contrast[row + 6])
    with pytest.raises(MeasurementError):
        dif(helped, {"1": "town"})


def test_an_anchor_that_no_longer_holds_is_pointed_out(made: Simulated) -> None:
    anchors = {"item": {str(item): float(made.difficulty[item]) for item in range(6)}}
    anchors["item"]["2"] += 1.5
    checked = anchor_check(fitted(made, anchors=anchors), anchors)
    assert [label for label, moved in zip(checked.label, checked.moved, strict=True) if moved] == ["2"]
    assert checked.displacement[2] == pytest.approx(-1.5, abs=0.35)
    nothing = anchor_check(fitted(made), {})
    assert nothing.label == ()


def test_chances_add_up_to_the_places_and_the_same_seed_gives_the_same(fit: FacetsFit) -> None:
    persons = fit.person()
    one, again = (decision_confidence(persons.measure, persons.se, places=50, seed=4) for _time in range(2))
    np.testing.assert_array_equal(one.chance, again.chance)
    assert one.chance.sum() == pytest.approx(50)
    assert one.chance[persons.measure.argmax()] > 0.99
    assert 0.7 < one.expected_correct < 1
    near = np.abs(persons.measure - one.cut)
    assert one.too_close[near.argmin()]
    assert not one.too_close[near.argmax()]
    above = decision_confidence(persons.measure, persons.se, cut=100.0)
    assert np.isnan(above.expected_correct)
    assert not above.too_close.any()


@pytest.mark.parametrize("wrong", [{}, {"places": 5, "cut": 0.0}, {"places": 0}, {"places": 3}, {"cut": 0.0, "sure": 1.0}])
def test_a_choice_without_a_question_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(MeasurementError):
        decision_confidence(np.zeros(3), np.ones(3), **wrong)  # type: ignore[arg-type]  # options of several kinds


def test_a_further_rating_is_proposed_for_somebody_near_the_cut_by_somebody_who_has_not_rated_them(fit: FacetsFit) -> None:
    persons = fit.person()
    choice = decision_confidence(persons.measure, persons.se, places=50)
    proposed = next_ratings(fit, choice, most=3)
    assert len(proposed) == 3
    assert proposed[0].gain >= proposed[1].gain >= proposed[2].gain > 0
    table = fit.table
    for rating in proposed:
        person = persons.at(rating.person)
        assert choice.too_close[person]
        who = {table.facets[0].labels[code] for code in table.facets[0].codes[table.person.codes == person]}
        assert rating.elements["assessor"] not in who
        assert rating.elements["item"] in table.facets[1].labels
    only = next_ratings(fit, choice, by=["3"])
    assert {rating.elements["assessor"] for rating in only} == {"3"}
    single = fit_mfrm(
        {"candidate": [0, 0, 1, 1, 2, 2, 3, 3], "assessor": [0, 1, 0, 1, 1, 2, 0, 2], "rating": [1, 2, 2, 2, 3, 4, 2, 3]},
        person="candidate",
        facets=["assessor"],
    )
    choice = decision_confidence(single.person().measure, single.person().se, places=2)
    assert set(next_ratings(single, choice)[0].elements) == {"assessor"}
    everybody = fit_mfrm(
        {"candidate": [0, 0, 1, 1, 2, 2], "assessor": [0, 1, 0, 1, 0, 1], "rating": [1, 2, 2, 2, 3, 4]},
        person="candidate",
        facets=["assessor"],
    )
    choice = decision_confidence(everybody.person().measure, everybody.person().se, places=1)
    assert next_ratings(everybody, choice) == []


def test_pairs_without_information_have_no_chance_to_adjust() -> None:
    """Each candidate met one assessor only: what one of them does and what the candidate is cannot be told apart."""
    columns = {"candidate": [0, 1, 2, 3], "assessor": [0, 0, 1, 1], "rating": [1, 2, 2, 3]}
    single = fit_mfrm(columns, person="candidate", facets=["assessor"])
    found = bias_interaction(single, ("candidate", "assessor"))
    assert np.isnan(found.size).all()
    assert np.isnan(found.p).all()


def test_the_library_offers_what_it_names_and_nothing_else() -> None:
    import talimger.core.measurement as library  # the module itself, to ask it for names

    assert all(callable(getattr(library, name)) for name in library.__all__)
    with pytest.raises(AttributeError):
        library.nothing  # noqa: B018  # asking is the test


def test_a_label_that_is_not_there_is_a_key_error(fit: FacetsFit) -> None:
    assert len(fit.person()) == 200
    with pytest.raises(KeyError):
        fit.person().at("nobody")
    with pytest.raises(MeasurementError):
        fit.table.facet("judge")
    assert (fit.step_facet, fit.table.categories.tolist()) == (None, [1, 2, 3, 4, 5])
    assert str(MeasurementError("code", "{a} of {b}", a=1, b=2)) == "1 of 2"
