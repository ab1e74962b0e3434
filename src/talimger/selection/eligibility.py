"""Who may rate whom by which method, read once for a whole intake: roles, loads, conflicts, decisions, who interviews."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils import timezone

from talimger.framework.models import Method
from talimger.people.models import Organisation, RoleAssignment, User
from talimger.people.roles import Role
from talimger.selection.models import (
    LIVE_STATES,
    Candidate,
    ConflictOfInterest,
    Decision,
    Intake,
    MethodSetting,
    Override,
    RatingSheet,
)
from talimger.selection.policies import RATERS

Ground = ConflictOfInterest.Ground


@dataclass(frozen=True)
class Field:
    """Everything that decides who may take a sheet, by keys: candidates, methods and people."""

    settings: Mapping[int, MethodSetting]
    people: Mapping[int, User]
    roles: Mapping[int, frozenset[str]]
    # Live sheets: who rates whom by which method, and which of them are still open.
    present: Mapping[tuple[int, int], frozenset[int]]
    load: Counter[int]
    barred: Mapping[int, frozenset[int]]
    trained_by: Mapping[int, frozenset[int]]
    interviewers: frozenset[int]

    def applies(self, candidate: Candidate, method: Method) -> bool:
        """Whether the intake asks for this method of this candidate."""
        asked = method.pk in self.settings
        return asked and (method.applies == Method.Applies.EVERYONE or candidate.came_through_training)

    def missing(self, candidate: Candidate, method: Method) -> int:
        """How many raters are still to be found for a candidate by a method."""
        if not self.applies(candidate, method):
            return 0
        return max(0, self.settings[method.pk].raters - len(self.present.get((candidate.pk, method.pk), ())))

    def eligible(self, candidate: Candidate, method: Method) -> tuple[int, ...]:
        """The people who may take such a sheet, whether or not they have one already; in the order of their keys."""
        return tuple(person for person in sorted(self.people) if self._may(person, candidate, method))

    def _may(self, person: int, candidate: Candidate, method: Method) -> bool:
        if person in self.barred.get(candidate.pk, ()) or self.people[person].email.lower() == candidate.email.lower():
            return False
        if method.kind != Method.Kind.FEEDBACK and person in self.trained_by.get(candidate.pk, ()):
            return False
        if method.rater_role and method.rater_role not in self.roles[person]:
            return False
        return method.kind != Method.Kind.INTERVIEW or not method.rater_role or person in self.interviewers


def field_of(intake: Intake, *, people: Collection[int], now: dt.datetime) -> Field:
    """Read the field of an intake for these people; whoever holds no rating role today is left out."""
    today = timezone.localdate(now)
    roles: dict[int, set[str]] = defaultdict(set)
    persons: dict[int, User] = {}
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), person__in=people, person__is_active=True, role__in=RATERS)
    for assignment in held.select_related("person").order_by("person_id"):
        roles[assignment.person_id].add(assignment.role)
        persons[assignment.person_id] = assignment.person
    present: dict[tuple[int, int], set[int]] = defaultdict(set)
    load: Counter[int] = Counter()
    live = RatingSheet.objects.filter(intake=intake, state__in=LIVE_STATES)
    for candidate, method, assessor in live.values_list("candidate", "method", "assessor"):
        present[candidate, method].add(assessor)
        load[assessor] += 1
    barred: dict[int, set[int]] = defaultdict(set)
    trained: dict[int, set[int]] = defaultdict(set)
    conflicts = ConflictOfInterest.objects.filter(candidate__intake=intake)
    for candidate, person, ground in conflicts.values_list("candidate", "person", "ground"):
        # Who trained a candidate gives the feedback that is asked of trainers, and rates nothing else of them.
        (trained if ground == Ground.TRAINING else barred)[candidate].add(person)
    for candidate, person in Decision.objects.filter(candidate__intake=intake).values_list("candidate", "decided_by"):
        barred[candidate].add(person)
    return Field(
        settings={row.method_id: row for row in MethodSetting.objects.filter(intake=intake)},
        people=persons,
        roles={person: frozenset(names) for person, names in roles.items()},
        present={key: frozenset(assessors) for key, assessors in present.items()},
        load=load,
        barred={candidate: frozenset(who) for candidate, who in barred.items()},
        trained_by={candidate: frozenset(who) for candidate, who in trained.items()},
        interviewers=interviewers_of(intake, today=today),
    )


def interviewers_of(intake: Intake, *, today: dt.date) -> frozenset[int]:
    """Who may hold senior interviews of an intake: senior interviewers who belong to UNICEF, and those let in by an exception."""
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), role=Role.SENIOR_INTERVIEWER)
    inside = held.filter(organisation__kind=Organisation.Kind.UNICEF).values_list("person", flat=True)
    let_in = Override.objects.filter(intake=intake, kind=Override.Kind.INTERVIEWER, withdrawn_at=None).values_list("person", flat=True)
    return frozenset(inside) | frozenset(key for key in let_in if key is not None)
