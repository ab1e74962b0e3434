"""After seats are filled: exchanges that even out loads of several weights, and exchanges that join a network in pieces."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING

from talimger.core.planning.assignment import new_pairs, present_pairs
from talimger.core.planning.linkage import linkage

if TYPE_CHECKING:
    from talimger.core.planning.assignment_solve import Flow

Seat = tuple[str, str]


def even_out(flow: Flow, kept: Collection[Seat]) -> None:
    """Give a seat, or change a heavier one for a lighter one, from whoever is loaded more to whoever is loaded less, while it helps."""
    if len({task.weight for task in flow.problem.tasks if task.seats}) < 2:
        # Seats of one weight are even already.
        return
    while _even_one(flow, kept):
        pass


def _even_one(flow: Flow, kept: Collection[Seat]) -> bool:
    problem = flow.problem
    seats: dict[str, list[Seat]] = defaultdict(list)
    for seat in flow.pairs():
        if seat not in kept:
            seats[seat[1]].append(seat)

    def relative(rater: str) -> float:
        return flow.loads[rater] / problem.rater[rater].share

    names = sorted(problem.rater, key=lambda rater: (relative(rater), rater))
    for more in reversed(names):
        for less in names:
            if relative(less) >= relative(more):
                break
            for seat, back, weight in _exchanges(flow, seats[more], seats[less]):
                if _gain(flow, more, less, weight) > 0 and flow.has_room(less, weight):
                    if back is None:
                        flow.move(seat, less)
                    else:
                        flow.swap(seat, back)
                    return True
    return False


def _gain(flow: Flow, more: str, less: str, weight: int) -> float:
    """By how much the sum of squared loads falls when so many sheets go over."""
    one, other = flow.problem.rater[more], flow.problem.rater[less]
    return (2 * flow.loads[more] - weight) * weight / one.share - (2 * flow.loads[less] + weight) * weight / other.share


def _exchanges(flow: Flow, heavy: list[Seat], light: list[Seat]) -> Iterator[tuple[Seat, Seat | None, int]]:
    """One exchange of each weight between two people is enough to look at."""
    tasks = flow.problem.task
    if not heavy:
        return
    less = light[0][1] if light else None
    del less
    by_weight: dict[int, list[Seat]] = defaultdict(list)
    for seat in light:
        by_weight[tasks[seat[0]].weight].append(seat)
    del by_weight
    yield from ()
