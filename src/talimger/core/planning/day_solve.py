"""Planning an assessment day: a timetable, panels for it, and swaps that link the ratings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from talimger.core.planning.circuits import circuits
from talimger.core.planning.day import DayPlan, DayProblem, Level, Session, fingerprint
from talimger.core.planning.day_checks import faults, in_order, shortages, work_blocks
from talimger.core.planning.day_linking import Network, link
from talimger.core.planning.day_panels import PanelModel, every_slot, slot_of, timetable_of
from talimger.core.planning.day_timetable import Pinned, Slot, Timetable, TimetableModel
from talimger.core.planning.errors import PlanningError
from talimger.core.planning.goals import least, reached, values
from talimger.core.planning.linkage import linkage
from talimger.core.planning.relaxing import conflicting_rules
from talimger.core.planning.solving import Progress, Solving

# The timetable is the hard part; panels get what it leaves.
_TIMETABLE = 0.8
# Other timetables that are tried, and the share of the time left that each of them gets.
_ATTEMPTS, _OTHER_TIMETABLE = 2, 0.4
# Seconds for each question of which rules leave no plan.
_QUESTION = 5.0
# What began with extra time cannot do without it afterwards.
_LASTING = frozenset({"extra_time"})


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
    return Search(problem, Solving(time_limit=time_limit, seed=seed, progress=progress), before=previous).plan()


@dataclass(frozen=True)
class _Found:
    """Sessions with their people, or none of them and whether that is proved; and the levels of this stage."""

    sessions: tuple[Session, ...] | None
    levels: tuple[Level, ...] = ()
    is_impossible: bool = False


class Search:
    """A search for a plan. What of ``before`` began before the place ``now`` of a block stays as it was."""

    def __init__(self, problem: DayProblem, solving: Solving, *, before: DayPlan | None = None, now: int = 0) -> None:
        self.problem, self._solving, self._before, self._now = problem, solving, before, now
        self._known = timetable_of(problem, before) if before is not None else None
        self._pinned = Pinned(now, self._known) if self._known is not None and now else None
        self._past: Mapping[Slot, Session] = {
            slot: session
            for session in (before.sessions if before is not None and now else ())
            if (slot := slot_of(problem, session)).start < now
        }

    def plan(self) -> DayPlan:
        """The best plan. Raises ``PlanningError``."""
        parts = circuits(self.problem) if not self._now else (self.problem,)
        if len(parts) > 1 and not any(map(shortages, parts)):
            sessions = self._by_circuits(parts)
            if sessions is not None:
                return self._finished(sessions, least(self.problem))
        timetable, is_impossible = self._timetable(_TIMETABLE)
        if timetable is None:
            raise self._no_plan(is_impossible)
        found = self._panels(timetable)
        while found.sessions is None and self._before is None and self._solving.attempt < _ATTEMPTS:
            # As good a timetable may well have people where this one has not.
            self._solving.attempt += 1
            other, _is_impossible = self._timetable(_OTHER_TIMETABLE)
            timetable = other or timetable
            found = self._panels(timetable)
        if found.sessions is None:
            # This timetable cannot have people: the whole day at once. The bounds of timetables hold for it.
            found = self._panels(None)
            if found.sessions is None:
                raise self._no_plan(found.is_impossible)
        return self._finished(found.sessions, {each.name: each.bound for each in (*timetable.levels, *found.levels)})

    def plan_for_known_times(self) -> DayPlan | None:
        """The plan with every candidate where they were and as few other people as can be, if there is one."""
        assert self._known is not None
        found = self._panels(self._known)
        if found.sessions is None:
            return None
        return self._finished(found.sessions, {"moves": 0} | {each.name: each.bound for each in found.levels})

    def _by_circuits(self, parts: Sequence[DayProblem]) -> tuple[Session, ...] | None:
        """All circuits' sessions; ``None`` if one of them has no plan, which says nothing about the whole day."""
        sessions: list[Session] = []
        for place, part in enumerate(parts):
            circuit = Search(part, self._solving, before=self._before)
            timetable, _is_impossible = circuit._timetable(_TIMETABLE / (len(parts) - place))
            found = circuit._panels(timetable).sessions if timetable is not None else None
            if found is None:
                return None
            sessions += found
        order = self.problem.block_at
        return tuple(sorted(sessions, key=lambda each: (order[each.block], each.room)))

    def _timetable(self, share: float) -> tuple[Timetable | None, bool]:
        """The best timetable, or none and whether that is proved."""
        model = TimetableModel(self.problem, pinned=self._pinned)
        goals: list[tuple[str, Any]] = [("end", model.end()), ("person_minutes", model.person_minutes())]
        if self._known is not None:
            goals.insert(0, ("moves", model.moves(self._known.start)))
            model.hint(self._known.start)
        found = self._solving.levels(model.model, goals, share=share)
        if found.solver is None:
            return None, found.is_impossible
        return model.timetable(found.solver, found.levels, self._known.slots if self._known is not None else ()), False

    def _panels(self, timetable: Timetable | None) -> _Found:
        slots = timetable.slots if timetable is not None else every_slot(self.problem, self._pinned)
        if timetable is not None and self._before is None and self._can_be_even(slots):
            # As a rule instead of a goal: local search has such panels at once.
            model = self._panel_model(slots, timetable)
            spread = model.spread()
            model.model.add(spread <= 1)
            found = self._solving.levels(model.model, [("load_spread", spread)], share=0.5)
            if found.solver is not None:
                return _Found(model.sessions(found.solver), found.levels)
        model = self._panel_model(slots, timetable)
        goals: list[tuple[str, Any]] = [("load_spread", model.spread()), ("load_squares", model.unevenness())]
        if self._before is not None:
            goals.insert(0, ("changes", model.changes(self._before.sessions)))
        found = self._solving.levels(model.model, goals)
        if found.solver is None:
            return _Found(None, is_impossible=found.is_impossible)
        return _Found(model.sessions(found.solver), found.levels)

    def _panel_model(self, slots: Sequence[Slot], timetable: Timetable | None) -> PanelModel:
        return PanelModel(self.problem, slots, timetable=timetable, past=self._past)

    def _can_be_even(self, slots: Sequence[Slot]) -> bool:
        """Whether everybody is there for long enough to get as much work as everybody else."""
        total = sum(slot.length * self.problem.exercise[slot.exercise].raters for slot in slots)
        return min(work_blocks(self.problem).values()) >= total // len(self.problem.assessors)

    def _finished(self, sessions: tuple[Session, ...], bounds: Mapping[str, int]) -> DayPlan:
        """The plan, its ratings linked by swaps unless it has to stay near another plan."""
        if self._before is None:
            sessions = link(self.problem, sessions, seed=self._solving.seed)
        pairs = [(candidate, assessor) for each in sessions for candidate in each.candidates for assessor in each.assessors]
        return DayPlan(
            sessions=sessions,
            levels=reached(values(self.problem, sessions, self._before), bounds),
            fingerprint=fingerprint(self.problem),
            seed=self._solving.seed,
            seconds=self._solving.spent,
            variance=Network(pairs).variance() if linkage(pairs).is_connected else None,
        )

    def _no_plan(self, is_impossible: bool) -> PlanningError:
        if not is_impossible:
            return PlanningError("no_plan_in_time")
        return PlanningError("infeasible", conflicting_rules(self.problem, self._is_impossible, but=_LASTING if self._now else frozenset()))

    def _is_impossible(self, problem: DayProblem) -> bool:
        """Whether it is proved that a problem has no plan, what is over included."""
        solving = Solving(time_limit=_QUESTION, seed=self._solving.seed)
        other = Search(problem, solving, before=self._before, now=self._now)
        if not self._now and shortages(problem):
            return True
        if solving.is_impossible(TimetableModel(problem, pinned=other._pinned).model):
            return True
        return solving.is_impossible(other._panel_model(every_slot(problem, other._pinned), None).model)
