"""The first stage of a day: who does which exercise when, in which kind of room, so that enough assessors are there.

Groups are not formed yet: sessions of one exercise in one block share their candidates. What assessors can do is asked for as
numbers (every set of exercises, every stretch of blocks), so that the second stage hardly ever fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING, Any

from talimger.core.planning.day import SENIOR, Candidate, DayProblem, Exercise, Level, Room
from talimger.core.planning.stays import stays_of

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

# Of more exercises than these not every set is asked for, only each alone and all together.
_MOST_SETS = 6
Key = tuple[str, str]
# Exercise, first block, kind of room, whether somebody in it needs extra time.
SessionKey = tuple[str, int, int, bool]


@dataclass(frozen=True)
class Slot:
    """A session that has no people yet; ``start`` is the place of its first block."""

    exercise: str
    start: int
    room: str
    length: int


@dataclass(frozen=True)
class Timetable:
    """The first block of every candidate's exercises, and the sessions that these make necessary."""

    start: Mapping[Key, int]
    slots: tuple[Slot, ...]
    levels: tuple[Level, ...] = ()


@dataclass(frozen=True)
class Pinned:
    """What is over stays: whatever of a timetable began before the place ``now`` of a block."""

    now: int
    timetable: Timetable

    def start(self, key: Key) -> int | None:
        """The first block of an exercise of a candidate that is over."""
        at = self.timetable.start.get(key)
        return at if at is not None and at < self.now else None


def add_pauses(model: CpModel, problem: DayProblem, busy: Mapping[int, list[Any]], row: int) -> None:
    """A pause after so many blocks in a row, and a free block for lunch; ``busy`` holds what may fill each block."""
    for window in problem.windows(row + 1):
        _at_most(model, [variable for at in window for variable in busy.get(at, ())], row)
    if problem.lunch:
        _at_most(model, [variable for at in problem.lunch for variable in busy.get(at, ())], len(problem.lunch) - 1)


def _at_most(model: CpModel, variables: list[Any], most: int) -> None:
    if len(variables) > most:
        model.add(sum(variables) <= most)


class TimetableModel:
    """The model of the first stage."""

    def __init__(self, problem: DayProblem, *, pinned: Pinned | None = None) -> None:
        from ortools.sat.python import cp_model

        self.problem, self._pinned = problem, pinned
        self._now = pinned.now if pinned is not None else 0
        self.model: CpModel = cp_model.CpModel()
        self._starts: dict[Key, dict[int, Any]] = {}
        self._stays: dict[str, dict[tuple[int, int], Any]] = {}
        self._kinds = _kinds(problem.rooms)
        self._sessions: dict[SessionKey, Any] = {}
        self._add_candidates()
        for exercise in problem.exercises:
            self._add_sessions(exercise)
        self._add_rooms()
        self._add_assessors()

    def _add_candidates(self) -> None:
        alike: dict[tuple[Any, ...], Any] = {}
        for candidate in self.problem.candidates:
            busy: dict[int, list[Any]] = defaultdict(list)
            for code in sorted(candidate.exercises):
                length = self.problem.length(self.problem.exercise[code], extra=candidate.extra_time)
                own = {at: self.model.new_bool_var("") for at in self._possible(candidate, code, length)}
                self._starts[candidate.id, code] = own
                self.model.add_exactly_one(own.values())
                for at, variable in own.items():
                    for covered in range(at, at + length):
                        busy[covered].append(variable)
            add_pauses(self.model, self.problem, busy, self.problem.rules.candidate_row)
            stays = {stay: self.model.new_bool_var("") for stay in stays_of(self.problem, candidate)}
            self._stays[candidate.id] = stays
            self.model.add_exactly_one(stays.values())
            for at, variables in busy.items():
                self.model.add(sum(variables) <= sum(stay for (first, last), stay in stays.items() if first <= at <= last))
            # Candidates who are alike can change places: one order of them is enough.
            kind = (candidate.exercises, candidate.blocks, candidate.extra_time)
            order = sum(place * stay for place, stay in enumerate(stays.values()))
            if kind in alike and self._pinned is None:
                self.model.add(alike[kind] <= order)
            alike[kind] = order

    def _possible(self, candidate: Candidate, code: str, length: int) -> Iterable[int]:
        over = self._pinned.start((candidate.id, code)) if self._pinned is not None else None
        if over is not None:
            return [over]
        return [
            at
            for at in range(self._now, len(self.problem.blocks) - length + 1)
            if all(self.problem.is_there(candidate, at + step) for step in range(length))
        ]

    def _add_sessions(self, exercise: Exercise) -> None:
        """As many sessions as hold the candidates of a block, each with enough of them. Who needs extra time is in a long one."""
        problem, model = self.problem, self.model
        takers = [one for one in problem.candidates if exercise.code in one.exercises]
        slow = {one.id for one in takers if exercise.extra_time and one.extra_time}
        every: list[Any] = []
        every_long: list[Any] = []
        for at in sorted({at for one in takers for at in self._starts[one.id, exercise.code]}):
            here = {one.id: own[at] for one in takers if at in (own := self._starts[one.id, exercise.code])}
            counts: dict[bool, list[tuple[int, Any]]] = {False: [], True: []}
            for kind, rooms in enumerate(self._kinds):
                seats = problem.seats(exercise, rooms[0])
                for long in (False, True)[: 2 if slow else 1]:
                    if seats and at + problem.length(exercise, extra=long) <= len(problem.blocks):
                        count = self._sessions[exercise.code, at, kind, long] = model.new_int_var(0, len(rooms), "")
                        counts[long].append((seats, count))
            slow_total = sum(variable for key, variable in here.items() if key in slow)
            total = sum(here.values())
            model.add(total <= sum(seats * count for seats, count in counts[False] + counts[True]))
            model.add(total >= sum(exercise.group_min * count for _seats, count in counts[False] + counts[True]))
            if slow:
                model.add(slow_total <= sum(seats * count for seats, count in counts[True]))
                model.add(total - slow_total >= sum(exercise.group_min * count for _seats, count in counts[False]))
            every += [count for _seats, count in counts[False] + counts[True]]
            every_long += [count for _seats, count in counts[True]]
        # Follows from the rest, but only in whole numbers: without it the bound stays far off.
        most = max(1, *(problem.seats(exercise, rooms[0]) for rooms in self._kinds))
        model.add(sum(every) >= -(-len(takers) // most))
        model.add(sum(every_long) >= -(-len(slow) // most))

    def _covering(self, at: int) -> list[tuple[Exercise, int, Any]]:
        """The sessions that go on in a block: exercise, kind of room, how many."""
        return [
            (exercise, kind, count)
            for (code, start, kind, long), count in self._sessions.items()
            if start <= at < start + self.problem.length(exercise := self.problem.exercise[code], extra=long)
        ]

    def _add_rooms(self) -> None:
        for at in range(len(self.problem.blocks)):
            for kind, rooms in enumerate(self._kinds):
                inside = [count for _exercise, of_kind, count in self._covering(at) if of_kind == kind]
                self.model.add(sum(inside) <= len(rooms))
        if self._pinned is not None:
            kind_of = {room.id: kind for kind, rooms in enumerate(self._kinds) for room in rooms}
            over: dict[SessionKey, int] = defaultdict(int)
            for slot in self._pinned.timetable.slots:
                long = slot.length > self.problem.exercise[slot.exercise].blocks
                over[slot.exercise, slot.start, kind_of[slot.room], long] += 1
            for key, count in self._sessions.items():
                if key[1] < self._now:
                    self.model.add(count == over[key])

    def _add_assessors(self) -> None:
        """Enough of them for every set of exercises, and enough seniors: in every block, with a break after so many, with lunch."""
        problem = self.problem
        for at in range(self._now, len(problem.blocks)):
            self._add_stretch((at,), 1)
        for window in problem.windows(problem.rules.assessor_row + 1):
            self._add_stretch(window, problem.rules.assessor_row)
        if problem.lunch:
            self._add_stretch(sorted(problem.lunch), len(problem.lunch) - 1)

    def _add_stretch(self, window: Iterable[int], most: int) -> None:
        """In these blocks nobody works in more than so many of them."""
        problem = self.problem
        places = [at for at in window if at >= self._now]
        inside = [(exercise, count) for at in places for exercise, _kind, count in self._covering(at)]
        hands = {one.id: min(most, sum(problem.is_there(one, at) for at in places)) for one in problem.assessors}
        codes = [exercise.code for exercise in problem.exercises]
        able = {
            code: {one.id for one in problem.assessors if hands[one.id] and problem.can_rate(one, problem.exercise[code])} for code in codes
        }
        sizes = range(1, len(codes) + 1) if len(codes) <= _MOST_SETS else (1, len(codes))
        # Of sets that the same people can rate the largest asks for the most.
        largest = {frozenset().union(*(able[code] for code in each)): each for size in sizes for each in combinations(codes, size)}
        for people, each in largest.items():
            demand = sum(exercise.raters * count for exercise, count in inside if exercise.code in each)
            self.model.add(demand <= sum(hands[key] for key in people))
        seniors = sum(hands[one.id] for one in problem.assessors if SENIOR in one.roles)
        self.model.add(sum(exercise.seniors * count for exercise, count in inside) <= seniors)

    def end(self) -> Any:
        """When the last candidate leaves, in minutes since midnight."""
        blocks = self.problem.blocks
        end = self.model.new_int_var(0, blocks[-1].end, "")
        for stays in self._stays.values():
            self.model.add(end >= sum(blocks[last].end * stay for (_first, last), stay in stays.items()))
        return end

    def person_minutes(self) -> Any:
        """How long candidates are there and assessors at work, all added up."""
        blocks = self.problem.blocks
        stay = sum((blocks[last].end - blocks[first].start) * each for own in self._stays.values() for (first, last), each in own.items())
        return stay + sum(
            exercise.raters * (block.end - block.start) * count
            for at, block in enumerate(blocks)
            for exercise, _kind, count in self._covering(at)
        )

    def moves(self, start: Mapping[Key, int]) -> Any:
        """How many exercises of candidates are in another block than they were."""
        return sum(1 - own.get(start[key], 0) for key, own in self._starts.items() if key in start)

    def hint(self, start: Mapping[Key, int]) -> None:
        """Begin the search near a timetable."""
        for key, own in self._starts.items():
            for at, variable in own.items():
                self.model.add_hint(variable, start.get(key) == at)

    def timetable(self, solver: CpSolver, levels: tuple[Level, ...], previous: Iterable[Slot] = ()) -> Timetable:
        """What was found, in rooms: the same ones as before where that can be."""
        start = {key: next(at for at, variable in own.items() if solver.value(variable)) for key, own in self._starts.items()}
        rooms_before: dict[tuple[str, int, int], list[str]] = defaultdict(list)
        for slot in previous:
            rooms_before[slot.exercise, slot.start, slot.length].append(slot.room)
        slots = []
        free_from: dict[str, int] = {room.id: 0 for room in self.problem.rooms}
        for at in range(len(self.problem.blocks)):
            wanted = [
                (kind, code, self.problem.length(self.problem.exercise[code], extra=long))
                for (code, from_block, kind, long), count in self._sessions.items()
                if from_block == at
                for _each in range(solver.value(count))
            ]
            left = []
            for kind, code, length in wanted:
                names = [room.id for room in self._kinds[kind] if free_from[room.id] <= at and room.id in rooms_before[code, at, length]]
                if names:
                    slots.append(Slot(code, at, names[0], length))
                    free_from[names[0]] = at + length
                else:
                    left.append((kind, code, length))
            for kind, code, length in left:
                name = next(room.id for room in self._kinds[kind] if free_from[room.id] <= at)
                slots.append(Slot(code, at, name, length))
                free_from[name] = at + length
        return Timetable(start, tuple(slots), levels)


def _kinds(rooms: Iterable[Room]) -> list[list[Room]]:
    """Rooms that are alike, together."""
    found: dict[tuple[int, frozenset[str] | None], list[Room]] = defaultdict(list)
    for room in rooms:
        found[room.capacity, room.exercises].append(room)
    return list(found.values())
