"""A day that changes: what differs between two plans, and what to do when an assessor does not come."""

from __future__ import annotations

from dataclasses import dataclass, replace

from talimger.core.planning.day import DayPlan, DayProblem
from talimger.core.planning.day_checks import faults, in_order
from talimger.core.planning.day_solve import Search
from talimger.core.planning.errors import PlanningError
from talimger.core.planning.solving import Progress, Solving

Place = tuple[str, str]


@dataclass(frozen=True)
class DayDiff:
    """What people have to be told. ``moved``: candidate, exercise, block and room before and after; ``None`` where there was or is none.

    ``added`` and ``removed``: assessor and session (exercise, block, room).
    """

    moved: tuple[tuple[str, str, Place | None, Place | None], ...]
    added: tuple[tuple[str, tuple[str, str, str]], ...]
    removed: tuple[tuple[str, tuple[str, str, str]], ...]

    @property
    def size(self) -> int:
        """How many changes there are."""
        return len(self.moved) + len(self.added) + len(self.removed)


@dataclass(frozen=True)
class Replanned:
    """A new plan, the problem that it answers (verify it with this one), and what is different."""

    problem: DayProblem
    plan: DayPlan
    diff: DayDiff


def compare_days(before: DayPlan, after: DayPlan) -> DayDiff:
    """What is different in the second plan."""
    was, is_now = (
        {(key, each.exercise): (each.block, each.room) for each in plan.sessions for key in each.candidates} for plan in (before, after)
    )
    rated, rates = ({(key, each.key) for each in plan.sessions for key in each.assessors} for plan in (before, after))
    moved = tuple((*key, was.get(key), is_now.get(key)) for key in sorted(was.keys() | is_now.keys()) if was.get(key) != is_now.get(key))
    return DayDiff(moved, tuple(sorted(rates - rated)), tuple(sorted(rated - rates)))


def without_assessor(problem: DayProblem, plan: DayPlan, assessor: str, *, now_block: str) -> DayProblem:
    """The problem with an assessor who is gone from a block on. A session that they are in the middle of, they finish."""
    now = problem.block_at[now_block]
    there = {at for at in range(now) if problem.is_there(problem.assessor[assessor], at)}
    for session in plan.sessions:
        start = problem.block_at[session.block]
        if assessor in session.assessors and start < now:
            there |= set(range(start, start + session.length))
    blocks = frozenset(problem.blocks[at].id for at in there)
    return replace(problem, assessors=tuple(replace(one, blocks=blocks) if one.id == assessor else one for one in problem.assessors))


def if_absent(
    problem: DayProblem,
    plan: DayPlan,
    assessor: str,
    *,
    now_block: str,
    time_limit: float = 10.0,
    seed: int = 1,
    progress: Progress | None = None,
) -> Replanned:
    """What to do when an assessor is not there from ``now_block`` on: sessions that began before stay, of the rest as few people as
    can be are somewhere else. Candidates keep their times unless there is no other way. Raises ``PlanningError`` without a plan.
    """
    wrong = faults(problem)
    if wrong:
        raise PlanningError("invalid", wrong)
    changed = in_order(without_assessor(in_order(problem), plan, assessor, now_block=now_block))
    solving = Solving(time_limit=time_limit, seed=seed, progress=progress)
    search = Search(changed, solving, before=plan, now=changed.block_at[now_block])
    after = search.plan_for_known_times() or search.plan()
    return Replanned(changed, after, compare_days(plan, after))
