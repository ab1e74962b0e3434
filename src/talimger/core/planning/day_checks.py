"""What is wrong with a problem before anything is solved: what it names without holding it, and what arithmetic rules out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from itertools import combinations
from typing import Any

from talimger.core.planning.day import ROLES, SENIOR, DayProblem, Exercise
from talimger.core.planning.errors import Reason
from talimger.core.planning.stays import most_busy, needed_blocks


def in_order(problem: DayProblem) -> DayProblem:
    """The same problem with blocks by time and everything else by id: the order in which it was told changes no plan."""
    return replace(
        problem,
        blocks=tuple(sorted(problem.blocks, key=lambda block: (block.start, block.id))),
        rooms=tuple(sorted(problem.rooms, key=lambda room: room.id)),
        exercises=tuple(sorted(problem.exercises, key=lambda exercise: exercise.code)),
        candidates=tuple(sorted(problem.candidates, key=lambda candidate: candidate.id)),
        assessors=tuple(sorted(problem.assessors, key=lambda assessor: assessor.id)),
    )


def faults(problem: DayProblem) -> tuple[Reason, ...]:
    """Ids that are named twice or not at all, and numbers that mean nothing."""
    return tuple(_faults(in_order(problem)))


def _faults(problem: DayProblem) -> Iterator[Reason]:
    ids: dict[str, list[str]] = {
        "blocks": [block.id for block in problem.blocks],
        "rooms": [room.id for room in problem.rooms],
        "exercises": [exercise.code for exercise in problem.exercises],
        "candidates": [candidate.id for candidate in problem.candidates],
        "assessors": [assessor.id for assessor in problem.assessors],
    }
    for kind, names in ids.items():
        if not names:
            yield Reason("empty", {"kind": kind})
        for name, times in Counter(names).items():
            if times > 1:
                yield Reason("twice", {"kind": kind, "id": name})
    for kind, owner, of, named in _named(problem):
        for name in sorted(named - set(ids[of])):
            yield Reason("unknown", {"kind": kind, "id": owner, "of": of, "name": name})
    for block, after in zip(problem.blocks, (*problem.blocks[1:], None), strict=True):
        if block.start >= block.end or (after is not None and block.end > after.start):
            yield Reason("block_times", {"id": block.id})
    for exercise in problem.exercises:
        is_whole = 1 <= exercise.group_min <= exercise.group_max and exercise.blocks >= 1 and 0 <= exercise.seniors <= exercise.raters
        if not is_whole or exercise.raters < 1:
            yield Reason("exercise_numbers", {"id": exercise.code})
    for person in problem.assessors:
        for role in sorted(person.roles - set(ROLES)):
            yield Reason("unknown", {"kind": "assessors", "id": person.id, "of": "roles", "name": role})
    if min(problem.rules.candidate_row, problem.rules.assessor_row, problem.rules.meetings) < 1:
        yield Reason("rules_numbers")


def _named(problem: DayProblem) -> Iterator[tuple[str, str, str, frozenset[str]]]:
    """What each thing names: its kind and id, the kind of what it names, the names."""
    none: frozenset[str] = frozenset()
    for room in problem.rooms:
        yield "rooms", room.id, "exercises", room.exercises or none
    for candidate in problem.candidates:
        yield "candidates", candidate.id, "exercises", candidate.exercises
        yield "candidates", candidate.id, "blocks", candidate.blocks or none
    for assessor in problem.assessors:
        yield "assessors", assessor.id, "exercises", assessor.exercises or none
        yield "assessors", assessor.id, "blocks", assessor.blocks or none
    for assessor_id, candidate_id in sorted(problem.conflicts):
        yield "conflicts", f"{assessor_id}, {candidate_id}", "assessors", frozenset({assessor_id})
        yield "conflicts", f"{assessor_id}, {candidate_id}", "candidates", frozenset({candidate_id})


def shortages(problem: DayProblem) -> tuple[Reason, ...]:
    """What a problem without faults has too little of, by arithmetic alone. Nothing found does not mean that there is a plan."""
    takers = {exercise.code: sum(exercise.code in one.exercises for one in problem.candidates) for exercise in problem.exercises}
    sessions: dict[str, int] = {}
    found: list[Reason] = []
    for exercise in problem.exercises:
        if not takers[exercise.code]:
            continue
        most = max(problem.seats(exercise, room) for room in problem.rooms)
        fields = {"exercise": exercise.code, "candidates": takers[exercise.code], "least": exercise.group_min, "most": most}
        if not most:
            found.append(Reason("no_room", fields))
            continue
        sessions[exercise.code] = -(-takers[exercise.code] // most)
        if sessions[exercise.code] * exercise.group_min > takers[exercise.code]:
            found.append(Reason("group_sizes", fields))
        found += _raters(problem, exercise)
    if not found:
        found += _hands(problem, sessions)
    for candidate in problem.candidates:
        needed, possible = needed_blocks(problem, candidate), _free(problem, candidate)
        if needed > possible:
            found.append(Reason("candidate_blocks", {"candidate": candidate.id, "needed": needed, "possible": possible}))
    return tuple(found) or tuple(_pairs(problem))


def work_blocks(problem: DayProblem) -> dict[str, int]:
    """In how many blocks each assessor can work, with breaks and lunch."""
    as_assessors = replace(problem, rules=replace(problem.rules, candidate_row=problem.rules.assessor_row))
    return {one.id: _free(as_assessors, one) for one in problem.assessors}


def _free(problem: DayProblem, person: Any) -> int:
    return most_busy(problem, tuple(problem.is_there(person, at) for at in range(len(problem.blocks))))


def _raters(problem: DayProblem, exercise: Exercise) -> Iterator[Reason]:
    """Enough people at one time for one session."""
    able = [one for one in problem.assessors if problem.can_rate(one, exercise)]
    for code, people, needed in (
        ("raters", able, exercise.raters),
        ("seniors", [one for one in able if SENIOR in one.roles], exercise.seniors),
    ):
        possible = max(sum(problem.is_there(one, at) for one in people) for at in range(len(problem.blocks)))
        if needed > possible:
            yield Reason(code, {"exercise": exercise.code, "needed": needed, "possible": possible})


def _hands(problem: DayProblem, sessions: Mapping[str, int]) -> Iterator[Reason]:
    """Rooms, assessors and senior interviewers for all sessions of the day, in blocks."""
    size = len(problem.blocks)
    work = work_blocks(problem)

    def rooms(codes: Collection[str]) -> int:
        return sum(size for room in problem.rooms if any(problem.seats(problem.exercise[code], room) for code in codes))

    def raters(codes: Collection[str]) -> int:
        return sum(work[one.id] for one in problem.assessors if any(problem.can_rate(one, problem.exercise[code]) for code in codes))

    def seniors(codes: Collection[str]) -> int:
        able = (one for one in problem.assessors if SENIOR in one.roles)
        return sum(work[one.id] for one in able if any(problem.can_rate(one, problem.exercise[code]) for code in codes))

    def each(of: Callable[[Exercise], int]) -> dict[str, int]:
        return {code: count * problem.exercise[code].blocks * of(problem.exercise[code]) for code, count in sessions.items()}

    yield from _smallest("room_blocks", each(lambda _exercise: 1), rooms)
    yield from _smallest("rater_blocks", each(lambda exercise: exercise.raters), raters)
    yield from _smallest("senior_blocks", {code: needed for code, needed in each(lambda one: one.seniors).items() if needed}, seniors)


def _smallest(code: str, needed: Mapping[str, int], possible: Callable[[Collection[str]], int]) -> Iterator[Reason]:
    """The smallest set of exercises that together need more blocks than there are for any of them (Hall's condition)."""
    for size in range(1, len(needed) + 1):
        for codes in combinations(sorted(needed), size):
            wanted, there = sum(needed[each] for each in codes), possible(codes)
            if wanted > there:
                yield Reason(code, {"exercises": codes, "needed": wanted, "possible": there})
                return


def _pairs(problem: DayProblem) -> Iterator[Reason]:
    """Enough people for each candidate who have no conflict of interest and have not met them too often."""
    for candidate in problem.candidates:
        barred = {assessor for assessor, key in problem.conflicts if key == candidate.id}
        exercises = [problem.exercise[code] for code in sorted(candidate.exercises)]
        free = [one for one in problem.assessors if one.id not in barred]
        able = {each.code: sum(problem.can_rate(one, each) for one in free) for each in exercises}
        for each in exercises:
            if each.raters > able[each.code]:
                fields = {"candidate": candidate.id, "exercise": each.code, "needed": each.raters, "possible": able[each.code]}
                yield Reason("conflicts", fields)
        needed = sum(each.raters for each in exercises)
        possible = sum(min(problem.rules.meetings, sum(problem.can_rate(one, each) for each in exercises)) for one in free)
        if needed > possible:
            yield Reason("meetings", {"candidate": candidate.id, "needed": needed, "possible": possible})
