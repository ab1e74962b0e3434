"""The first stage of a day: who does which exercise when, in which kind of room, so that enough assessors are there.

Groups are not formed yet: sessions of one exercise in one block share their candidates. What assessors can do is asked for as
numbers (every set of exercises, every stretch of blocks), so that the second stage hardly ever fails.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import TYPE_CHECKING, Any

from talimger.core.planning.day import Candidate, DayProblem, Exercise, Level, Room

if TYPE_CHECKING:
    from ortools.sat.python.cp_model import CpModel, CpSolver

# Of more exercises than these not every set is asked for, only each alone and all together.
_MOST_SETS = 8
Key = tuple[str, str]


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
    levels: tuple[Level, ...]


@dataclass(frozen=True)
class Pinned:
    """What is over stays: sessions that began before the place ``now`` of a block, and who was in them."""

    now: int
    start: Mapping[Key, int]
    slots: tuple[Slot, ...]


def stays(problem: DayProblem, candidate: Candidate, needed: int, dropped: frozenset[str] = frozenset()) -> list[tuple[int, int]]:
    """From which block to which a candidate can stay: long enough for exercises, pauses and lunch."""
    places = range(len(problem.blocks))
    return [
        (first, last)
        for first in places
        for last in places[first:]
        if problem.is_there(candidate, first)
        and problem.is_there(candidate, last)
        and _room_for(problem, tuple(problem.is_there(candidate, at) and first <= at <= last for at in places), dropped) >= needed
    ]


@cache
def _room_for(problem: DayProblem, free: tuple[bool, ...], dropped: frozenset[str]) -> int:
    """The most blocks that can be busy of those that are free, with pauses and lunch."""
    row = len(free) if "candidate_row" in dropped else problem.rules.candidate_row
    starts = {run[0] for run in problem.runs}
    # By how many blocks in a row are busy so far, and whether lunch was had: the most busy blocks.
    best = {(0, not problem.lunch or "lunch" in dropped): 0}
    for at, is_free in enumerate(free):
        after: dict[tuple[int, bool], int] = {}
        for (busy, fed), count in best.items():
            options = [((0, fed or at in problem.lunch), count)]
            in_row = 0 if at in starts else busy
            if is_free and in_row < row:
                options.append(((in_row + 1, fed), count + 1))
            for state, total in options:
                after[state] = max(after.get(state, 0), total)
        best = after
    return max(count for (_busy, fed), count in best.items() if fed)


class TimetableModel:
    """The model of the first stage. ``dropped`` rules are left out, to find out which of them cannot be kept together."""

    def __init__(self, problem: DayProblem, *, pinned: Pinned | None = None, dropped: frozenset[str] = frozenset()) -> None:
        from ortools.sat.python import cp_model

        self.problem, self.dropped, self.pinned = problem, dropped, pinned
        self.model: CpModel = cp_model.CpModel()
        self.starts: dict[Key, dict[int, Any]] = {}
        self.stays: dict[str, dict[tuple[int, int], Any]] = {}
        self.kinds = _kinds(problem.rooms)
        # Sessions by exercise, first block, kind of room, and whether somebody needs extra time.
        self.sessions: dict[tuple[str, int, int, bool], Any] = {}
        self._candidates()
        self._sessions()
        self._rooms()
        self._assessors()

    def _candidates(self) -> None:
        problem, model = self.problem, self.model
        size = len(problem.blocks)
        previous: tuple[Any, Any] | None = None
        for candidate in sorted(problem.candidates, key=_type_of):
            busy: dict[int, list[Any]] = defaultdict(list)
            needed = 0
            for code in sorted(candidate.exercises):
                length = problem.length(problem.exercise[code], extra=candidate.extra_time)
                needed += length
                own = {
                    at: model.new_bool_var(f"{candidate.id} {code} {at}")
                    for at in self._possible(candidate, code, length, size)
                }
                self.starts[candidate.id, code] = own
                model.add_exactly_one(own.values())
                for at, variable in own.items():
                    for covered in range(at, at + length):
                        busy[covered].append(variable)
            self._pauses(busy)
            stays_of = {
                stay: model.new_bool_var(f"{candidate.id} {stay}") for stay in stays(problem, candidate, needed, self.dropped)
            }
            self.stays[candidate.id] = stays_of
            model.add_exactly_one(stays_of.values())
            for at, variables in busy.items():
                model.add(sum(variables) <= sum(stay for (first, last), stay in stays_of.items() if first <= at <= last))
            # Candidates who are alike can change places: one order of them is enough.
            order = sum(place * stay for place, stay in enumerate(stays_of.values()))
            if previous is not None and previous[0] == _type_of(candidate)[0] and self.pinned is None:
                model.add(previous[1] <= order)
            previous = (_type_of(candidate)[0], order)

    def _possible(self, candidate: Candidate, code: str, length: int, size: int) -> list[int]:
        if self.pinned is not None and self.pinned.start.get((candidate.id, code), size) < self.pinned.now:
            return [self.pinned.start[candidate.id, code]]
        now = self.pinned.now if self.pinned is not None else 0
        return [at for at in range(now, size - length + 1) if all(self.problem.is_there(candidate, at + step) for step in range(length))]

    def _pauses(self, busy: Mapping[int, list[Any]]) -> None:
        problem = self.problem
        if "candidate_row" not in self.dropped:
            for window in problem.windows(problem.rules.candidate_row + 1):
                self.model.add(sum(variable for at in window for variable in busy.get(at, ())) <= problem.rules.candidate_row)
        if problem.lunch and "lunch" not in self.dropped:
            self.model.add(sum(variable for at in problem.lunch for variable in busy.get(at, ())) <= len(problem.lunch) - 1)

    def _sessions(self) -> None:
        problem, model = self.problem, self.model
        for exercise in problem.exercises:
            every: list[Any] = []
            every_long: list[Any] = []
            takers = [candidate for candidate in problem.candidates if exercise.code in candidate.exercises]
            slow = {candidate.id for candidate in takers if exercise.extra_time and candidate.extra_time}
            for at in sorted({at for one in takers for at in self.starts[one.id, exercise.code]}):
                here = {one.id: variable for one in takers if (variable := self.starts[one.id, exercise.code].get(at)) is not None}
                total, slow_total = sum(here.values()), sum(variable for key, variable in here.items() if key in slow)
                seats, least, slow_seats, quick_least = [], [], [], []
                for kind, rooms in enumerate(self.kinds):
                    size = self._seats(exercise, rooms[0])
                    for long in (False, True)[: 2 if slow else 1]:
                        if not size or at + problem.length(exercise, extra=long) > len(problem.blocks):
                            continue
                        count = self.sessions[exercise.code, at, kind, long] = model.new_int_var(0, len(rooms), f"{exercise.code} {at} {kind}")
                        seats.append(size * count)
                        least.append(exercise.group_min * count)
                        every.append(count)
                        if long:
                            every_long.append(count)
                        (slow_seats if long else quick_least).append(seats[-1] if long else least[-1])
                model.add(total <= sum(seats))
                model.add(slow_total <= sum(slow_seats))
                if "group_min" not in self.dropped:
                    model.add(total >= sum(least))
                    if slow:
                        model.add(total - slow_total >= sum(quick_least))
            # Follows from the rest, but only for whole numbers: without it the bound stays far off.
            size = max((self._seats(exercise, rooms[0]) for rooms in self.kinds), default=0)
            if size:
                model.add(sum(every) >= -(-len(takers) // size))
                model.add(sum(every_long) >= -(-len(slow) // size))

    def _seats(self, exercise: Exercise, room: Room) -> int:
        return self.problem.seats(exercise, room)

    def _covering(self, at: int, codes: Iterable[str] | None = None) -> list[tuple[Exercise, int, Any]]:
        """The sessions that go on in a block: exercise, kind of room, how many."""
        wanted = None if codes is None else set(codes)
        return [
            (self.problem.exercise[code], kind, count)
            for (code, start, kind, long), count in self.sessions.items()
            if (wanted is None or code in wanted) and start <= at < start + self.problem.length(self.problem.exercise[code], extra=long)
        ]

    def _rooms(self) -> None:
        pinned = self.pinned.slots if self.pinned is not None else ()
        now = self.pinned.now if self.pinned is not None else 0
        for at in range(now, len(self.problem.blocks)):
            for kind, rooms in enumerate(self.kinds):
                inside = [count for _exercise, of_kind, count in self._covering(at) if of_kind == kind]
                self.model.add(sum(inside) <= len(rooms))
        names = {room.id: kind for kind, rooms in enumerate(self.kinds) for room in rooms}
        if self.pinned is None:
            return
        known: dict[tuple[str, int, int, bool], int] = defaultdict(int)
        for slot in pinned:
            if slot.start < now:
                known[slot.exercise, slot.start, names[slot.room], slot.length > self.problem.exercise[slot.exercise].blocks] += 1
        for key, count in self.sessions.items():
            if key[1] < now:
                self.model.add(count == known[key])

    def _assessors(self) -> None:
        """Enough of them in every block, for every set of exercises, with a break after so many blocks, and with lunch."""
        problem = self.problem
        codes = [exercise.code for exercise in problem.exercises]
        sizes = range(1, len(codes) + 1) if len(codes) <= _MOST_SETS else (1, len(codes))
        sets = [frozenset(each) for size in sizes for each in combinations(codes, size)]
        now = self.pinned.now if self.pinned is not None else 0
        if "raters" not in self.dropped:
            for at in range(now, len(problem.blocks)):
                present = [one for one in problem.assessors if problem.is_there(one, at)]
                by_able: dict[frozenset[str], frozenset[str]] = {}
                for each in sets:
                    able = frozenset(one.id for one in present if any(problem.can_rate(one, problem.exercise[code]) for code in each))
                    # Of sets that the same people can rate the largest asks for the most.
                    if len(by_able.get(able, ())) < len(each):
                        by_able[able] = each
                for able, each in by_able.items():
                    self._demand(self._covering(at, each), len(able))
        if "seniors" not in self.dropped:
            for at in range(now, len(problem.blocks)):
                seniors = sum(1 for one in problem.assessors if problem.is_there(one, at) and "senior_interviewer" in one.roles)
                self.model.add(sum(exercise.seniors * count for exercise, _kind, count in self._covering(at) if exercise.seniors) <= seniors)
        if "raters" not in self.dropped and "assessor_row" not in self.dropped:
            for window in problem.windows(problem.rules.assessor_row + 1):
                self._stretch(window, problem.rules.assessor_row)
        if "raters" not in self.dropped and "lunch" not in self.dropped and problem.lunch:
            self._stretch(tuple(sorted(problem.lunch)), len(problem.lunch) - 1)

    def _stretch(self, window: tuple[int, ...], most: int) -> None:
        problem = self.problem
        room = sum(min(most, sum(problem.is_there(one, at) for at in window)) for one in problem.assessors)
        self._demand([each for at in window for each in self._covering(at)], room)

    def _demand(self, sessions: list[tuple[Exercise, int, Any]], most: int) -> None:
        self.model.add(sum(exercise.raters * count for exercise, _kind, count in sessions) <= most)

    # Goals

    def end(self) -> Any:
        """When the last candidate leaves, in minutes since midnight."""
        blocks = self.problem.blocks
        end = self.model.new_int_var(0, max(block.end for block in blocks), "end")
        for own in self.stays.values():
            self.model.add(end >= sum(blocks[last].end * stay for (_first, last), stay in own.items()))
        return end

    def person_minutes(self) -> Any:
        """How long candidates are there and assessors at work, all added up."""
        blocks = self.problem.blocks
        there = sum((blocks[last].end - blocks[first].start) * stay for own in self.stays.values() for (first, last), stay in own.items())
        work = sum(
            exercise.raters * (block.end - block.start) * count
            for at, block in enumerate(blocks)
            for exercise, _kind, count in self._covering(at)
        )
        return there + work

    def moves(self, start: Mapping[Key, int]) -> Any:
        """How many exercises of candidates are in another block than they were."""
        known = [(own, start[key]) for key, own in self.starts.items() if key in start]
        return sum(1 - own.get(at, 0) for own, at in known)

    def timetable(self, solver: CpSolver, levels: tuple[Level, ...], previous: Iterable[Slot]) -> Timetable:
        start = {key: next(at for at, variable in own.items() if solver.value(variable)) for key, own in self.starts.items()}
        counts = {key: solver.value(count) for key, count in self.sessions.items()}
        return Timetable(start, self._in_rooms(counts, {(slot.exercise, slot.start, slot.length): slot.room for slot in previous}), levels)

    def _in_rooms(self, counts: Mapping[tuple[str, int, int, bool], int], previous: Mapping[tuple[str, int, int], str]) -> tuple[Slot, ...]:
        raise NotImplementedError


def _kinds(rooms: Iterable[Room]) -> list[list[Room]]:
    """Rooms that are alike, together."""
    found: dict[tuple[int, tuple[str, ...] | None], list[Room]] = defaultdict(list)
    for room in sorted(rooms, key=lambda room: room.id):
        found[room.capacity, None if room.exercises is None else tuple(sorted(room.exercises))].append(room)
    return list(found.values())


def _type_of(candidate: Candidate) -> tuple[tuple[Any, ...], str]:
    blocks = ("",) if candidate.blocks is None else tuple(sorted(candidate.blocks))
    return (tuple(sorted(candidate.exercises)), blocks, candidate.extra_time), candidate.id
