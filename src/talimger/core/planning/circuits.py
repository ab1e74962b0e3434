"""Large days as circuits: about thirty candidates each, with rooms and assessors of their own while times are sought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, TypeVar

from talimger.core.planning.day import DayProblem

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
        replace(
            problem,
            candidates=candidates[place],
            rooms=rooms[place],
            assessors=assessors[place],
            conflicts=_among(problem, {one.id for one in candidates[place]}, {one.id for one in assessors[place]}),
        )
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


def _among(problem: DayProblem, candidates: set[str], assessors: set[str]) -> frozenset[tuple[str, str]]:
    return frozenset(pair for pair in problem.conflicts if pair[0] in assessors and pair[1] in candidates)
