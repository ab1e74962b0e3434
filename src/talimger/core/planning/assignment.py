"""Who rates which sheets: what is to be assigned, and the assignment. Plain frozen data that any process may load."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from talimger.core.planning.errors import Reason, Violation
from talimger.core.planning.linkage import Linkage


@dataclass(frozen=True)
class Task:
    """Sheets of one candidate that one person rates together: ``weight`` of them, ``seats`` people still wanted.

    ``raters`` are there already and stay. ``eligible`` may be asked.
    """

    id: str
    candidate: str
    seats: int
    eligible: frozenset[str]
    raters: frozenset[str] = frozenset()
    weight: int = 1


@dataclass(frozen=True)
class Rater:
    """Somebody who can be asked. ``capacity`` is the most sheets they take in all, ``None`` without a limit.

    ``load`` is what they have already beside the tasks of the problem. ``share`` is how much of a full load they should get:
    100 for everybody means alike, 50 half as much.
    """

    id: str
    capacity: int | None = None
    load: int = 0
    share: int = 100


@dataclass(frozen=True)
class AssignmentProblem:
    """Tasks for raters. ``barred`` are pairs of rater and candidate who must not meet."""

    tasks: tuple[Task, ...]
    raters: tuple[Rater, ...]
    barred: frozenset[tuple[str, str]] = frozenset()

    @cached_property
    def task(self) -> dict[str, Task]:
        return {task.id: task for task in self.tasks}

    @cached_property
    def rater(self) -> dict[str, Rater]:
        return {rater.id: rater for rater in self.raters}

    def can_rate(self, rater: str, task: Task) -> bool:
        """Whether a person may get a seat of a task."""
        return rater in task.eligible and rater in self.rater and rater not in task.raters and (rater, task.candidate) not in self.barred


@dataclass(frozen=True)
class Assignment:
    """New seats as pairs of task and rater. ``unfilled`` are tasks with empty seats and why.

    ``loads`` count sheets, those included that people had before. ``before`` and ``after`` are the networks of ratings without and
    with the new seats. ``spread`` is the difference between the most and the least loaded, in sheets.
    """

    pairs: tuple[tuple[str, str], ...]
    unfilled: tuple[tuple[str, Reason], ...]
    loads: tuple[tuple[str, int], ...]
    before: Linkage
    after: Linkage
    fingerprint: str
    seed: int

    @property
    def spread(self) -> int:
        loads = [load for _rater, load in self.loads]
        return max(loads, default=0) - min(loads, default=0)


@dataclass(frozen=True)
class AssignmentDiff:
    """What changes: pairs of task and rater that go and that come, and the assignment that results."""

    removed: tuple[tuple[str, str], ...]
    added: tuple[tuple[str, str], ...]
    after: Assignment


def present_loads(problem: AssignmentProblem) -> Counter[str]:
    """How many sheets everybody has before anything is assigned."""
    loads = Counter({rater.id: rater.load for rater in problem.raters})
    for task in problem.tasks:
        loads.update(dict.fromkeys(task.raters & problem.rater.keys(), task.weight))
    return loads


def present_pairs(problem: AssignmentProblem) -> list[tuple[str, str]]:
    """Candidate and rater, for every task that somebody has already."""
    return [(task.candidate, rater) for task in problem.tasks for rater in sorted(task.raters)]


def new_pairs(problem: AssignmentProblem, pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Candidate and rater, for every new seat."""
    return [(problem.task[task].candidate, rater) for task, rater in pairs]


def verify_assignment(problem: AssignmentProblem, assignment: Assignment) -> tuple[Violation, ...]:
    """Every rule that an assignment breaks; empty for one that can be carried out."""
    found = [
        Violation("unknown", {"task": task, "rater": rater})
        for task, rater in assignment.pairs
        if task not in problem.task or rater not in problem.rater
    ]
    known = [pair for pair in assignment.pairs if pair[0] in problem.task and pair[1] in problem.rater]
    loads = present_loads(problem)
    before = dict(loads)
    for (name, rater), times in sorted(Counter(known).items()):
        task = problem.task[name]
        fields = {"task": name, "rater": rater}
        if times > 1 or rater in task.raters:
            found.append(Violation("twice", dict(fields)))
        if rater not in task.eligible:
            found.append(Violation("not_eligible", dict(fields)))
        if (rater, task.candidate) in problem.barred:
            found.append(Violation("barred", {**fields, "candidate": task.candidate}))
        loads[rater] += task.weight * times
    given = Counter(name for name, _rater in known)
    for task in problem.tasks:
        if given[task.id] > task.seats:
            found.append(Violation("too_many", {"task": task.id, "count": given[task.id], "seats": task.seats}))
    empty = {task.id for task in problem.tasks if given[task.id] < task.seats}
    for name in sorted(empty ^ {name for name, _reason in assignment.unfilled}):
        found.append(Violation("unfilled", {"task": name, "is_told": name not in empty}))
    for rater_id, load in sorted(loads.items()):
        capacity = problem.rater[rater_id].capacity
        if capacity is not None and load > max(capacity, before[rater_id]):
            found.append(Violation("capacity", {"rater": rater_id, "load": load, "most": capacity}))
    if tuple(sorted(loads.items())) != assignment.loads:
        found.append(Violation("loads"))
    return tuple(found)
