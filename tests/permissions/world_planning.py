"""The part of each unit that planning has: a day with one session, and a proposal with one sheet."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.utils import timezone

from talimger.framework.models import Method
from talimger.selection.models import (
    AssessmentDay,
    AssignmentProposal,
    Candidate,
    DayAssessor,
    DayBlock,
    DayCandidate,
    DayMethod,
    DayRoom,
    DaySession,
    Intake,
    ProposedSheet,
    SessionCandidate,
)

if TYPE_CHECKING:
    from tests.permissions.world import Unit


def add_planning(unit: Unit, intake: Intake, candidate: Candidate, method: Method, mark: str) -> None:
    """Plant a day and a proposal that name this candidate."""
    key, person = {"programme": unit.programme}, unit.people["assessor"]
    day = AssessmentDay.objects.create(
        **key, intake=intake, held_on=timezone.localdate(), place=f"{mark} место", created_at=timezone.now(), gap=0.0
    )
    block = DayBlock.objects.create(**key, day=day, order=1, starts_at=dt.time(9), ends_at=dt.time(10))
    room = DayRoom.objects.create(**key, day=day, name=f"{mark} зал", capacity=10)
    DayMethod.objects.create(**key, day=day, method=method)
    DayAssessor.objects.create(**key, day=day, person=person)
    DayCandidate.objects.create(**key, day=day, candidate=candidate)
    session = DaySession.objects.create(**key, day=day, method=method, block=block, room=room)
    SessionCandidate.objects.create(**key, session=session, candidate=candidate)
    proposal = AssignmentProposal.objects.create(
        **key, intake=intake, state=AssignmentProposal.State.APPLIED, due_on=timezone.localdate(), created_at=timezone.now()
    )
    proposed = ProposedSheet.objects.create(**key, proposal=proposal, candidate=candidate, method=method, assessor=person)
    unit.keys |= {"day": day.pk, "session": session.pk, "proposal": proposal.pk, "proposed": proposed.pk}
