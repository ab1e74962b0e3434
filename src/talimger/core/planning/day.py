"""The assessment day: what is to be planned, and the plan. Plain frozen data that any process may load."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

ASSESSOR, SENIOR = "assessor", "senior_interviewer"
ROLES = (ASSESSOR, SENIOR)


@dataclass(frozen=True)
class Block:
    """A stretch of the day, in minutes since midnight, in which one session fits. ``lunch``: lunch can fall into it."""

    id: str
    start: int
    end: int
    lunch: bool = False


@dataclass(frozen=True)
class Room:
    """A place for one session at a time. ``exercises`` is ``None`` where every exercise can be held."""

    id: str
    capacity: int
    exercises: frozenset[str] | None = None


@dataclass(frozen=True)
class Exercise:
    """What candidates do, ``group_min`` to ``group_max`` of them together, for so many ``blocks``, watched by so many ``raters``.

    At least ``seniors`` of the raters are senior interviewers. ``extra_time``: who is entitled to it stays one block longer.
    """

    code: str
    group_min: int = 1
    group_max: int = 1
    raters: int = 2
    seniors: int = 0
    blocks: int = 1
    extra_time: bool = False


@dataclass(frozen=True)
class Candidate:
    """Somebody who has to do ``exercises``. ``blocks`` is ``None`` for who is there all day."""

    id: str
    exercises: frozenset[str]
    blocks: frozenset[str] | None = None
    extra_time: bool = False


@dataclass(frozen=True)
class Assessor:
    """Somebody who rates. Who is a senior interviewer only rates where senior interviewers are asked for.

    ``blocks`` is ``None`` for who is there all day, ``exercises`` for who can rate all of them.
    """

    id: str
    roles: frozenset[str] = frozenset({ASSESSOR})
    blocks: frozenset[str] | None = None
    exercises: frozenset[str] | None = None
    name: str = ""


@dataclass(frozen=True)
class Rules:
    """How many blocks in a row a candidate and an assessor can take before a pause, how often the same two may meet.

    Blocks follow in a row unless ``pause`` minutes or more lie between them.
    """

    candidate_row: int = 3
    assessor_row: int = 4
    meetings: int = 2
    pause: int = 20


@dataclass(frozen=True)
class DayProblem:
    """An assessment day to be planned. ``conflicts`` are pairs of assessor and candidate who must not meet."""

    blocks: tuple[Block, ...]
    rooms: tuple[Room, ...]
    exercises: tuple[Exercise, ...]
    candidates: tuple[Candidate, ...]
    assessors: tuple[Assessor, ...]
    conflicts: frozenset[tuple[str, str]] = frozenset()
    rules: Rules = Rules()

    @cached_property
    def block_at(self) -> dict[str, int]:
        """The place of a block in the day, by id."""
        return {block.id: place for place, block in enumerate(self.blocks)}

    @cached_property
    def room(self) -> dict[str, Room]:
        return {room.id: room for room in self.rooms}

    @cached_property
    def exercise(self) -> dict[str, Exercise]:
        return {exercise.code: exercise for exercise in self.exercises}

    @cached_property
    def candidate(self) -> dict[str, Candidate]:
        return {candidate.id: candidate for candidate in self.candidates}

    @cached_property
    def assessor(self) -> dict[str, Assessor]:
        return {assessor.id: assessor for assessor in self.assessors}

    @cached_property
    def lunch(self) -> frozenset[int]:
        """The places of the blocks into which lunch can fall."""
        return frozenset(place for place, block in enumerate(self.blocks) if block.lunch)

    @cached_property
    def runs(self) -> tuple[tuple[int, ...], ...]:
        """Places of blocks that follow each other without a pause between them."""
        found: list[list[int]] = []
        for place, block in enumerate(self.blocks):
            if place and block.start - self.blocks[place - 1].end < self.rules.pause:
                found[-1].append(place)
            else:
                found.append([place])
        return tuple(map(tuple, found))

    def windows(self, length: int) -> list[tuple[int, ...]]:
        """Every so many blocks that follow each other without a pause."""
        return [run[at : at + length] for run in self.runs for at in range(len(run) - length + 1)]

    def is_there(self, person: Candidate | Assessor, place: int) -> bool:
        return person.blocks is None or self.blocks[place].id in person.blocks

    def length(self, exercise: Exercise, *, extra: bool) -> int:
        """How many blocks a session takes that somebody with extra time is in, or nobody."""
        return exercise.blocks + (extra and exercise.extra_time)

    def seats(self, exercise: Exercise, room: Room) -> int:
        """How many candidates one session of the exercise can have there; 0 where it cannot be held."""
        most = min(exercise.group_max, room.capacity)
        return most if most >= exercise.group_min and (room.exercises is None or exercise.code in room.exercises) else 0

    def can_rate(self, assessor: Assessor, exercise: Exercise) -> bool:
        may = bool(assessor.roles & {ASSESSOR, SENIOR} if exercise.seniors else ASSESSOR in assessor.roles)
        return may and (assessor.exercises is None or exercise.code in assessor.exercises)


@dataclass(frozen=True)
class Session:
    """One exercise in one room, from a block on: who does it and who rates it. It holds room and assessors for ``length`` blocks."""

    exercise: str
    block: str
    room: str
    candidates: tuple[str, ...]
    assessors: tuple[str, ...]
    length: int = 1

    @property
    def key(self) -> tuple[str, str, str]:
        return self.exercise, self.block, self.room


@dataclass(frozen=True)
class Level:
    """One of the goals, the weightier before the others: what the plan reaches, and what no plan can be better than.

    ``proved`` says that the plan is within the asked-for gap of the best.
    """

    name: str
    value: int
    bound: int
    proved: bool

    @property
    def gap(self) -> float:
        """How far the plan can be from the best, as a share of its value."""
        return (self.value - self.bound) / max(abs(self.value), 1)


@dataclass(frozen=True)
class DayPlan:
    """Sessions in the order of the day. ``variance`` is the mean variance of a difference of two candidates, in units of one rating's
    error variance; ``None`` when ratings do not link all candidates. ``seconds`` is the time that solvers took.
    """

    sessions: tuple[Session, ...]
    levels: tuple[Level, ...]
    fingerprint: str
    seed: int
    seconds: float
    variance: float | None

    @property
    def gap(self) -> float:
        """The largest gap of a level."""
        return max((level.gap for level in self.levels), default=0.0)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Who rates whom: candidate and assessor, once for every meeting."""
        return tuple(
            (candidate, assessor) for session in self.sessions for candidate in session.candidates for assessor in session.assessors
        )


def fingerprint(problem: Any) -> str:
    """SHA-256 of a problem, whatever the order in which its ids were given."""
    return hashlib.sha256(json.dumps(_canonical(asdict(problem)), ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(each) for key, each in value.items()}
    if isinstance(value, frozenset):
        return sorted(map(_canonical, value))
    if isinstance(value, tuple):
        inner = [_canonical(each) for each in value]
        return sorted(inner, key=_name) if inner and isinstance(value[0], dict) else inner
    return value


def _name(value: dict[str, Any]) -> str:
    return str(value.get("id", value.get("code")))
