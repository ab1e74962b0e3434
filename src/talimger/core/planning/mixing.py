"""After seats are filled: exchanges that even out loads of several weights, and exchanges that join a network in pieces."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator
from itertools import islice, product
from typing import TYPE_CHECKING

from talimger.core.planning.assignment import new_pairs, present_pairs
from talimger.core.planning.linkage import linkage

if TYPE_CHECKING:
    from talimger.core.planning.assignment_solve import Flow

Seat = tuple[str, str]
# Exchanges that are tried to join two parts, before they are left apart.
_MOST_TRIES = 200
# Pairs of seats that are looked at for that.
_MOST_LOOKED_AT = 1_000_000


def even_out(flow: Flow, kept: Collection[Seat]) -> None:
    """Give a seat, or change a heavier one for a lighter one, from whoever is loaded more to whoever is loaded less, while it helps."""
    # Seats of one weight are even already.
    if len({task.weight for task in flow.problem.tasks if task.seats}) > 1:
        while _even_one(flow, kept):
            pass


def _even_one(flow: Flow, kept: Collection[Seat]) -> bool:
    seats: dict[str, dict[int, list[str]]] = defaultdict(lambda: defaultdict(list))
    for name, rater in flow.pairs():
        if (name, rater) not in kept:
            seats[rater][flow.problem.task[name].weight].append(name)

    def relative(rater: str) -> tuple[float, str]:
        return flow.loads[rater] / flow.problem.rater[rater].share, rater

    names = sorted(flow.problem.rater, key=relative)
    for more in reversed(names):
        for less in names:
            for weight, mine in seats[more].items():
                for lighter, theirs in ((0, [""]), *seats[less].items()):
                    step = weight - lighter
                    if step <= 0 or _gain(flow, more, less, step) <= 0 or not flow.has_room(less, step):
                        continue
                    for found in _allowed(flow, (more, mine), (less, theirs)):
                        _exchange(flow, more, less, *found)
                        return True
    return False


def _gain(flow: Flow, more: str, less: str, step: int) -> float:
    """By how much the sum of squared loads falls when so many sheets go over."""
    one, other = flow.problem.rater[more], flow.problem.rater[less]
    return (2 * flow.loads[more] - step) * step / one.share - (2 * flow.loads[less] + step) * step / other.share


def _allowed(flow: Flow, more: tuple[str, list[str]], less: tuple[str, list[str]]) -> Iterator[tuple[str, str]]:
    """Tasks that could change hands; an empty name is no task at all."""
    for mine in more[1]:
        if flow.may_take(mine, less[0]):
            for theirs in less[1]:
                if not theirs or flow.may_take(theirs, more[0]):
                    yield mine, theirs


def _exchange(flow: Flow, more: str, less: str, mine: str, theirs: str) -> None:
    if theirs:
        flow.swap((mine, more), (theirs, less))
    else:
        flow.move((mine, more), less)


def link_up(flow: Flow, kept: Collection[Seat]) -> None:
    """Let people of different parts of the network change seats of one weight, until there is one part or nothing helps."""
    present = present_pairs(flow.problem)
    while _join_two(flow, kept, present):
        pass


def _join_two(flow: Flow, kept: Collection[Seat], present: list[Seat]) -> bool:
    problem = flow.problem
    pairs = flow.pairs()
    every = [*present, *new_pairs(problem, pairs)]
    found = linkage(every)
    if found.is_connected:
        return False
    part_of = {rater: number for number, part in enumerate(found.parts) for rater in part.assessors}
    ratings = Counter(candidate for candidate, _rater in every)
    # Who has two raters keeps a link to the part that one of them leaves.
    seats = sorted((seat for seat in pairs if seat not in kept), key=lambda seat: ratings[problem.task[seat[0]].candidate] < 2)
    for first, second in islice(_across(flow, seats, part_of), _MOST_TRIES):
        flow.swap(first, second)
        if len(linkage([*present, *new_pairs(problem, flow.pairs())]).parts) < len(found.parts):
            return True
        flow.swap((first[0], second[1]), (second[0], first[1]))
    return False


def _across(flow: Flow, seats: list[Seat], part_of: dict[str, int]) -> Iterator[tuple[Seat, Seat]]:
    """Pairs of seats in different parts that could change hands; from the smallest part outwards."""
    tasks = flow.problem.task
    outside = sorted((seat for seat in seats if part_of[seat[1]]), key=lambda seat: -part_of[seat[1]])
    for first, second in islice(product(outside, seats), _MOST_LOOKED_AT):
        if (
            part_of[second[1]] < part_of[first[1]]
            and tasks[first[0]].weight == tasks[second[0]].weight
            and flow.may_take(first[0], second[1])
            and flow.may_take(second[0], first[1])
        ):
            yield first, second
