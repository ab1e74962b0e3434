"""An assessment day as the planner sees it. Nothing here loads a solver, so pages can ask whether a plan keeps the rules."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Q

from talimger.core.planning import day as core
from talimger.framework.models import Method
from talimger.people.models import RoleAssignment
from talimger.people.roles import Role
from talimger.selection.models import (
    AssessmentDay,
    ConflictOfInterest,
    DayAssessor,
    DayCandidate,
    DaySession,
    Decision,
    MethodSetting,
    SessionAssessor,
    SessionCandidate,
)

# Facilitation needs a group to facilitate; all other exercises are done side by side, as many as the room holds.
GROUP = {"facilitation": (4, 6)}
SIDE_BY_SIDE = (1, 12)


@dataclass(frozen=True)
class DayInput:
    """A day as a problem of the planner, with the plan that stands; ids are keys of rows, as text."""

    problem: core.DayProblem
    sessions: tuple[core.Session, ...]


def read_day(day: AssessmentDay, *, with_absent: frozenset[int] = frozenset()) -> DayInput:
    """The problem of a day in a constant number of queries. Who is absent is left out, but for those of ``with_absent``."""
    blocks = tuple(
        core.Block(str(row.pk), _minutes(row.starts_at), _minutes(row.ends_at), row.may_be_lunch) for row in day.blocks.order_by("order")
    )
    rooms = tuple(core.Room(str(row.pk), row.capacity) for row in day.rooms.order_by("pk"))
    settings = {row.method_id: row for row in MethodSetting.objects.filter(intake=day.intake_id).select_related("instrument")}
    methods = list(Method.objects.filter(pk__in=day.methods.values("method")).order_by("order"))
    exercises = tuple(_exercise(method, settings[method.pk]) for method in methods if method.pk in settings)
    codes = frozenset(exercise.code for exercise in exercises)
    invited = DayCandidate.objects.filter(day=day, candidate__withdrawn_at=None).select_related("candidate").order_by("pk")
    candidates = tuple(core.Candidate(str(row.candidate_id), codes, extra_time=row.candidate.needs_extra_time) for row in invited)
    keys = [int(candidate.id) for candidate in candidates]
    conflicts = set(ConflictOfInterest.objects.filter(candidate__in=keys).values_list("person", "candidate"))
    conflicts |= set(Decision.objects.filter(candidate__in=keys).values_list("decided_by", "candidate"))
    assessors = _assessors(day, with_absent)
    there = {assessor.id for assessor in assessors}
    return DayInput(
        core.DayProblem(
            blocks=blocks,
            rooms=rooms,
            exercises=exercises,
            candidates=candidates,
            assessors=assessors,
            conflicts=frozenset((str(person), str(candidate)) for person, candidate in conflicts if str(person) in there),
        ),
        sessions_of(day, {method.pk: method.code for method in methods}, candidates, exercises),
    )


def sessions_of(
    day: AssessmentDay, codes: Mapping[int, str], candidates: tuple[core.Candidate, ...], exercises: tuple[core.Exercise, ...]
) -> tuple[core.Session, ...]:
    """The sessions of a day as they stand."""
    seats: dict[int, list[str]] = defaultdict(list)
    for session, candidate in SessionCandidate.objects.filter(session__day=day).values_list("session", "candidate").order_by("pk"):
        seats[session].append(str(candidate))
    panels: dict[int, list[str]] = defaultdict(list)
    for session, person in SessionAssessor.objects.filter(session__day=day).values_list("session", "person").order_by("pk"):
        panels[session].append(str(person))
    longer = {candidate.id for candidate in candidates if candidate.extra_time}
    lengths = {exercise.code: (exercise.blocks, exercise.extra_time) for exercise in exercises}
    found = []
    for row in DaySession.objects.filter(day=day).order_by("block__order", "room__name"):
        blocks, extra = lengths[codes[row.method_id]]
        length = blocks + (extra and not longer.isdisjoint(seats[row.pk]))
        found.append(
            core.Session(
                codes[row.method_id], str(row.block_id), str(row.room_id), tuple(seats[row.pk]), tuple(panels[row.pk]), length
            )
        )
    return tuple(found)


def _exercise(method: Method, setting: MethodSetting) -> core.Exercise:
    least, most = (1, 1) if method.kind == Method.Kind.INTERVIEW else GROUP.get(method.code, SIDE_BY_SIDE)
    extra = setting.instrument is not None and setting.instrument.extra_minutes > 0
    return core.Exercise(
        code=method.code,
        group_min=least,
        group_max=most,
        raters=setting.raters,
        seniors=setting.raters if method.rater_role == Role.SENIOR_INTERVIEWER else 0,
        extra_time=extra,
    )


def _assessors(day: AssessmentDay, with_absent: frozenset[int]) -> tuple[core.Assessor, ...]:
    there = Q(is_absent=False) | Q(person__in=with_absent)
    present = DayAssessor.objects.filter(there, day=day).select_related("person").order_by("person_id")
    people = {row.person_id: row.person for row in present}
    roles: dict[int, set[str]] = defaultdict(set)
    held = RoleAssignment.objects.filter(RoleAssignment.current(day.held_on), person__in=people)
    for person, role in held.values_list("person", "role"):
        roles[person].add(role)
    known = {Role.ASSESSOR.value: core.ASSESSOR, Role.SENIOR_INTERVIEWER.value: core.SENIOR}
    return tuple(
        core.Assessor(str(key), frozenset(known[role] for role in roles[key] if role in known), name=person.full_name)
        for key, person in people.items()
    )


def _minutes(moment: dt.time) -> int:
    return moment.hour * 60 + moment.minute
