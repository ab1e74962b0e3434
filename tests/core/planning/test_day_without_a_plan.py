"""When there is no plan, the reasons are true, and none of them is superfluous."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from talimger.core.planning import Assessor, Block, Candidate, DayProblem, Exercise, PlanningError, Room, Rules, faults, plan_day, shortages
from talimger.core.planning.relaxing import RULES, conflicting_rules
from tests.core.planning.days import CODES, a_day

LATE = Candidate("late", frozenset(CODES), frozenset({"B5", "B6"}))


def _codes(day: DayProblem) -> set[str]:
    return {reason.code for reason in shortages(day)}


def _exercise(code: str, **changes: Any) -> DayProblem:
    day = a_day()
    return replace(day, exercises=tuple(replace(each, **changes) if each.code == code else each for each in day.exercises))


def test_a_day_that_can_be_planned_has_no_shortage() -> None:
    assert shortages(a_day()) == ()


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("no_room", _exercise("group", group_min=7, group_max=9)),
        ("no_room", replace(a_day(), rooms=(Room("hall", 8, frozenset({"written"})),))),
        ("group_sizes", _exercise("group", group_min=5, group_max=6)),
        ("raters", _exercise("written", raters=7)),
        ("seniors", a_day(seniors=0)),
        ("room_blocks", a_day(talk_rooms=1)),
        ("rater_blocks", a_day(assessors=3, conflicts=frozenset())),
        ("senior_blocks", a_day(seniors=1)),
        (
            "candidate_blocks",
            replace(a_day(), candidates=(*a_day().candidates, LATE)),
        ),
        ("conflicts", replace(a_day(), conflicts=frozenset({(f"a{place}", "c0") for place in range(5)}))),
        ("meetings", replace(a_day(), rules=Rules(meetings=1), conflicts=frozenset({("a4", "c0"), ("a5", "c0"), ("a3", "c0")}))),
    ],
)
def test_arithmetic_says_what_is_short(code: str, day: DayProblem) -> None:
    assert code in _codes(day)
    with pytest.raises(PlanningError) as caught:
        plan_day(day)
    assert caught.value.code == "infeasible"
    assert code in str(caught.value)


def test_an_exercise_that_nobody_needs_asks_for_nothing() -> None:
    day = a_day()
    assert shortages(replace(day, exercises=(*day.exercises, Exercise("spare", group_min=90, group_max=90)))) == ()


@pytest.mark.parametrize(
    ("code", "day"),
    [
        ("empty", replace(a_day(), rooms=())),
        ("twice", replace(a_day(), rooms=(*a_day().rooms, a_day().rooms[0]))),
        ("unknown", replace(a_day(), conflicts=frozenset({("nobody", "c0")}))),
        ("unknown", replace(a_day(), assessors=(Assessor("a0", frozenset({"driver"})),), conflicts=frozenset())),
        ("block_times", replace(a_day(), blocks=(*a_day().blocks, Block("late", 541, 600)))),
        ("exercise_numbers", _exercise("group", group_min=9)),
        ("rules_numbers", replace(a_day(), rules=Rules(meetings=0))),
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(code: str, day: DayProblem) -> None:
    assert code in {reason.code for reason in faults(day)}
    with pytest.raises(PlanningError) as caught:
        plan_day(day)
    assert caught.value.code == "invalid"


def _impossible() -> DayProblem:
    """Two candidates do everything in the same four blocks; the only two assessors must rate both, without a break."""
    day = a_day(candidates=2, assessors=2, blocks=4, seniors=2, conflicts=frozenset())
    return replace(
        day,
        blocks=tuple(replace(block, lunch=False) for block in day.blocks),
        rooms=(Room("one", 2), Room("two", 2)),
        exercises=tuple(Exercise(code) for code in ("e1", "e2")),
        candidates=tuple(Candidate(f"c{place}", frozenset({"e1", "e2"}), frozenset({"B0", "B1", "B2"})) for place in range(2)),
    )


def test_rules_that_leave_no_plan_together_are_irreducible() -> None:
    day = _impossible()
    assert shortages(day) == ()
    with pytest.raises(PlanningError) as caught:
        plan_day(day)
    assert caught.value.code == "infeasible"
    rules = [reason.fields["rule"] for reason in caught.value.reasons]
    assert rules == ["candidate_presence"]
    for name in rules:
        plan_day(RULES[name](day))


def test_the_filter_keeps_just_the_rules_that_matter() -> None:
    """Told by a made-up judge: impossible while a conflict of interest and the meetings are both kept."""
    day = a_day()

    def is_impossible(problem: DayProblem) -> bool:
        return bool(problem.conflicts) and problem.rules.meetings == day.rules.meetings

    assert [reason.fields["rule"] for reason in conflicting_rules(day, is_impossible)] == ["meetings", "conflicts"]
    assert [reason.code for reason in conflicting_rules(day, lambda _problem: True)] == ["too_little"]
