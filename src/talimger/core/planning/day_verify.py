"""Whether a plan of a day keeps every rule, found out without the solver that made it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from talimger.core.planning.day import SENIOR, Assessor, Candidate, DayPlan, DayProblem, Session
from talimger.core.planning.errors import Violation


def verify_day(problem: DayProblem, plan: DayPlan) -> tuple[Violation, ...]:
    """Every rule that the plan breaks; empty for a plan that can be published."""
    known = [session for session in plan.sessions if _is_known(problem, session)]
    found = [Violation("unknown", {"session": session.key}) for session in plan.sessions if session not in known]
    for session in known:
        found += _session(problem, session)
    found += _rooms(problem, known)
    for candidate in problem.candidates:
        found += _candidate(problem, candidate, [session for session in known if candidate.id in session.candidates])
    for assessor in problem.assessors:
        found += _assessor(problem, assessor, [session for session in known if assessor.id in session.assessors])
    found += _pairs(problem, known)
    found += _exercises(problem, known)
    return tuple(found)


def _is_known(problem: DayProblem, session: Session) -> bool:
    named = (
        session.exercise in problem.exercise,
        session.block in problem.block_at,
        session.room in problem.room,
        all(key in problem.candidate for key in session.candidates),
        all(key in problem.assessor for key in session.assessors),
    )
    return all(named) and problem.block_at[session.block] + session.length <= len(problem.blocks)


def _places(problem: DayProblem, session: Session, length: int | None = None) -> range:
    start = problem.block_at[session.block]
    return range(start, start + (session.length if length is None else length))


def _session(problem: DayProblem, session: Session) -> Iterator[Violation]:
    exercise, room = problem.exercise[session.exercise], problem.room[session.room]
    fields = {"session": session.key}
    size = len(session.candidates)
    if not exercise.group_min <= size <= exercise.group_max:
        yield Violation("group_size", {**fields, "size": size, "least": exercise.group_min, "most": exercise.group_max})
    if size > room.capacity:
        yield Violation("room_capacity", {**fields, "size": size, "most": room.capacity})
    if room.exercises is not None and exercise.code not in room.exercises:
        yield Violation("room_exercise", fields)
    needed = max((problem.length(exercise, extra=problem.candidate[key].extra_time) for key in session.candidates), default=exercise.blocks)
    if not needed <= session.length <= problem.length(exercise, extra=True):
        yield Violation("length", {**fields, "length": session.length, "needed": needed})
    if len(session.assessors) != exercise.raters:
        yield Violation("raters", {**fields, "count": len(session.assessors), "needed": exercise.raters})
    seniors = sum(SENIOR in problem.assessor[key].roles for key in session.assessors)
    if seniors < exercise.seniors:
        yield Violation("seniors", {**fields, "count": seniors, "needed": exercise.seniors})
    for who in (session.candidates, session.assessors):
        for key, times in Counter(who).items():
            if times > 1:
                yield Violation("named_twice", {**fields, "person": key})


def _rooms(problem: DayProblem, sessions: Iterable[Session]) -> Iterator[Violation]:
    inside = Counter((session.room, place) for session in sessions for place in _places(problem, session))
    for (room, place), count in sorted(inside.items()):
        if count > 1:
            yield Violation("room_twice", {"room": room, "block": problem.blocks[place].id})


def _candidate(problem: DayProblem, candidate: Candidate, sessions: list[Session]) -> Iterator[Violation]:
    fields = {"candidate": candidate.id}
    done = Counter(session.exercise for session in sessions)
    for code in sorted(candidate.exercises | set(done)):
        if done[code] != (code in candidate.exercises):
            yield Violation("exercise_times", {**fields, "exercise": code, "times": done[code], "needed": int(code in candidate.exercises)})
    places = [
        place
        for session in sessions
        for place in _places(problem, session, problem.length(problem.exercise[session.exercise], extra=candidate.extra_time))
        if place < len(problem.blocks)
    ]
    yield from _person(problem, candidate, places, problem.rules.candidate_row, fields)


def _assessor(problem: DayProblem, assessor: Assessor, sessions: list[Session]) -> Iterator[Violation]:
    fields = {"assessor": assessor.id}
    for session in sessions:
        if not problem.can_rate(assessor, problem.exercise[session.exercise]):
            yield Violation("cannot_rate", {**fields, "exercise": session.exercise})
    places = [place for session in sessions for place in _places(problem, session)]
    yield from _person(problem, assessor, places, problem.rules.assessor_row, fields)


def _person(problem: DayProblem, person: Candidate | Assessor, places: list[int], row: int, fields: dict[str, str]) -> Iterator[Violation]:
    """Presence, one thing at a time, pauses and lunch: the same for who does exercises and for who rates."""
    busy = Counter(places)
    for place, times in sorted(busy.items()):
        block = problem.blocks[place].id
        if times > 1:
            yield Violation("busy_twice", {**fields, "block": block})
        if not problem.is_there(person, place):
            yield Violation("not_there", {**fields, "block": block})
    for window in problem.windows(row + 1):
        if all(place in busy for place in window):
            yield Violation("no_pause", {**fields, "block": problem.blocks[window[-1]].id, "most": row})
    if problem.lunch and problem.lunch <= set(busy):
        yield Violation("no_lunch", dict(fields))


def _pairs(problem: DayProblem, sessions: Iterable[Session]) -> Iterator[Violation]:
    met = Counter((assessor, candidate) for session in sessions for candidate in session.candidates for assessor in session.assessors)
    for (assessor, candidate), times in sorted(met.items()):
        fields = {"assessor": assessor, "candidate": candidate}
        if (assessor, candidate) in problem.conflicts:
            yield Violation("conflict", dict(fields))
        if times > problem.rules.meetings:
            yield Violation("meetings", {**fields, "times": times, "most": problem.rules.meetings})


def _exercises(problem: DayProblem, sessions: Iterable[Session]) -> Iterator[Violation]:
    """Severity and difficulty cannot be told apart where one person alone rates an exercise that is held more than once."""
    raters: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for session in sessions:
        raters[session.exercise].append(session.assessors)
    for code, panels in sorted(raters.items()):
        people = {key for panel in panels for key in panel}
        if len(panels) > 1 and len(people) == 1:
            yield Violation("one_assessor", {"exercise": code, "assessor": next(iter(people))})
