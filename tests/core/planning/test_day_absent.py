"""When an assessor does not come, what is over stays, and few people have to be told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from talimger.core.planning import PlanningError, compare_days, if_absent, plan_day, verify_day
from tests.core.planning.days import a_day, a_plan


@pytest.mark.parametrize("absent", ["a0", "a1", "a4"])
@pytest.mark.parametrize("now", ["B0", "B2", "B3"])
def test_the_past_stays_and_the_absent_are_gone(absent: str, now: str) -> None:
    day, plan = a_day(), a_plan()
    after = if_absent(day, plan, absent, now_block=now)
    at = day.block_at
    assert verify_day(after.problem, after.plan) == ()
    past = [each for each in plan.sessions if at[each.block] < at[now]]
    assert [each for each in after.plan.sessions if at[each.block] < at[now]] == past
    assert all(absent not in each.assessors for each in after.plan.sessions if at[each.block] >= at[now])
    assert after.diff == compare_days(plan, after.plan)


def test_somebody_who_has_nothing_left_to_do_is_not_missed() -> None:
    plan = a_plan()
    last = max(a_day().block_at[each.block] + each.length for each in plan.sessions if "a1" in each.assessors)
    after = if_absent(a_day(), plan, "a1", now_block=f"B{last}")
    assert after.diff.size == 0


def test_fewer_people_change_than_there_were_seats_to_fill_twice_over() -> None:
    plan = a_plan()
    seats = sum("a4" in each.assessors for each in plan.sessions if a_day().block_at[each.block] >= 3)
    after = if_absent(a_day(), plan, "a4", now_block="B3")
    assert len(after.diff.removed) == len(after.diff.added) == seats
    assert after.diff.moved == ()


def test_candidates_move_where_there_is_no_other_way() -> None:
    """Two of three senior interviewers are gone after the first block: talks cannot be held side by side any more."""
    day = a_day(candidates=5)
    plan = plan_day(day)
    together = [each.block for each in plan.sessions if each.exercise == "talk" and each.block != "B0"]
    assert len(set(together)) < len(together)
    first = if_absent(day, plan, "a0", now_block="B1")
    second = if_absent(first.problem, first.plan, "a1", now_block="B1")
    assert verify_day(second.problem, second.plan) == ()
    assert second.diff.moved
    assert [each for each in second.plan.sessions if each.block == "B0"] == [each for each in plan.sessions if each.block == "B0"]


def test_without_anybody_to_step_in_there_is_no_plan_and_the_rules_are_named() -> None:
    day = a_day()
    only_a4 = tuple(replace(one, exercises=None if one.id == "a4" else frozenset({"talk"})) for one in day.assessors)
    with pytest.raises(PlanningError) as caught:
        if_absent(replace(day, assessors=only_a4), a_plan(), "a4", now_block="B0")
    assert caught.value.code == "infeasible"
    with pytest.raises(PlanningError, match="invalid"):
        if_absent(replace(day, rooms=(*day.rooms, day.rooms[0])), a_plan(), "a4", now_block="B0")
