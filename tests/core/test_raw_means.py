"""Raw means: what everybody computes by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from talimger.core.raw_means import RawMean, raw_mean


def test_the_mean_is_over_all_ratings_whoever_gave_them() -> None:
    assert raw_mean({"A": [4, 5], "B": [2]}) == RawMean(mean=pytest.approx(11 / 3), n=3, gap=2.5)


def test_where_nobody_has_evidence_there_is_no_mean() -> None:
    assert raw_mean({}) is None
    assert raw_mean({"A": [], "B": []}) is None


def test_a_rater_without_evidence_neither_helps_nor_hurts() -> None:
    assert raw_mean({"A": [4], "B": []}) == raw_mean({"A": [4]}) == RawMean(mean=4, n=1, gap=0)


@pytest.mark.parametrize(("levels", "wide"), [((3, 4), False), ((2, 4), True), ((1, 5), True), ((3, 3), False)])
def test_raters_two_levels_apart_are_worth_talking_about(levels: tuple[int, int], wide: bool) -> None:
    mean = raw_mean({"A": [levels[0]], "B": [levels[1]]})
    assert mean is not None
    assert mean.is_wide_gap is wide


_LEVELS = st.lists(st.integers(1, 5), max_size=8)


@given(st.dictionaries(st.sampled_from("ABCDE"), _LEVELS))
def test_a_mean_lies_among_its_ratings_and_the_order_of_raters_does_not_matter(ratings: dict[str, list[int]]) -> None:
    mean = raw_mean(ratings)
    given_levels = [level for levels in ratings.values() for level in levels]
    if not given_levels:
        assert mean is None
        return
    assert mean is not None
    assert min(given_levels) <= mean.mean <= max(given_levels)
    assert mean.n == len(given_levels)
    assert 0 <= mean.gap <= 4
    assert raw_mean(dict(reversed(ratings.items()))) == mean
