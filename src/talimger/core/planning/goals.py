"""What a plan of a day is worth, goal by goal, counted from its sessions; and what no plan can be better than, by arithmetic."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from talimger.core.planning.day import DayPlan, DayProblem, Level, Session
from talimger.core.planning.solving import level
from talimger.core.planning.stays import stays_of


def values(problem: DayProblem, sessions: Sequence[Session], before: DayPlan | None) -> dict[str, int]:
    """Every goal's value."""
    at = problem.block_at
    blocks = problem.blocks
    ends: list[int] = []
    stay = 0
    for one in problem.candidates:
        own = [each for each in sessions if one.id in each.candidates]
        first = min(at[each.block] for each in own)
        lasts = (at[each.block] + problem.length(problem.exercise[each.exercise], extra=one.extra_time) for each in own)
        ends.append(blocks[max(lasts) - 1].end)
        stay += ends[-1] - blocks[first].start
    work = Counter({one.id: 0 for one in problem.assessors})
    minutes = 0
    for each in sessions:
        work.update(dict.fromkeys(each.assessors, each.length))
        places = blocks[at[each.block] : at[each.block] + each.length]
        minutes += len(each.assessors) * sum(block.end - block.start for block in places)
    found = {
        "end": max(ends),
        "person_minutes": stay + minutes,
        "load_spread": max(1, max(work.values()) - min(work.values())),
        "load_squares": sum(load**2 for load in work.values()),
    }
    return found if before is None else found | _changes(sessions, before)


def _changes(sessions: Sequence[Session], before: DayPlan) -> dict[str, int]:
    """What is no longer as it was, of people who are still there and have the same to do."""
    now = {key: each.block for each in sessions for key in ((candidate, each.exercise) for candidate in each.candidates)}
    was = {key: each.block for each in before.sessions for key in ((candidate, each.exercise) for candidate in each.candidates)}
    inside = {(key, *each.key) for each in sessions for key in (*each.candidates, *each.assessors)}
    return {
        "moves": sum(now[key] != block for key, block in was.items() if key in now),
        "changes": sum((key, *each.key) not in inside for each in before.sessions for key in (*each.candidates, *each.assessors)),
    }


def least(problem: DayProblem) -> dict[str, int]:
    """What no plan can be better than, as if nothing but one goal had to be kept."""
    return {"moves": 0, "end": least_end(problem), "person_minutes": least_minutes(problem), "changes": 0, "load_spread": 1}


def reached(found: Mapping[str, int], bounds: Mapping[str, int]) -> tuple[Level, ...]:
    """Levels of the goals that have a bound, in its order."""
    return tuple(level(name, found[name], min(bound, found[name])) for name, bound in bounds.items() if name in found)


def least_end(problem: DayProblem) -> int:
    """No day can end before the candidate who needs longest is through, in minutes since midnight."""
    return max(min(problem.blocks[last].end for _first, last in stays_of(problem, one)) for one in problem.candidates)


def least_minutes(problem: DayProblem) -> int:
    """Everybody's shortest stay, and the fewest sessions that hold everybody, as if nothing else had to be kept."""
    blocks = problem.blocks
    stay = sum(min(blocks[last].end - blocks[first].start for first, last in stays_of(problem, one)) for one in problem.candidates)
    work = 0
    for exercise in problem.exercises:
        takers = [one for one in problem.candidates if exercise.code in one.exercises]
        slow = sum(one.extra_time and exercise.extra_time for one in takers)
        most = max(1, *(problem.seats(exercise, room) for room in problem.rooms))
        sessions = -(-len(takers) // most) * exercise.blocks + -(-slow // most)
        work += sessions * exercise.raters * min(block.end - block.start for block in blocks)
    return stay + work
