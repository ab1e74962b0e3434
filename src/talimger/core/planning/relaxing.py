"""Which rules together leave no plan: a deletion filter over named rules (Chinneck & Dravnieks 1991)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from talimger.core.planning.day import DayProblem, Exercise
from talimger.core.planning.errors import Reason

MANY = 10_000


def _exercises(problem: DayProblem, change: Callable[[Exercise], Exercise]) -> DayProblem:
    return replace(problem, exercises=tuple(map(change, problem.exercises)))


def _rules(problem: DayProblem, **changes: int) -> DayProblem:
    return replace(problem, rules=replace(problem.rules, **changes))


# A rule, and the same problem without it. The order is that of letting go: what nobody would want to lose comes first, so that the
# rules that are left are those that one can talk about.
RULES: dict[str, Callable[[DayProblem], DayProblem]] = {
    "lunch": lambda problem: replace(problem, blocks=tuple(replace(block, lunch=False) for block in problem.blocks)),
    "candidate_row": lambda problem: _rules(problem, candidate_row=len(problem.blocks)),
    "assessor_row": lambda problem: _rules(problem, assessor_row=len(problem.blocks)),
    "extra_time": lambda problem: _exercises(problem, lambda exercise: replace(exercise, extra_time=False)),
    "meetings": lambda problem: _rules(problem, meetings=MANY),
    "conflicts": lambda problem: replace(problem, conflicts=frozenset()),
    "group_min": lambda problem: _exercises(problem, lambda exercise: replace(exercise, group_min=1)),
    "seniors": lambda problem: _exercises(problem, lambda exercise: replace(exercise, seniors=0)),
    "competence": lambda problem: replace(problem, assessors=tuple(replace(one, exercises=None) for one in problem.assessors)),
    "room_use": lambda problem: replace(problem, rooms=tuple(replace(room, exercises=None) for room in problem.rooms)),
    "candidate_presence": lambda problem: replace(problem, candidates=tuple(replace(one, blocks=None) for one in problem.candidates)),
    "assessor_presence": lambda problem: replace(problem, assessors=tuple(replace(one, blocks=None) for one in problem.assessors)),
}


def conflicting_rules(
    problem: DayProblem, is_impossible: Callable[[DayProblem], bool], *, but: frozenset[str] = frozenset()
) -> tuple[Reason, ...]:
    """Rules of which each has to go for there to be a plan while the others of them stay.

    ``is_impossible`` says whether it is proved that a problem has no plan. Empty if even without all of these rules there is none:
    then rooms, blocks and people are too few. Rules of ``but`` stay in any case.
    """
    rules = {name: relax for name, relax in RULES.items() if name not in but}
    without_all = problem
    for relax in rules.values():
        without_all = relax(without_all)
    if is_impossible(without_all):
        return (Reason("too_little"),)
    kept: list[str] = []
    relaxed = problem
    for name, relax in rules.items():
        fewer = relax(relaxed)
        if fewer == relaxed or is_impossible(fewer):
            relaxed = fewer
        else:
            kept.append(name)
    return tuple(Reason("rule", {"rule": name}) for name in kept)
