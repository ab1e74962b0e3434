"""The phases of an intake with their dates, and the exceptions that were made in it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from talimger.people.models import RoleAssignment, User
from talimger.people.roles import Role
from talimger.selection.eligibility import interviewers_of
from talimger.selection.models import GATE_OF_PHASE, Candidate, Gate, Intake, Override


@dataclass(frozen=True)
class PhaseRow:
    """A phase: whether it is over, now or the next one; until when it lasts; the gate at its end, if it has one."""

    phase: Intake.Phase
    ends_on: dt.date | None
    is_over: bool
    is_now: bool
    is_next: bool
    is_late: bool

    @property
    def gate(self) -> Gate:
        return GATE_OF_PHASE[self.phase]


def phases_of(intake: Intake, *, today: dt.date) -> list[PhaseRow]:
    """All phases in their order."""
    dates = dict(intake.phases.values_list("phase", "ends_on"))
    order = list(Intake.Phase)
    now = order.index(Intake.Phase(intake.phase))
    return [
        PhaseRow(
            phase=phase,
            ends_on=dates.get(phase),
            is_over=place < now,
            is_now=place == now,
            is_next=place == now + 1,
            is_late=place == now and phase in dates and dates[phase] < today,
        )
        for place, phase in enumerate(order)
    ]


def overrides_of(intake: Intake, *, candidate: Candidate | None = None) -> QuerySet[Override]:
    """The exceptions of an intake or of one candidate, those in force first."""
    rows = Override.objects.filter(intake=intake).select_related("candidate", "method", "person", "made_by")
    if candidate is not None:
        rows = rows.filter(candidate=candidate)
    return rows.order_by("withdrawn_at", "-made_at", "-pk")


def interviewers_from_outside(intake: Intake, *, now: dt.datetime) -> list[User]:
    """Senior interviewers of today who do not belong to UNICEF and have no exception yet."""
    today = timezone.localdate(now)
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), role=Role.SENIOR_INTERVIEWER)
    people = User.objects.filter(pk__in=held.values("person"), is_active=True).exclude(pk__in=interviewers_of(intake, today=today))
    return list(people.order_by("name_key"))
