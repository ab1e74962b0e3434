"""Large days as circuits: about thirty candidates each, with rooms and assessors of their own while times are sought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from talimger.core.planning.day import DayProblem, Level
from talimger.core.planning.day_timetable import Timetable
from talimger.core.planning.solving import level
from talimger.core.planning.stays import stays_of

CIRCUIT = 30
# Up to here the whole day at once is as quick, and better.
_MOST_AT_ONCE = 40
Thing = TypeVar("Thing")


def circuits(problem: DayProblem) -> tuple[DayProblem, ...]:
    """The problem itself, or its circuits: whatever is alike is dealt evenly to them."""
    count = max(2, round(len(problem.candidates) / CIRCUIT)) if len(problem.candidates) > _MOST_AT_ONCE else 1
    if count == 1:
        return (problem,)
    candidates = _dealt(problem.candidates, count, lambda one: (one.exercises, one.blocks, one.extra_time))
    rooms = _dealt(problem.rooms, count, lambda one: (one.capacity, one.exercises))
    assessors = _dealt(problem.assessors, count, lambda one: (one.roles, one.blocks, one.exercises))
    return tuple(
        replace(problem, candidates=candidates[place], rooms=rooms[place], assessors=assessors[place], conflicts=frozenset())
        for place in range(count)
    )


def _dealt(things: Iterable[Thing], count: int, kind: Callable[[Thing], Any]) -> list[tuple[Thing, ...]]:
    """Hands of about equal size; what is left of one kind goes where there is the least so far."""
    alike: dict[Any, list[Thing]] = defaultdict(list)
    for thing in things:
        alike[kind(thing)].append(thing)
    hands: list[list[Thing]] = [[] for _hand in range(count)]
    for group in alike.values():
        order = sorted(range(count), key=lambda hand: (len(hands[hand]), hand))
        for place, thing in enumerate(group):
            hands[order[place % count]].append(thing)
    return [tuple(hand) for hand in hands]


def joined(problem: DayProblem, timetables: Sequence[Timetable]) -> Timetable:
    """One timetable of those of all circuits. Its bounds hold for the whole day, however it could have been dealt."""
    values: dict[str, list[int]] = defaultdict(list)
    for timetable in timetables:
        for each in timetable.levels:
            values[each.name].append(each.value)
    totals = {"moves": (sum, 0), "end": (max, least_end(problem)), "person_minutes": (sum, least_minutes(problem))}
    levels: list[Level] = [level(name, total(found), bound) for name, (total, bound) in totals.items() if (found := values.get(name))]
    return Timetable(
        {key: at for timetable in timetables for key, at in timetable.start.items()},
        tuple(slot for timetable in timetables for slot in timetable.slots),
        tuple(levels),
    )


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
        most = max((problem.seats(exercise, room) for room in problem.rooms), default=0) or 1
        sessions = -(-len(takers) // most) * exercise.blocks + -(-slow // most)
        work += sessions * exercise.raters * min(block.end - block.start for block in blocks)
    return stay + work
