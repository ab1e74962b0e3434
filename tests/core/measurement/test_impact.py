"""Adverse impact: no more is said about a group than its numbers carry."""

from __future__ import annotations

import json
import math
import time
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from talimger.core.measurement.errors import MeasurementError
from talimger.core.measurement.impact import (
    AdverseImpact,
    GroupRate,
    _exact_p,
    _score,
    adverse_impact,
    mantel_haenszel,
    ratio_interval,
)

PUBLISHED: dict[str, Any] = json.loads((Path(__file__).parents[2] / "reference" / "adverse_impact.json").read_text("utf-8"))


def compare(counts: dict[str, tuple[int, int]], **options: Any) -> AdverseImpact:
    """Group -> (selected, all), laid out as one entry per candidate."""
    selected = [i < yes for yes, n in counts.values() for i in range(n)]
    group = [label for label, (_yes, n) in counts.items() for _ in range(n)]
    return adverse_impact(selected, group, **options)


# --- what is said -------------------------------------------------------------------------------------------------------------------


def test_with_five_people_of_a_group_nothing_is_claimed_though_not_one_was_accepted() -> None:
    result = compare({"city": (20, 40), "village": (0, 5)})
    (village,) = result.comparisons
    assert village.verdict == result.verdict == "too_few_to_say"
    assert village.below_four_fifths
    assert village.ratio == 0
    assert village.adjusted_p is None


def test_where_no_outcome_could_have_been_told_from_chance_there_are_too_few_to_say() -> None:
    """Enough people, but two places: had both gone to the city, that would still have been chance."""
    assert compare({"city": (2, 20), "village": (0, 10)}).verdict == "too_few_to_say"
    assert compare({"city": (0, 20), "village": (0, 20)}).verdict == "too_few_to_say"
    assert compare({"city": (20, 20), "village": (20, 20)}).verdict == "too_few_to_say"


def test_a_group_accepted_at_a_third_of_the_rate_of_another_is_a_likely_impact() -> None:
    result = compare({"city": (30, 60), "village": (8, 48)})
    (village,) = result.comparisons
    assert village.verdict == result.verdict == "likely"
    assert village.ratio == pytest.approx(1 / 3)
    assert village.lower < 1 / 3 < village.upper < 1
    assert village.adjusted_p == village.fisher_p < 0.05


def test_below_four_fifths_by_chance_is_possible_and_not_likely() -> None:
    (village,) = compare({"city": (15, 30), "village": (7, 20)}).comparisons
    assert village.below_four_fifths
    assert village.upper > 1
    assert village.verdict == "possible"


def test_a_small_difference_that_is_sure_is_possible_and_not_likely() -> None:
    (village,) = compare({"city": (184, 200), "village": (160, 200)}).comparisons
    assert not village.below_four_fifths
    assert village.upper < 1
    assert village.verdict == "possible"


def test_equal_rates_show_no_sign() -> None:
    result = compare({"city": (12, 30), "village": (8, 20)})
    assert result.verdict == result.comparisons[0].verdict == "no_sign"
    assert result.comparisons[0].ratio == 1


def test_exactly_four_fifths_is_not_below_four_fifths() -> None:
    assert not compare({"city": (10, 20), "village": (8, 20)}).comparisons[0].below_four_fifths
    assert compare({"city": (10, 20), "village": (7, 20)}).comparisons[0].below_four_fifths


def test_the_reference_is_the_group_of_the_highest_rate_among_those_large_enough() -> None:
    counts = {"city": (10, 20), "village": (3, 10), "abroad": (4, 4)}
    result = compare(counts)
    assert result.reference == GroupRate("city", 10, 20)
    assert [comparison.verdict for comparison in result.comparisons] == ["too_few_to_say", "possible"]
    assert result.verdict == "possible"
    assert compare(counts, least=4).reference.label == "abroad"
    assert compare(counts, least=21).reference.label == "city", "where all are small, the largest"
    assert compare(counts, reference="village").reference.label == "village"


def test_a_result_that_stands_alone_may_not_stand_among_many_comparisons() -> None:
    alone = compare({"city": (20, 40), "village": (5, 25)})
    assert alone.comparisons[0].verdict == "likely"
    many = compare({"city": (20, 40), "village": (5, 25)} | {f"region {i}": (10, 20) for i in range(3)}, reference="city")
    (village,) = (comparison for comparison in many.comparisons if comparison.group.label == "village")
    assert village.fisher_p == alone.comparisons[0].fisher_p < 0.05 < float(village.adjusted_p or 0)
    assert village.verdict == many.verdict == "possible"


def test_who_did_not_say_is_left_out_and_counted() -> None:
    result = adverse_impact([1, 0, 1, 0, 1], ["a", "a", "b", "b", None])
    assert result.left_out == 1
    assert result.groups == (GroupRate("a", 1, 2), GroupRate("b", 1, 2))


def test_where_only_one_group_has_anybody_accepted_the_ratio_has_no_upper_limit() -> None:
    (comparison,) = compare({"a": (3, 12), "b": (0, 12)}, reference="b").comparisons
    assert comparison.ratio == math.inf
    assert comparison.lower > 0
    assert comparison.upper == math.inf
    assert not comparison.below_four_fifths
    (nobody,) = compare({"a": (0, 12), "b": (0, 12)}).comparisons
    assert nobody.ratio is None
    assert (nobody.lower, nobody.upper, nobody.fisher_p) == (0, math.inf, 1)


def test_what_falls_out_by_region_is_seen_within_each_region() -> None:
    """Each region accepts women and men alike; women came where few are accepted, and look worse off all the same."""
    cells = {("f", "south"): (2, 20), ("m", "south"): (1, 10), ("f", "north"): (6, 10), ("m", "north"): (18, 30)}
    selected = [i < yes for yes, n in cells.values() for i in range(n)]
    sex = [key[0] for key, (_yes, n) in cells.items() for _ in range(n)]
    region = [key[1] for key, (_yes, n) in cells.items() for _ in range(n)]
    (women,) = adverse_impact(selected, sex, strata=region).comparisons
    assert women.ratio == pytest.approx(8 / 30 / (19 / 40))
    assert women.below_four_fifths
    assert women.mantel_haenszel is not None
    assert women.mantel_haenszel.odds_ratio == pytest.approx(1)
    assert women.mantel_haenszel.p > 0.5
    assert women.mantel_haenszel.strata == 2
    assert adverse_impact(selected, sex).comparisons[0].mantel_haenszel is None


@pytest.mark.parametrize(
    ("arguments", "options", "code"),
    [
        (([1, 0], ["a"]), {}, "length_mismatch"),
        (([1, 0], ["a", "b"]), {"strata": ["s"]}, "length_mismatch"),
        (([1, 2], ["a", "b"]), {}, "not_yes_or_no"),
        (([1, 0], ["a", "a"]), {}, "too_few_groups"),
        (([], []), {}, "too_few_groups"),
        (([1, 0], ["a", "b"]), {"reference": "c"}, "unknown_reference"),
        (([1, 0], ["a", "b"]), {"confidence": 1.0}, "confidence_out_of_range"),
        (([1, 0], ["a", "b"]), {"least": 0}, "least_out_of_range"),
    ],
)
def test_what_cannot_be_compared_is_refused_by_name(arguments: tuple[list[int], list[str]], options: dict[str, Any], code: str) -> None:
    with pytest.raises(MeasurementError) as refused:
        adverse_impact(*arguments, **options)
    assert refused.value.code == code


# --- the exact interval -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", PUBLISHED["ratio_intervals"]["rows"])
def test_the_exact_interval_is_the_published_one(row: list[float]) -> None:
    x1, n1, x2, n2 = (int(count) for count in row[:4])
    lower, upper, digit_of_lower, digit_of_upper = row[4:]
    found = ratio_interval(x1, n1, x2, n2)
    assert found[0] == pytest.approx(lower, abs=digit_of_lower)
    assert found[1] == pytest.approx(upper, abs=digit_of_upper)


@pytest.mark.parametrize(("n1", "n2", "confidence"), [(1, 1, 0.95), (3, 2, 0.95), (3, 3, 0.9)])
def test_the_exact_interval_holds_the_truth_as_often_as_it_promises(n1: int, n2: int, confidence: float) -> None:
    """Every outcome of two small groups, weighed by its chance, at every pair of probabilities of a grid."""
    p = np.linspace(0.02, 0.98, 49)
    ratio = p[:, None] / p[None, :]
    chance1 = stats.binom.pmf(np.arange(n1 + 1)[:, None], n1, p)
    chance2 = stats.binom.pmf(np.arange(n2 + 1)[:, None], n2, p)
    coverage = np.zeros_like(ratio)
    for x1, x2 in product(range(n1 + 1), range(n2 + 1)):
        lower, upper = ratio_interval(x1, n1, x2, n2, confidence=confidence)
        coverage += np.outer(chance1[x1], chance2[x2]) * ((lower <= ratio) & (ratio <= upper))
    assert coverage.min() >= confidence
    assert coverage.min() < 1


def test_the_score_rises_with_everybody_selected_which_the_search_relies_on() -> None:
    ratios = np.array([0.05, 0.5, 0.8, 1.0, 1.3, 4.0])[:, None, None]
    for n1, n2 in [(5, 5), (3, 11), (12, 4)]:
        x1, x2 = np.arange(n1 + 1)[:, None], np.arange(n2 + 1)[None, :]
        score = _score(x1, n1, x2, n2, ratios)
        assert np.all(np.diff(score, axis=1) >= -1e-9)
        assert np.all(np.diff(score, axis=2) <= 1e-9)


def test_beyond_the_limit_no_ratio_passes_the_test_though_the_p_value_jumps() -> None:
    """At 5 of 20 against 0 of 20 the p value crosses the line three times: the outermost crossing is the limit."""
    lower, _upper = ratio_interval(5, 20, 0, 20)
    beyond = _exact_p(lower * np.geomspace(0.5, 0.9999, 400), 5, 20, 0, 20)
    assert beyond.max() <= 0.025
    within = _exact_p(lower * np.geomspace(1.0001, 1.1, 100), 5, 20, 0, 20)
    assert within.min() < 0.025 < within.max()


def test_the_exact_p_value_is_the_one_found_by_writing_out_every_table() -> None:
    x1, n1, x2, n2, ratio = 5, 7, 2, 6, 1.2
    score = _score(np.arange(n1 + 1)[:, None], n1, np.arange(n2 + 1)[None, :], n2, np.array(ratio))
    counts = score >= score[x1, x2] - 1e-9
    p2 = np.linspace(0, 1 / ratio, 5001)
    every = [
        stats.binom.pmf(i, n1, ratio * p2) * stats.binom.pmf(j, n2, p2) for i, j in product(range(n1 + 1), range(n2 + 1)) if counts[i, j]
    ]
    assert _exact_p(np.array([ratio]), x1, n1, x2, n2)[0] == pytest.approx(np.sum(every, axis=0).max(), abs=1e-6)


def test_groups_of_five_hundred_are_compared_in_half_a_second() -> None:
    started = time.process_time()
    lower, upper = ratio_interval(250, 500, 300, 500)
    assert time.process_time() - started < 2, "0.4 s on a quiet machine"
    assert lower == pytest.approx(0.7405, abs=1e-3)
    assert upper == pytest.approx(0.9405, abs=5e-3)


_counts = st.integers(1, 12).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@settings(max_examples=5)
@given(_counts, _counts)
def test_the_interval_holds_the_ratio_seen_and_turns_round_with_the_reference(one: tuple[int, int], other: tuple[int, int]) -> None:
    lower, upper = ratio_interval(*one, *other)
    assert 0 <= lower < upper
    if one[0]:
        assert lower <= (one[0] / one[1]) / (other[0] / other[1]) * (1 + 1e-6) if other[0] else upper == math.inf
    back = ratio_interval(*other, *one)
    assert back[0] == pytest.approx(1 / upper if upper < math.inf else 0)
    assert back[1] == (pytest.approx(1 / lower) if lower else math.inf)


@pytest.mark.parametrize("counts", [(3, 2, 1, 2), (-1, 2, 1, 2), (0, 0, 1, 2), (1, 2, 1, 0)])
def test_what_is_no_count_has_no_interval(counts: tuple[int, int, int, int]) -> None:
    with pytest.raises(MeasurementError) as refused:
        ratio_interval(*counts)
    assert refused.value.code == "counts_out_of_range"


@settings(max_examples=4)
@given(st.lists(st.tuples(st.booleans(), st.sampled_from(["a", "b", None])), min_size=4, max_size=16), st.randoms(use_true_random=False))
def test_neither_the_order_of_candidates_nor_the_names_of_groups_matter(people: list[tuple[bool, str | None]], random: Any) -> None:
    people += [(True, "a"), (False, "b")]
    result = adverse_impact([s for s, _ in people], [g for _, g in people], reference="a")
    random.shuffle(people)
    assert adverse_impact([s for s, _ in people], [g for _, g in people], reference="a") == result
    names = {"a": "z", "b": "y", None: None}
    renamed = adverse_impact([s for s, _ in people], [names[g] for _, g in people], reference="z")
    assert renamed.comparisons[0].lower == result.comparisons[0].lower
    assert renamed.comparisons[0].fisher_p == result.comparisons[0].fisher_p
    assert renamed.verdict == result.verdict


# --- over strata --------------------------------------------------------------------------------------------------------------------


def test_berkeley_has_the_published_common_odds_ratio_and_departments_that_disagree() -> None:
    published = PUBLISHED["berkeley"]
    found = mantel_haenszel(published["tables"])
    assert found.odds_ratio == pytest.approx(published["odds_ratio"], abs=5e-8)
    assert (found.lower, found.upper) == pytest.approx((published["lower"], published["upper"]), abs=5e-8)
    assert (found.chi2, found.p) == pytest.approx((published["chi2"], published["p"]), abs=5e-5)
    assert found.homogeneity_p == pytest.approx(published["homogeneity_p"], abs=5e-8)
    assert found.strata == 6
    plain = mantel_haenszel(published["tables"], correction=False)
    assert plain.chi2 == pytest.approx(published["chi2_uncorrected"], abs=5e-5)
    assert plain.p == pytest.approx(published["p_uncorrected"], abs=5e-5)


def test_the_rabbits_have_the_published_odds_ratio_though_two_strata_say_nothing() -> None:
    published = PUBLISHED["rabbits"]
    found = mantel_haenszel(published["tables"])
    assert found.odds_ratio == pytest.approx(published["odds_ratio"])
    assert (found.lower, found.upper) == pytest.approx((published["lower"], published["upper"]), abs=5e-7)
    assert (found.chi2, found.p) == pytest.approx((published["chi2"], published["p"]), abs=5e-6)
    assert found.strata == 3


def test_one_stratum_has_the_plain_odds_ratio_and_nothing_to_disagree_with() -> None:
    found = mantel_haenszel([[[10, 20], [15, 12]]])
    assert found.odds_ratio == pytest.approx(10 * 12 / (20 * 15))
    assert found.homogeneity_p == 1


def test_strata_of_one_odds_ratio_agree() -> None:
    assert mantel_haenszel([[[10, 20], [20, 10]], [[2, 4], [4, 2]]]).homogeneity_p == pytest.approx(1, abs=1e-6)
    assert mantel_haenszel([[[10, 10], [20, 20]], [[4, 4], [2, 2]]]).homogeneity_p == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("table", "odds_ratio"), [([[5, 0], [2, 4]], math.inf), ([[0, 5], [4, 2]], 0)])
def test_an_odds_ratio_at_the_edge_has_an_interval_that_claims_nothing(table: list[list[int]], odds_ratio: float) -> None:
    found = mantel_haenszel([table])
    assert found.odds_ratio == odds_ratio
    assert (found.lower, found.upper, found.homogeneity_p) == (0, math.inf, 1)
    assert 0 < found.p < 1


def test_strata_in_which_nobody_can_be_compared_say_nothing() -> None:
    found = mantel_haenszel([[[3, 0], [4, 0]], [[1, 2], [0, 0]]])
    assert found.odds_ratio is None
    assert (found.p, found.strata) == (1, 0)


def test_the_interval_over_strata_holds_a_known_odds_ratio_as_often_as_it_promises() -> None:
    rng = np.random.default_rng(7)
    odds_ratio, hits, times = 0.5, 0, 400
    base = np.array([0.2, 0.4, 0.6, 0.75, 0.5])
    own = odds_ratio * base / (1 - base + odds_ratio * base)
    for _ in range(times):
        a, c = rng.binomial(14, own), rng.binomial(20, base)
        found = mantel_haenszel(np.stack([np.stack([a, 14 - a], 1), np.stack([c, 20 - c], 1)], 1))
        hits += found.lower <= odds_ratio <= found.upper
    assert 0.925 <= hits / times <= 0.98


@settings(max_examples=40)
@given(st.lists(st.tuples(*[st.integers(0, 9)] * 4), min_size=1, max_size=5))
def test_changing_places_turns_the_common_odds_ratio_round(cells: list[tuple[int, int, int, int]]) -> None:
    tables = np.array(cells).reshape(-1, 2, 2)
    found, back = mantel_haenszel(tables), mantel_haenszel(tables[:, ::-1])
    assert back.p == pytest.approx(found.p)
    if found.odds_ratio is not None and 0 < found.odds_ratio < math.inf:
        assert back.odds_ratio == pytest.approx(1 / found.odds_ratio)
        assert back.lower == pytest.approx(1 / found.upper)


@pytest.mark.parametrize("tables", [[[1, 2], [3, 4]], [[[1, 2, 3], [4, 5, 6]]], [[[-1, 2], [3, 4]]], [[[math.nan, 2], [3, 4]]]])
def test_what_is_no_stack_of_tables_is_refused(tables: list[Any]) -> None:
    with pytest.raises(MeasurementError) as refused:
        mantel_haenszel(tables)
    assert refused.value.code == "tables_wrong"
