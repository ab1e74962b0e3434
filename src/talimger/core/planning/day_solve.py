"""Planning an assessment day: a timetable, panels for it, and swaps that link the ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talimger.core.planning.circuits import circuits, joined
from talimger.core.planning.day import DayPlan, DayProblem, Level, Session, fingerprint
from talimger.core.planning.day_checks import faults, in_order, shortages, work_blocks
from talimger.core.planning.day_linking import Network, link
from talimger.core.planning.day_panels import PanelModel, every_slot, slot_of, timetable_of
from talimger.core.planning.day_timetable import Pinned, Slot, Timetable, TimetableModel
from talimger.core.planning.errors import PlanningError
from talimger.core.planning.linkage import linkage
from talimger.core.planning.relaxing import conflicting_rules
from talimger.core.planning.solving import Progress, Solving

# The timetable is the hard part; panels get what it leaves.
_TIMETABLE = 0.8
# Seconds for each question of which rules leave no plan.
_QUESTION = 5.0


def plan_day(
    problem: DayProblem, *, previous: DayPlan | None = None, time_limit: float = 30.0, seed: int = 1, progress: Progress | None = None
) -> DayPlan:
    """Plan the day, or change ``previous`` as little as the problem allows. Raises ``PlanningError`` without a plan.

    The plan is the same for the same problem and seed unless the time limit ended the search, which shows as a level that is not
    proved.
    """
    wrong = faults(problem)
    if wrong:
        raise PlanningError("invalid", wrong)
    problem = in_order(problem)
    short = shortages(problem)
    if short:
        raise PlanningError("infeasible", short)
    solving = Solving(time_limit=time_limit, seed=seed, progress=progress)
    search = Search(problem, solving, before=previous)
    return search.plan(search.timetable())


@dataclass(frozen=True)
class _Found:
    sessions: tuple[Session, ...]
    levels: tuple[Level, ...]


class Search:
    """A search for a plan. What of ``before`` began before the place ``now`` of a block stays as it was."""

    def __init__(self, problem: DayProblem, solving: Solving, *, before: DayPlan | None = None, now: int = 0) -> None:
        self.problem, self._solving, self._before = problem, solving, before
        self._known = timetable_of(problem, before) if before is not None else None
        self._pinned = Pinned(now, self._known) if self._known is not None and now else None
        self._past: Mapping[Slot, Session] = {
            slot: session
            for session in (before.sessions if before is not None else ())
            if (slot := slot_of(problem, session)).start < now
        }

    def timetable(self) -> Timetable:
        """The best timetable, by circuits where the day is large. Raises ``PlanningError``."""
        parts = circuits(self.problem) if self._pinned is None else (self.problem,)
        found = [self._one_timetable(part, _TIMETABLE / (len(parts) - place)) for place, part in enumerate(parts)]
        timetables = [timetable for timetable, _impossible in found if timetable is not None]
        if len(timetables) == len(parts):
            return timetables[0] if len(parts) == 1 else joined(self.problem, timetables)
        whole, impossible = found[0] if len(parts) == 1 else self._one_timetable(self.problem, _TIMETABLE)
        if whole is None:
            raise self._no_plan(impossible)
        return whole

    def _one_timetable(self, problem: DayProblem, share: float) -> tuple[Timetable | None, bool]:
        model = TimetableModel(problem, pinned=self._pinned)
        goals: list[tuple[str, Any]] = [("end", model.end()), ("person_minutes", model.person_minutes())]
        if self._known is not None:
            goals.insert(0, ("moves", model.moves(self._known.start)))
        found = self._solving.levels(model.model, goals, share=share)
        if found.solver is None:
            return None, found.is_impossible
        return model.timetable(found.solver, found.levels, self._known.slots if self._known is not None else ()), False

    def plan(self, timetable: Timetable) -> DayPlan:
        """People for a timetable; if it cannot have any, the whole day at once. Raises ``PlanningError``."""
        found, _impossible = self.panels(timetable)
        if found is None:
            found, impossible = self.panels(None)
            if found is None:
                raise self._no_plan(impossible)
        return self.finished(found.sessions, (*timetable.levels, *found.levels))

    def panels(self, timetable: Timetable | None) -> tuple[_Found | None, bool]:
        """Sessions with their people, and whether it is proved that there are none."""
        slots = timetable.slots if timetable is not None else every_slot(self.problem, self._pinned)
        if timetable is not None and self._before is None and self._can_be_even(slots):
            # As a rule instead of a goal: local search has such panels at once.
            model = self._panel_model(slots, timetable)
            spread = model.spread()
            model.model.add(spread <= 1)
            found = self._solving.levels(model.model, [("load_spread", spread)], share=0.5)
            if found.solver is not None:
                return _Found(model.sessions(found.solver), found.levels), False
        model = self._panel_model(slots, timetable)
        goals: list[tuple[str, Any]] = [("load_spread", model.spread()), ("load_squares", model.unevenness())]
        if self._before is not None:
            goals.insert(0, ("changes", model.changes(self._before.sessions)))
        found = self._solving.levels(model.model, goals)
        return (None, found.is_impossible) if found.solver is None else (_Found(model.sessions(found.solver), found.levels), False)

    def _panel_model(self, slots: Sequence[Slot], timetable: Timetable | None) -> PanelModel:
        return PanelModel(self.problem, slots, timetable=timetable, past=self._past)

    def _can_be_even(self, slots: Sequence[Slot]) -> bool:
        """Whether everybody is there for long enough to get as much work as everybody else."""
        total = sum(slot.length * self.problem.exercise[slot.exercise].raters for slot in slots)
        return min(work_blocks(self.problem).values()) >= total // len(self.problem.assessors)

    def finished(self, sessions: tuple[Session, ...], levels: tuple[Level, ...]) -> DayPlan:
        """The plan, its ratings linked by swaps unless it has to stay near another plan."""
        if self._before is None:
            sessions = link(self.problem, sessions, seed=self._solving.seed)
        plan = DayPlan(sessions, levels, fingerprint(self.problem), self._solving.seed, self._solving.spent, None)
        variance = Network(plan.pairs).variance() if linkage(plan.pairs).is_connected else None
        return DayPlan(sessions, levels, plan.fingerprint, plan.seed, plan.seconds, variance)

    def _no_plan(self, impossible: bool) -> PlanningError:
        if not impossible:
            return PlanningError("no_plan_in_time")
        return PlanningError("infeasible", conflicting_rules(self.problem, self._is_impossible))

    def _is_impossible(self, problem: DayProblem) -> bool:
        solving = Solving(time_limit=_QUESTION, seed=self._solving.seed)
        other = Search(problem, solving, before=self._before, now=self._pinned.now if self._pinned is not None else 0)
        if other._pinned is None and shortages(problem):
            return True
        if solving.is_impossible(TimetableModel(problem, pinned=other._pinned).model):
            return True
        model = PanelModel(problem, every_slot(problem, other._pinned), timetable=None, past=other._past)
        return solving.is_impossible(model.model)
