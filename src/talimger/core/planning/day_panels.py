"""The second stage of a day: which candidates form a group, and who rates them.

The same model, given every session that there could be instead of those of a timetable, is the whole day at once: slower, but it
proves that there is no plan.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from talimger.core.planning.day import SENIOR, Assessor, DayPlan, DayProblem, Session
from talimger.core.planning.day_timetable import Pinned, Slot, Timetable, add_pauses

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver


def every_slot(problem: DayProblem, pinned: Pinned | None = None) -> tuple[Slot, ...]:
    """Every session that there could be; of what is over, the sessions that there were."""
    slots = [slot for slot in pinned.timetable.slots if slot.start < pinned.now] if pinned is not None else []
    for exercise in problem.exercises:
        takers = [one for one in problem.candidates if exercise.code in one.exercises]
        lengths = {problem.length(exercise, extra=one.extra_time) for one in takers} | ({exercise.blocks} if takers else set())
        slots += [
            Slot(exercise.code, at, room.id, length)
            for room in problem.rooms
            if problem.seats(exercise, room)
            for length in sorted(lengths)
            for at in range(pinned.now if pinned is not None else 0, len(problem.blocks) - length + 1)
        ]
    return tuple(slots)


class PanelModel:
    """People for sessions. With a ``timetable`` every slot is held and every candidate has a block; without one nothing is settled."""

    def __init__(self, problem: DayProblem, slots: Sequence[Slot], *, timetable: Timetable | None, past: Mapping[Slot, Session]) -> None:
        from ortools.sat.python import cp_model

        self.problem, self._slots, self._past = problem, slots, past
        self._timetable = timetable
        self.model: CpModel = cp_model.CpModel()
        self._open: list[Any] = [1 if timetable is not None or slot in past else self.model.new_bool_var("") for slot in slots]
        # By candidate and exercise, and by assessor: a variable for each slot they may be in; 1 where they must.
        self._seats: dict[tuple[str, str], dict[int, Any]] = {}
        self._raters: dict[str, dict[int, Any]] = {}
        self._add_seats()
        self._add_raters()
        self._add_groups()
        if timetable is None:
            self._add_day()
        self._add_meetings()

    def _add_seats(self) -> None:
        by_exercise: dict[str, list[int]] = defaultdict(list)
        for place, slot in enumerate(self._slots):
            by_exercise[slot.exercise].append(place)
        for candidate in self.problem.candidates:
            for code in sorted(candidate.exercises):
                needed = self.problem.length(self.problem.exercise[code], extra=candidate.extra_time)
                over = [place for place in by_exercise[code] if candidate.id in self._past_of(place, "candidates")]
                options = over or [
                    place
                    for place in by_exercise[code]
                    if self._slots[place] not in self._past
                    and self._slots[place].length >= needed
                    and (self._timetable is None or self._slots[place].start == self._timetable.start[candidate.id, code])
                    and all(self.problem.is_there(candidate, self._slots[place].start + step) for step in range(needed))
                ]
                if len(options) == 1 and (over or self._timetable is not None):
                    self._seats[candidate.id, code] = {options[0]: 1}
                else:
                    self._seats[candidate.id, code] = {place: self.model.new_bool_var("") for place in options}
                    self.model.add_exactly_one(self._seats[candidate.id, code].values())

    def _past_of(self, place: int, who: str) -> tuple[str, ...]:
        session = self._past.get(self._slots[place])
        found: tuple[str, ...] = getattr(session, who) if session is not None else ()
        return found

    def _add_raters(self) -> None:
        problem = self.problem
        for assessor in problem.assessors:
            own = self._raters[assessor.id] = {
                place: 1 if assessor.id in self._past_of(place, "assessors") else self.model.new_bool_var("")
                for place, slot in enumerate(self._slots)
                if (assessor.id in self._past_of(place, "assessors") if slot in self._past else self._may_rate(assessor, slot))
            }
            busy = self._busy(own)
            for variables in busy.values():
                self.model.add(sum(variables) <= 1)
            add_pauses(self.model, problem, busy, problem.rules.assessor_row)
        for place, slot in enumerate(self._slots):
            if slot in self._past:
                continue
            exercise = problem.exercise[slot.exercise]
            here = {key: own[place] for key, own in self._raters.items() if place in own}
            self.model.add(sum(here.values()) == exercise.raters * self._open[place])
            if exercise.seniors:
                seniors = [variable for key, variable in here.items() if SENIOR in problem.assessor[key].roles]
                self.model.add(sum(seniors) >= exercise.seniors * self._open[place])

    def _may_rate(self, assessor: Assessor, slot: Slot) -> bool:
        problem = self.problem
        return problem.can_rate(assessor, problem.exercise[slot.exercise]) and all(
            problem.is_there(assessor, slot.start + step) for step in range(slot.length)
        )

    def _busy(self, own: Mapping[int, Any]) -> dict[int, list[Any]]:
        busy: dict[int, list[Any]] = defaultdict(list)
        for place, variable in own.items():
            for step in range(self._slots[place].length):
                busy[self._slots[place].start + step].append(variable)
        return busy

    def _add_groups(self) -> None:
        """Group sizes; and an exercise that is held more than once is rated by more than one person."""
        inside: dict[int, list[Any]] = defaultdict(list)
        for own in self._seats.values():
            for place, variable in own.items():
                inside[place].append(variable)
        for place, slot in enumerate(self._slots):
            exercise = self.problem.exercise[slot.exercise]
            if slot not in self._past:
                total = sum(inside[place])
                self.model.add(total >= exercise.group_min * self._open[place])
                self.model.add(total <= self.problem.seats(exercise, self.problem.room[slot.room]) * self._open[place])
        for exercise in self.problem.exercises:
            held = [place for place, slot in enumerate(self._slots) if slot.exercise == exercise.code]
            if exercise.raters != 1 or len(held) < 2:
                continue
            times = sum(self._open[place] for place in held)
            once: Any = 0
            if self._timetable is None:
                once = self.model.new_bool_var("")
                self.model.add(times <= 1).only_enforce_if(once)
            for own in self._raters.values():
                self.model.add(sum(own.get(place, 0) for place in held) <= times - 1 + once)

    def _add_day(self) -> None:
        """What a timetable would have settled: one thing at a time, in candidates' days and in rooms."""
        problem = self.problem
        by_candidate: dict[str, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for (key, code), own in self._seats.items():
            length = problem.length(problem.exercise[code], extra=problem.candidate[key].extra_time)
            for place, variable in own.items():
                for step in range(length):
                    by_candidate[key][self._slots[place].start + step].append(variable)
        for busy in by_candidate.values():
            for variables in busy.values():
                self.model.add(sum(variables) <= 1)
            add_pauses(self.model, problem, busy, problem.rules.candidate_row)
        in_rooms: dict[tuple[str, int], list[Any]] = defaultdict(list)
        for place, slot in enumerate(self._slots):
            for step in range(slot.length):
                in_rooms[slot.room, slot.start + step].append(self._open[place])
        for variables in in_rooms.values():
            self.model.add(sum(variables) <= 1)

    def _add_meetings(self) -> None:
        """The same two meet only so often, and not at all where there is a conflict of interest."""
        of_candidate: dict[str, list[tuple[int, Any]]] = defaultdict(list)
        for (key, _code), seats in self._seats.items():
            of_candidate[key] += [(place, seat) for place, seat in seats.items()]
        for candidate, all_seats in of_candidate.items():
            for assessor, own in self._raters.items():
                common = [(place, seat, own[place]) for place, seat in all_seats if place in own and self._slots[place] not in self._past]
                if (assessor, candidate) in self.problem.conflicts:
                    for _place, seat, rater in common:
                        self.model.add(seat + rater <= 1)
                    continue
                met = sum(assessor in self._past_of(place, "assessors") for place, _seat in all_seats)
                codes = {self._slots[place].exercise for place, _seat, _rater in common}
                if met + len(codes) > self.problem.rules.meetings:
                    self.model.add(
                        met + sum(self._meeting(common, code) for code in sorted(codes)) <= max(self.problem.rules.meetings, met)
                    )

    def _meeting(self, common: list[tuple[int, Any, Any]], code: str) -> Any:
        """Whether the two meet in an exercise: a candidate does it once."""
        here = [(seat, rater) for place, seat, rater in common if self._slots[place].exercise == code]
        if len(here) == 1 and isinstance(here[0][0], int):
            return here[0][1]
        meeting = self.model.new_bool_var("")
        for seat, rater in here:
            self.model.add(meeting >= seat + rater - 1)
        return meeting

    def spread(self) -> Any:
        """By how many blocks of work the most and the least loaded assessors differ; a single one counts as none."""
        size = len(self.problem.blocks)
        most, least, spread = self.model.new_int_var(0, size, ""), self.model.new_int_var(0, size, ""), self.model.new_int_var(1, size, "")
        for own in self._raters.values():
            load = sum(self._slots[place].length * variable for place, variable in own.items())
            self.model.add(load <= most)
            self.model.add(load >= least)
        self.model.add(spread >= most - least)
        return spread

    def unevenness(self) -> Any:
        """The sum of squares of loads: it also evens out those between the most and the least loaded."""
        total: Any = 0
        every: list[Any] = []
        for own in self._raters.values():
            steps = [self.model.new_bool_var("") for _block in self.problem.blocks]
            self.model.add(sum(self._slots[place].length * variable for place, variable in own.items()) == sum(steps))
            total += sum((2 * place + 1) * step for place, step in enumerate(steps))
            every += steps
        if self._timetable is not None:
            # Follows from the rest; without it the bound stays far off.
            self.model.add(sum(every) == sum(slot.length * self.problem.exercise[slot.exercise].raters for slot in self._slots))
        return total

    def changes(self, before: Sequence[Session]) -> Any:
        """How many people are in another session than they were, candidates and assessors; the search begins where they were."""
        kept = [variable for variable in self._kept(before) if not isinstance(variable, int)]
        for variable in kept:
            self.model.add_hint(variable, 1)
        total = sum(len(session.candidates) + len(session.assessors) for session in before)
        return total - sum(self._kept(before))

    def _kept(self, before: Sequence[Session]) -> list[Any]:
        """For everybody who can be where they were, the variable that says so."""
        place_of = {(slot.exercise, self.problem.blocks[slot.start].id, slot.room, slot.length): at for at, slot in enumerate(self._slots)}
        found = []
        for session in before:
            place = place_of.get((*session.key, session.length), -1)
            everybody = [self._seats.get((key, session.exercise), {}) for key in session.candidates]
            everybody += [self._raters.get(key, {}) for key in session.assessors]
            found += [own[place] for own in everybody if place in own]
        return found

    def sessions(self, solver: CpSolver) -> tuple[Session, ...]:
        """The sessions that were found, in the order of the day."""

        def is_set(variable: Any) -> bool:
            return bool(solver.value(variable))

        candidates: dict[int, list[str]] = defaultdict(list)
        for (key, _code), seats in self._seats.items():
            for place in filter(lambda place: is_set(seats[place]), seats):
                candidates[place].append(key)
        assessors: dict[int, list[str]] = defaultdict(list)
        for key, own in self._raters.items():
            for place in filter(lambda place: is_set(own[place]), own):
                assessors[place].append(key)
        found = [
            Session(
                slot.exercise, self.problem.blocks[slot.start].id, slot.room, tuple(candidates[place]), tuple(assessors[place]), slot.length
            )
            for place, slot in enumerate(self._slots)
            if is_set(self._open[place])
        ]
        return in_order(self.problem, found)


def in_order(problem: DayProblem, sessions: Sequence[Session]) -> tuple[Session, ...]:
    """Sessions by block and room, people in them by id."""
    sorted_within = [
        Session(each.exercise, each.block, each.room, tuple(sorted(each.candidates)), tuple(sorted(each.assessors)), each.length)
        for each in sessions
    ]
    return tuple(sorted(sorted_within, key=lambda each: (problem.block_at[each.block], each.room)))


def timetable_of(problem: DayProblem, plan: DayPlan) -> Timetable:
    """The timetable that a plan follows, as far as the problem has its blocks."""
    known = [session for session in plan.sessions if session.block in problem.block_at]
    start = {(key, session.exercise): problem.block_at[session.block] for session in known for key in session.candidates}
    return Timetable(start, tuple(slot_of(problem, session) for session in known))


def slot_of(problem: DayProblem, session: Session) -> Slot:
    """A session without its people."""
    return Slot(session.exercise, problem.block_at[session.block], session.room, session.length)
