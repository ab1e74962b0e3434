"""The network of ratings: its parts, and who holds it together."""

from __future__ import annotations

from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from talimger.core.planning import linkage

PAIRS = st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("uvwxyz")), max_size=24)


def _parts(pairs: list[tuple[str, str]]) -> int:
    """Counted by putting sets together."""
    groups: list[set[tuple[str, str]]] = []
    for candidate, assessor in pairs:
        pair = {("c", candidate), ("a", assessor)}
        touched = [group for group in groups if group & pair]
        groups = [group for group in groups if group not in touched] + [pair.union(*touched)]
    return len(groups)


def test_nothing_is_in_no_pieces() -> None:
    assert linkage([]).parts == ()
    assert linkage([]).is_connected


def test_fixed_panels_fall_apart_and_one_shared_candidate_joins_them() -> None:
    apart = [*product("abc", "xy"), *product("de", "uv")]
    found = linkage(apart)
    assert [(part.candidates, part.assessors) for part in found.parts] == [(("a", "b", "c"), ("x", "y")), (("d", "e"), ("u", "v"))]
    assert found.needed == ()
    joined = linkage([*apart, ("a", "u")])
    assert joined.is_connected
    # Without the one rating that joins them, or without who gave it, there are two parts again.
    assert joined.weakest == (("a", "u"),)
    assert joined.needed == ("u",)


def test_who_alone_links_two_groups_is_needed() -> None:
    assert linkage([*product("abc", "xm"), *product("de", "um")]).needed == ("m",)


def test_a_candidate_with_one_rating_is_no_weak_link() -> None:
    found = linkage([*product("abc", "xy"), ("d", "x")])
    assert found.is_connected
    assert (found.needed, found.weakest) == ((), ())


@settings(max_examples=300, deadline=None)
@given(pairs=PAIRS)
def test_parts_and_weak_links_are_those_that_taking_away_shows(pairs: list[tuple[str, str]]) -> None:
    found = linkage(pairs)
    assert len(found.parts) == _parts(pairs)
    rated = {candidate: {rater for one, rater in pairs if one == candidate} for candidate, _rater in pairs}
    several = [pair for pair in pairs if len(rated[pair[0]]) > 1]
    needed = set()
    for gone in {rater for _candidate, rater in several}:
        left = [pair for pair in several if pair[1] != gone]
        if _parts(left) > _parts(several) - all(rated[one] == {gone} for one, rater in several if rater == gone):
            needed.add(gone)
    lonely = {rater for candidate, rater in pairs if len(rated[candidate]) == 1}
    assert set(found.needed) - lonely == needed - lonely
    weakest = {
        pair
        for pair in set(several)
        if _parts([other for other in pairs if other != pair]) > len(found.parts)
        and any(candidate != pair[0] and rater == pair[1] for candidate, rater in pairs)
    }
    assert set(found.weakest) == weakest
