"""A planned day keeps every rule, is as good as it says, and links the ratings."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from talimger.core.planning import (
    Assessor,
    Candidate,
    DayProblem,
    Exercise,
    PlanningError,
    Room,
    Rules,
    Session,
    Step,
    compare_days,
    fingerprint,
    linkage,
    plan_day,
    verify_day,
)
from talimger.core.planning.circuits import circuits
from talimger.core.planning.day_linking import Network, link
from talimger.core.planning.day_solve import Search, _Found
from talimger.core.planning.goals import values
from tests.core.planning.days import CODES, a_day, a_plan


def test_a_plan_keeps_every_rule() -> None:
    assert verify_day(a_day(), a_plan()) == ()


def test_every_level_says_what_the_sessions_are_worth_and_how_good_any_plan_could_be() -> None:
    plan = a_plan()
    counted = values(a_day(), plan.sessions, None)
    assert {level.name: level.value for level in plan.levels} == {key: counted[key] for key in ("end", "person_minutes", "load_spread")}
    assert all(level.proved and level.bound <= level.value for level in plan.levels)
    assert plan.gap <= 0.01


def test_a_seed_gives_the_same_plan_again_whatever_the_order_of_the_input() -> None:
    day = a_day()
    turned = replace(day, candidates=day.candidates[::-1], assessors=day.assessors[::-1], rooms=day.rooms[::-1])
    assert plan_day(turned).sessions == a_plan().sessions
    assert fingerprint(turned) == fingerprint(day) == a_plan().fingerprint
    assert fingerprint(replace(day, conflicts=frozenset())) != fingerprint(day)


def test_who_waits_is_told_of_every_better_plan() -> None:
    steps: list[Step] = []
    plan_day(a_day(candidates=4), progress=steps.append)
    assert {step.level for step in steps} >= {"end", "person_minutes", "load_spread"}
    assert all(step.bound <= step.value for step in steps)


def test_planning_is_loaded_without_numbers_libraries() -> None:
    code = "import talimger.core.planning, sys; sys.exit(any(m in sys.modules for m in ('ortools', 'numpy', 'pandas', 'django')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_plan_that_was_published_does_not_change_for_nothing() -> None:
    again = plan_day(a_day(), previous=a_plan())
    assert compare_days(a_plan(), again).size == 0
    assert {level.name: level.value for level in again.levels}["moves"] == 0


def test_one_more_candidate_moves_few_others() -> None:
    day = a_day()
    more = replace(day, candidates=(*day.candidates, Candidate("c9", frozenset(CODES))))
    plan = plan_day(more, previous=a_plan())
    assert verify_day(more, plan) == ()
    assert len(compare_days(a_plan(), plan).moved) <= 6


def test_fixed_panels_split_the_network_and_a_plan_does_not() -> None:
    day = a_day()
    panels = [("a0", "a1"), ("a2", "a3")]
    fixed = [(candidate.id, rater) for place, candidate in enumerate(day.candidates) for rater in panels[place % 2]]
    assert len(linkage(fixed).parts) == 2
    assert linkage(a_plan().pairs).is_connected
    assert Network(fixed).variance() > 100 * Network(a_plan().pairs).variance()


def test_swaps_link_what_fixed_panels_left_apart_and_keep_the_rules() -> None:
    """Two tracks of people who never meet the other: the same loads, rooms and times, one network."""
    day = replace(
        a_day(candidates=4, assessors=4, blocks=6, seniors=4, conflicts=frozenset()),
        exercises=(Exercise("talk", seniors=1), Exercise("written", group_max=2, raters=1)),
        candidates=tuple(Candidate(f"c{place}", frozenset({"talk", "written"})) for place in range(4)),
        rooms=tuple(Room(f"r{place}", 2) for place in range(2)),
    )
    plan = plan_day(day)
    sessions = list(plan.sessions)
    linked = link(day, sessions, seed=3)
    assert verify_day(day, replace(plan, sessions=linked)) == ()
    assert Network(replace(plan, sessions=linked).pairs).variance() <= Network(plan.pairs).variance() * (1 + 1e-9)


def test_the_variance_of_a_difference_is_that_of_the_textbook() -> None:
    """Everybody rated once by each of two assessors: severities cancel, two ratings a candidate leave 2 x 1/2."""
    assert Network(product("abcd", "xy")).variance() == pytest.approx(1.0, rel=1e-3)
    assert Network([("a", "x")]).variance() == 0


def test_an_exercise_of_two_blocks_and_people_who_are_there_for_a_part_of_the_day() -> None:
    day = a_day(blocks=8, candidates=4, assessors=5)
    long = replace(
        day,
        exercises=tuple(replace(each, blocks=2, group_max=2) if each.code == "written" else each for each in day.exercises),
        candidates=tuple(
            replace(each, blocks=frozenset({"B0", "B1", "B2", "B3", "B4", "B5"})) if each.id == "c1" else each for each in day.candidates
        ),
        assessors=(
            *day.assessors[:-1],
            Assessor("a4", frozenset({"assessor"}), blocks=frozenset({"B0"}), exercises=frozenset({"group"})),
        ),
    )
    plan = plan_day(long)
    assert verify_day(long, plan) == ()
    assert {session.length for session in plan.sessions if session.exercise == "written"} == {2, 3}
    levels = {level.name: level for level in plan.levels}
    # Somebody who is there for one block cannot have as much work as the others; those are evened out all the same.
    assert levels["load_spread"].value > 1
    assert levels["load_squares"].proved


def test_a_day_with_gaps_and_no_lunch_counts_a_gap_as_a_pause() -> None:
    day = a_day(candidates=3, assessors=5, blocks=4)
    gaps = tuple(
        replace(block, start=block.start + 60 * place, end=block.end + 60 * place, lunch=False) for place, block in enumerate(day.blocks)
    )
    apart = replace(day, blocks=gaps, rules=Rules(candidate_row=1, assessor_row=1))
    assert verify_day(apart, plan_day(apart)) == ()


def test_many_exercises_are_planned_as_well() -> None:
    codes = [f"e{place}" for place in range(7)]
    day = replace(
        a_day(candidates=2, assessors=4, blocks=10, conflicts=frozenset()),
        rooms=(Room("hall", 6), Room("other", 6)),
        exercises=tuple(Exercise(code, group_max=6, raters=1) for code in codes),
        candidates=tuple(Candidate(f"c{place}", frozenset(codes)) for place in range(2)),
    )
    assert verify_day(day, plan_day(day, time_limit=5)) == ()


def test_no_time_says_so_and_claims_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talimger.core.planning.solving.Solving._solve", lambda *_given, **_named: (None, "UNKNOWN"))
    with pytest.raises(PlanningError) as caught:
        plan_day(a_day())
    assert (caught.value.code, caught.value.reasons) == ("no_plan_in_time", ())


def test_a_timetable_for_which_there_are_no_people_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Search, "_panels", lambda *_given: _Found(None))
    with pytest.raises(PlanningError, match="no_plan_in_time"):
        plan_day(a_day(candidates=4))


def test_loads_that_cannot_be_even_are_as_even_as_can_be() -> None:
    """Who can rate the group exercise alone, held once, has one block; the others share the rest."""
    day = a_day(candidates=6, assessors=6)
    only = replace(day, assessors=tuple(replace(one, exercises=frozenset({"group"}) if one.id == "a5" else None) for one in day.assessors))
    plan = plan_day(only, time_limit=4)
    assert verify_day(only, plan) == ()
    assert {level.name: level.value for level in plan.levels}["load_spread"] >= 2


def test_swapping_stops_when_it_has_looked_at_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talimger.core.planning.day_linking._MOST_TRIES", 1)
    assert verify_day(a_day(), replace(a_plan(), sessions=link(a_day(), a_plan().sessions, seed=9))) == ()


def test_a_swap_that_would_leave_an_exercise_to_one_person_is_not_made() -> None:
    """``z`` is in one written session, ``y`` in the other and ``z`` beside it: changing those two would leave both to ``z``."""
    day = replace(
        a_day(blocks=2, conflicts=frozenset()),
        exercises=(Exercise("talk", raters=1), Exercise("written", raters=1)),
        rooms=(Room("r0", 1), Room("r1", 1)),
        candidates=tuple(Candidate(f"c{place}", frozenset({"talk", "written"})) for place in range(2)),
        assessors=(Assessor("y"), Assessor("z")),
    )
    sessions = (
        Session("written", "B0", "r0", ("c0",), ("z",)),
        Session("talk", "B0", "r1", ("c1",), ("y",)),
        Session("written", "B1", "r0", ("c1",), ("y",)),
        Session("talk", "B1", "r1", ("c0",), ("z",)),
    )
    linked = link(day, sessions, seed=1)
    assert {each.assessors for each in linked if each.exercise == "written"} == {("y",), ("z",)}


def _large(count: int) -> DayProblem:
    """Two exercises, so that a large day is quickly planned."""
    day = a_day(conflicts=frozenset({("a0", "c1")}))
    return replace(
        day,
        rooms=tuple(Room(f"r{place}", 6) for place in range(4)),
        exercises=(Exercise("group", 3, 6), Exercise("written", group_max=6, raters=1)),
        candidates=tuple(Candidate(f"c{place}", frozenset({"group", "written"})) for place in range(count)),
        assessors=tuple(Assessor(f"a{place}") for place in range(8)),
    )


@pytest.mark.thorough
def test_a_large_day_is_planned_in_circuits_and_linked_across_them() -> None:
    day = _large(42)
    parts = circuits(day)
    assert [(len(part.candidates), len(part.rooms), len(part.assessors)) for part in parts] == [(21, 2, 4), (21, 2, 4)]
    plan = plan_day(day, time_limit=5)
    assert verify_day(day, plan) == ()
    assert linkage(plan.pairs).is_connected


@pytest.mark.thorough
def test_a_large_day_of_which_a_circuit_fails_is_planned_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    timetable = Search._timetable

    def fail(search: Search, share: float) -> Any:
        return (None, True) if len(search.problem.candidates) < 42 else timetable(search, share)

    monkeypatch.setattr(Search, "_timetable", fail)
    day = _large(42)
    assert verify_day(day, plan_day(day, time_limit=4)) == ()


@pytest.mark.thorough
def test_a_large_day_whose_circuits_fail_is_planned_as_one() -> None:
    """One room holds the group exercise: the other circuit has none."""
    day = _large(42)
    rooms = (Room("r0", 14, frozenset({"group"})), *(Room(f"r{place}", 14, frozenset({"written"})) for place in (1, 2, 3)))
    exercises = (Exercise("group", 3, 14), Exercise("written", group_max=14, raters=1))
    alone = replace(day, rooms=rooms, exercises=exercises)
    plan = plan_day(alone, time_limit=4)
    assert verify_day(alone, plan) == ()
