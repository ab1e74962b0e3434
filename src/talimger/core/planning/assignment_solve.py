"""Assigning raters to sheets: successive shortest paths in a flow network that is folded to the raters (a few dozen nodes).

A unit of flow is a seat. Seats of equal weight are filled together, the heaviest first; a path moves seats that are taken from rater
to rater until somebody with the least load takes one more. For tasks of one weight this fills as many seats as can be filled, changes
as few earlier ones as possible, and evens out loads as far as can be (Ahuja, Magnanti & Orlin 1993, chapter 9; Harvey et al. 2006).
Tasks of several weights are evened out by exchanges afterwards.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from talimger.core.planning.assignment import (
    Assignment,
    AssignmentDiff,
    AssignmentProblem,
    Task,
    new_pairs,
    present_loads,
    present_pairs,
)
from talimger.core.planning.day import fingerprint
from talimger.core.planning.errors import PlanningError, Reason
from talimger.core.planning.linkage import linkage
from talimger.core.planning.mixing import even_out, link_up

# What one step of a path costs: changes of earlier seats count before loads.
Cost = tuple[int, float]


def assign_raters(problem: AssignmentProblem, *, previous: Assignment | None = None, seed: int = 1) -> Assignment:
    """Fill as many seats as can be filled; then change as little of ``previous`` as possible; then even out loads (in sheets, each
    measured by the person's share); then mix people so that ratings link all candidates. Raises ``PlanningError`` for a bad problem.
    """
    problem = _checked(problem)
    kept = (
        [pair for pair in previous.pairs if pair[0] in problem.task and problem.can_rate(pair[1], problem.task[pair[0]])]
        if previous
        else []
    )
    flow = Flow(problem, kept, seed)
    flow.fill()
    return flow.assignment()


def replace_assessor(problem: AssignmentProblem, current: Assignment, absent: str, *, seed: int = 1) -> AssignmentDiff:
    """Give the open seats of somebody who is absent to others. Nobody else's seats move; what cannot be given stays empty."""
    problem = _checked(problem)
    staying = [pair for pair in current.pairs if pair[1] != absent]
    left = replace(
        problem,
        raters=tuple(rater for rater in problem.raters if rater.id != absent),
        tasks=tuple(replace(task, eligible=task.eligible - {absent}) for task in problem.tasks),
    )
    flow = Flow(left, staying, seed, is_fixed=True)
    flow.fill(only={name for name, rater in current.pairs if rater == absent})
    after = flow.assignment()
    was, is_now = set(current.pairs), set(after.pairs)
    return AssignmentDiff(tuple(sorted(was - is_now)), tuple(sorted(is_now - was)), after)


def _checked(problem: AssignmentProblem) -> AssignmentProblem:
    reasons = [
        Reason("twice", {"kind": kind, "id": name})
        for kind, names in (("tasks", [task.id for task in problem.tasks]), ("raters", [rater.id for rater in problem.raters]))
        for name, times in Counter(names).items()
        if times > 1
    ]
    reasons += [Reason("numbers", {"kind": "tasks", "id": task.id}) for task in problem.tasks if task.seats < 0 or task.weight < 1]
    reasons += [Reason("numbers", {"kind": "raters", "id": rater.id}) for rater in problem.raters if rater.share < 1 or rater.load < 0]
    if reasons:
        raise PlanningError("invalid", tuple(reasons))
    return replace(
        problem,
        tasks=tuple(sorted(problem.tasks, key=lambda task: task.id)),
        raters=tuple(sorted(problem.raters, key=lambda rater: rater.id)),
    )


class Flow:
    """Seats that are taken, and how they can move."""

    def __init__(self, problem: AssignmentProblem, kept: Sequence[tuple[str, str]], seed: int, *, is_fixed: bool = False) -> None:
        self.problem = problem
        self._seed, self._is_fixed = seed, is_fixed
        self._rng = random.Random(seed)  # noqa: S311  # repeatable on purpose
        self.loads = present_loads(problem)
        self._kept = set(kept)
        # How many earlier seats are not as they were.
        self._displaced = len(self._kept)
        self._able = {task.id: frozenset(key for key in task.eligible if problem.can_rate(key, task)) for task in problem.tasks}
        # Who has a seat of a task, and how often two people or a person and a candidate meet.
        self.taken: dict[str, set[str]] = {task.id: set() for task in problem.tasks}
        self._together: Counter[tuple[str, str]] = Counter()
        self._met: Counter[tuple[str, str]] = Counter()
        # By who has a seat and who could have it instead: tasks by what the move changes of earlier seats, of the weight at hand.
        self._moves: dict[tuple[str, str], dict[int, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
        self._weight = 0
        for task in problem.tasks:
            for rater in task.raters:
                self._meet(task, rater, 1)
        for name, rater in sorted(kept):
            task = problem.task[name]
            if len(self.taken[name]) < task.seats and self.has_room(rater, task.weight):
                self._take(task, rater)

    def has_room(self, rater: str, weight: int) -> bool:
        capacity = self.problem.rater[rater].capacity
        return capacity is None or self.loads[rater] + weight <= capacity

    def _take(self, task: Task, rater: str) -> None:
        self._meet(task, rater, 1)
        self._index(task, -1)
        self.taken[task.id].add(rater)
        self._index(task, 1)
        self._displaced -= (task.id, rater) in self._kept
        self.loads[rater] += task.weight

    def _leave(self, task: Task, rater: str) -> None:
        self._index(task, -1)
        self.taken[task.id].remove(rater)
        self._index(task, 1)
        self._displaced += (task.id, rater) in self._kept
        self.loads[rater] -= task.weight
        self._meet(task, rater, -1)

    def _meet(self, task: Task, rater: str, times: int) -> None:
        self._met[rater, task.candidate] += times
        for other in (task.raters | self.taken[task.id]) - {rater}:
            self._together[min(rater, other), max(rater, other)] += times

    def _index(self, task: Task, step: int) -> None:
        """Put the moves that a task allows where paths look for them, or take them away."""
        if task.weight != self._weight or self._is_fixed:
            return
        for rater in self.taken[task.id]:
            for other in self._able[task.id] - self.taken[task.id]:
                price = ((task.id, rater) in self._kept) - ((task.id, other) in self._kept)
                tasks = self._moves[rater, other][price]
                if step > 0:
                    tasks[task.id] = None
                else:
                    tasks.pop(task.id, None)

    def fill(self, only: set[str] | None = None) -> None:
        """Fill empty seats, and even out."""
        tasks = [task for task in self.problem.tasks if only is None or task.id in only]
        for weight in sorted({task.weight for task in tasks}, reverse=True):
            self._weight = weight
            self._moves.clear()
            for task in self.problem.tasks:
                self._index(task, 1)
            wanted = [task for task in tasks if task.weight == weight for _seat in range(task.seats - len(self.taken[task.id]))]
            self._rng.shuffle(wanted)
            for task in wanted:
                self._fill_one(task)
        self._weight = 0
        if not self._is_fixed:
            even_out(self, self._kept)
            link_up(self, self._kept)

    def _fill_one(self, task: Task) -> None:
        """The cheapest path from an empty seat to somebody who takes one more."""
        free = self._able[task.id] - self.taken[task.id]
        least = min((self._price(rater) for rater in self.problem.rater if self.has_room(rater, task.weight)), default=None)
        if least is None or not free:
            return
        direct = [rater for rater in free if self.has_room(rater, task.weight)]
        best = [rater for rater in direct if self._price(rater) == least]
        # Where earlier seats had to move, a path may bring one back.
        if (best and not self._displaced) or self._is_fixed:
            cheapest = min(map(self._price, direct), default=0.0)
            among = best or [rater for rater in direct if self._price(rater) == cheapest]
            if among:
                self._take(task, self._mixed(task, among))
            return
        self._along_path(task, free)

    def _mixed(self, task: Task, among: Sequence[str]) -> str:
        """Of people equally loaded who meets the others of this task, and this candidate, the least often."""
        others = task.raters | self.taken[task.id]

        def order(rater: str) -> tuple[int, int, float]:
            together = sum(self._together[min(rater, other), max(rater, other)] for other in others)
            return self._met[rater, task.candidate], together, self._rng.random()

        return min(sorted(among), key=order)

    def _price(self, rater: str) -> float:
        """What one more seat adds to the sum of squared loads, each measured by the share of a full load."""
        weight, person = self._weight, self.problem.rater[rater]
        return (2 * self.loads[rater] + weight) * weight / person.share

    def _along_path(self, task: Task, free: frozenset[str] | set[str]) -> None:
        cost: dict[str, int] = {rater: -((task.id, rater) in self._kept) for rater in sorted(free)}
        came: dict[str, tuple[str, str] | None] = dict.fromkeys(cost)
        names = sorted(self.problem.rater)
        is_better = True
        # It ends: earlier seats are where it costs the least for the seats filled so far, so that no circle of moves gains anything.
        while is_better:
            is_better = False
            for one in list(cost):
                for other in names:
                    step = self._cheapest_move(one, other, task.id)
                    if step is not None and cost[one] + step[0] < cost.get(other, len(self._kept) + 1):
                        cost[other] = cost[one] + step[0]
                        came[other] = (one, step[1])
                        is_better = True
        ends = [(cost[rater], self._price(rater), rater) for rater in cost if self.has_room(rater, task.weight)]
        if not ends:
            return
        path = [min(ends)[2]]
        moved: list[str] = []
        while (link := came[path[-1]]) is not None:
            path.append(link[0])
            moved.append(link[1])
        for (to, start), name in zip(pairwise(path), moved, strict=True):
            self._leave(self.problem.task[name], start)
            self._take(self.problem.task[name], to)
        self._take(task, path[-1])

    def _cheapest_move(self, one: str, other: str, but: str) -> tuple[int, str] | None:
        moves = self._moves.get((one, other), {})
        for price in sorted(moves):
            for name in moves[price]:
                if name != but:
                    return price, name
        return None

    def swap(self, first: tuple[str, str], second: tuple[str, str]) -> None:
        """Two people change seats."""
        for name, rater in (first, second):
            self._leave(self.problem.task[name], rater)
        self._take(self.problem.task[first[0]], second[1])
        self._take(self.problem.task[second[0]], first[1])

    def move(self, seat: tuple[str, str], rater: str) -> None:
        """A seat goes to somebody else."""
        self._leave(self.problem.task[seat[0]], seat[1])
        self._take(self.problem.task[seat[0]], rater)

    def may_take(self, name: str, rater: str) -> bool:
        """Whether somebody could have a seat of a task that others have now."""
        return rater in self._able[name] and rater not in self.taken[name]

    def pairs(self) -> list[tuple[str, str]]:
        return [(task.id, rater) for task in self.problem.tasks for rater in sorted(self.taken[task.id])]

    def assignment(self) -> Assignment:
        problem = self.problem
        pairs = self.pairs()
        before = present_pairs(problem)
        return Assignment(
            pairs=tuple(pairs),
            unfilled=tuple((task.id, self._why(task)) for task in problem.tasks if len(self.taken[task.id]) < task.seats),
            loads=tuple(sorted(self.loads.items())),
            before=linkage(before),
            after=linkage([*before, *new_pairs(problem, pairs)]),
            fingerprint=fingerprint(problem),
            seed=self._seed,
        )

    def _why(self, task: Task) -> Reason:
        missing = task.seats - len(self.taken[task.id])
        eligible = (task.eligible & self.problem.rater.keys()) - task.raters
        barred = sum((rater, task.candidate) in self.problem.barred for rater in eligible)
        fields = {"missing": missing, "eligible": len(eligible), "barred": barred}
        if len(eligible) < task.seats:
            return Reason("too_few_eligible", fields)
        if len(eligible) - barred < task.seats:
            return Reason("conflicts", fields)
        return Reason("capacity", fields)
