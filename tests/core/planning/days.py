"""Small days for tests."""

from __future__ import annotations

import functools
from dataclasses import replace
from typing import Any

from talimger.core.planning import Assessor, Block, Candidate, DayPlan, DayProblem, Exercise, Room, plan_day

CODES = ("group", "talk", "written")


def a_day(
    *,
    candidates: int = 8,
    assessors: int = 6,
    blocks: int = 7,
    talk_rooms: int = 2,
    seniors: int = 3,
    **changes: Any,
) -> DayProblem:
    """Eight candidates: a group exercise, a written one in a hall, a talk with a senior interviewer."""
    starts = range(540, 540 + 45 * blocks, 45)
    both = frozenset({"assessor", "senior_interviewer"})
    return replace(
        DayProblem(
            blocks=tuple(Block(f"B{place}", start, start + 40, lunch=place in (3, 4)) for place, start in enumerate(starts)),
            rooms=(
                *(Room(f"talk {place}", 3, frozenset({"talk"})) for place in range(talk_rooms)),
                Room("group room", 6, frozenset({"group"})),
                Room("hall", 8, frozenset({"written"})),
            ),
            exercises=(
                Exercise("group", group_min=3, group_max=6),
                Exercise("written", group_max=12, raters=1, extra_time=True),
                Exercise("talk", seniors=1),
            ),
            candidates=tuple(Candidate(f"c{place}", frozenset(CODES), extra_time=place == 2) for place in range(candidates)),
            assessors=tuple(Assessor(f"a{place}", both if place < seniors else frozenset({"assessor"})) for place in range(assessors)),
            conflicts=frozenset({("a0", "c0"), ("a3", "c1")}),
        ),
        **changes,
    )


@functools.cache
def a_plan(seed: int = 1) -> DayPlan:
    """The plan of the small day; looked for once."""
    return plan_day(a_day(), seed=seed)
