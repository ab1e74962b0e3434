"""The candidate's side: an open call, applications at every stage, a task in the browser."""

from __future__ import annotations

import datetime as dt
from itertools import count
from typing import Any

from django.utils import timezone

from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import across_programmes, programme_scope
from talimger.people.models import Programme
from talimger.selection.commands import EntryText, save_application, start_application
from talimger.selection.links import ensure_candidate_link, token_of
from talimger.selection.models import (
    Application,
    AssessmentDay,
    Candidate,
    DayBlock,
    DayRoom,
    DaySession,
    Decision,
    Gate,
    Instrument,
    Intake,
    MethodSetting,
    SessionCandidate,
)

_numbers = count(1)


def nobody_of(programme: Programme, now: dt.datetime | None = None) -> Actor:
    """Somebody behind a link: no account, no role."""
    return Actor(user_id=None, programme_id=programme.pk, roles=frozenset(), now=now or timezone.now())


def open_call(intake: Intake, *, hours: float = 24) -> Intake:
    """The intake with its call open for so many hours (a negative number: closed since then)."""
    with across_programmes():
        until = timezone.now() + dt.timedelta(hours=hours)
        Intake.objects.filter(pk=intake.pk).update(phase=Intake.Phase.CALL, gate=Gate.DESK, apply_until=until)
        intake.refresh_from_db()
    return intake


def begin(intake: Intake, *, email: str = "", language: str = "en") -> Application:
    """An application that was just begun."""
    with programme_scope(intake.programme):
        application: Application = start_application(
            actor=nobody_of(intake.programme), intake=intake, email=email or f"applicant{next(_numbers)}@example.test", language=language
        )
    return application


def fill(application: Application, **values: Any) -> Application:
    """The application with everything in it that is needed to send it."""
    with programme_scope(application.programme):
        filled: Application = save_application(
            actor=nobody_of(application.programme),
            application=application,
            revision=application.revision,
            consent=True,
            values={"full_name": "Айгерим Сейтова", "came_through_training": False, **values},
            entries={"professional": [EntryText("Школа № 5", "учитель", 2015, 2023, "Вела кружок.")]},
        )
    return filled


def own_token(candidate: Candidate) -> str:
    """The token of the candidate's own page."""
    with across_programmes():
        return token_of(ensure_candidate_link(candidate, now=timezone.now()))


def released(candidate: Candidate, outcome: str, by: Any, **values: Any) -> Decision:
    """A decision that the candidate has been told."""
    reasons = {"accept": "strong_evidence", "reserve": "places_filled", "not_now": "evidence_too_thin"}
    now = timezone.now()
    with across_programmes():
        decision: Decision = Decision.objects.create(
            **{
                "programme_id": candidate.programme_id,
                "candidate": candidate,
                "outcome": outcome,
                "reason": reasons[outcome],
                "comment": "ТОЛЬКО-ДЛЯ-ПРОТОКОЛА",
                "decided_by": by,
                "decided_at": now,
                "released_at": now,
                **values,
            }
        )
    return decision


def with_task(intake: Intake, method: str = "written", *, minutes: int = 40, extra: int = 20) -> Instrument:
    """The intake stands at the assessment day and has a task in the browser."""
    now = timezone.now()
    with across_programmes():
        instrument: Instrument = Instrument.objects.create(
            programme_id=intake.programme_id,
            method_code=method,
            number=1,
            state=Instrument.State.PUBLISHED,
            title=LocalisedText(ru="Письмо родителям", kk="Ата-аналарға хат", en="A letter to parents"),
            task=LocalisedText(ru="Напишите письмо.", kk="Хат жазыңыз.", en="Write a letter."),
            minutes=minutes,
            extra_minutes=extra,
            created_at=now,
            published_at=now,
        )
        MethodSetting.objects.filter(intake=intake, method__code=method).update(instrument=instrument)
        Intake.objects.filter(pk=intake.pk).update(phase=Intake.Phase.DAY, gate=Gate.DAY)
        intake.refresh_from_db()
    return instrument


def with_slot(candidate: Candidate, method: Any, *, published: bool = True, room: str = "Ауд. 3; вход со двора, 2 этаж") -> DaySession:
    """A seat of the candidate on an assessment day next week."""
    now = timezone.now()
    own = {"programme_id": candidate.programme_id}
    with across_programmes():
        day = AssessmentDay.objects.create(
            **own,
            intake_id=candidate.intake_id,
            held_on=timezone.localdate() + dt.timedelta(days=7),
            place="Алматы, ул. Абая, 10",
            created_at=now,
            **({"state": "published", "published_at": now} if published else {}),
        )
        block = DayBlock.objects.create(**own, day=day, order=1, starts_at=dt.time(9, 30), ends_at=dt.time(10, 15))
        place = DayRoom.objects.create(**own, day=day, name=room, capacity=6)
        session: DaySession = DaySession.objects.create(**own, day=day, method=method, block=block, room=place)
        SessionCandidate.objects.create(**own, session=session, candidate=candidate)
    return session
