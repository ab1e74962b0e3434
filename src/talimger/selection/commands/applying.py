"""Applying without an account: begin, save as one writes, send once. Whoever holds the resume link acts; nobody else does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.languages import fold
from talimger.kernel.policies import Actor
from talimger.people.models import Organisation
from talimger.selection import portal_letters
from talimger.selection.commands.conflicts import match_conflicts
from talimger.selection.links import ensure_candidate_link, fresh_nonce
from talimger.selection.models import (
    Application,
    ApplicationAnswer,
    ApplicationEntry,
    ApplicationQuestion,
    Candidate,
    FairnessAnswers,
    Intake,
)
from talimger.selection.queries.applying import compose_entries, is_call_open, missing_parts, written_entries

# The wording of the consent that the form shows now; a new wording gets the next number.
CONSENT_VERSION = 1
# What the form may write, field by field: the rest of an application belongs to the house.
WRITTEN_BY_APPLICANT = frozenset(
    [
        "full_name",
        "phone",
        "born_on",
        "city",
        "region",
        "occupation",
        "organisation_name",
        "needs_extra_time",
        "came_through_training",
        "training_course",
        "trainer_name",
        "trainer_email",
        "sex",
        "age_band",
        "residence",
        "disability",
    ]
)
FAIRNESS = ("sex", "age_band", "residence", "disability")
MOST_ENTRIES = 12


@dataclass(frozen=True)
class EntryText:
    """One line of a life, as it was typed."""

    where: str = ""
    what: str = ""
    from_year: int | None = None
    to_year: int | None = None
    text: str = ""

    def __bool__(self) -> bool:
        return bool(self.where or self.what or self.from_year or self.to_year or self.text)


@command("selection.application.start")
def start_application(*, actor: Actor, intake: Intake, email: str, language: str) -> Application:
    """Begin an application and mail its link. Raises ``DomainError`` unless the call is open.

    An address that is known already gets a letter with the way to what there is, and the page says nothing of it: whoever
    types an address does not learn whether its owner has applied.
    """
    if not is_call_open(intake, now=actor.now):
        raise DomainError(_("Applications are closed."), code="closed")
    known = Candidate.objects.filter(intake=intake, email__iexact=email).first()
    application = Application.objects.create(
        programme_id=intake.programme_id,
        intake=intake,
        nonce=fresh_nonce(),
        email=email,
        language=language,
        started_at=actor.now,
        saved_at=actor.now,
    )
    if known is not None:
        portal_letters.queue_own_link(known, now=actor.now)
    else:
        portal_letters.queue_resume_link(application, now=actor.now)
    return application


@command("selection.application.save")
def save_application(
    *,
    actor: Actor,
    application: Application,
    revision: int,
    values: Mapping[str, Any] | None = None,
    consent: bool | None = None,
    entries: Mapping[str, Sequence[EntryText]] | None = None,
    answers: Mapping[int, str] | None = None,
) -> Application:
    """Save what was typed on one page of the form. The same once more changes nothing.

    Raises ``StaleWriteError`` when another phone has saved since, ``DomainError`` once it is sent or the call is over.
    """
    intake = Intake.objects.get(pk=application.intake_id)
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.submitted_at is not None:
        raise DomainError(_("This application has been sent and cannot be changed any more."), code="sent")
    if not is_call_open(intake, now=actor.now):
        raise DomainError(_("Applications are closed."), code="closed")
    if application.revision != revision:
        raise StaleWriteError(_("This form was saved in another window or on another phone after you opened it here."), code="stale")
    for name, value in (values or {}).items():
        if name not in WRITTEN_BY_APPLICANT:
            raise ValueError(f"{name} is not for the applicant to write")
        setattr(application, name, value)
    if consent is not None:
        had = application.consented_at is not None and application.consent_version == CONSENT_VERSION
        if consent and not had:
            application.consent_version, application.consented_at = CONSENT_VERSION, actor.now
        elif not consent:
            application.consent_version, application.consented_at = 0, None
    for kind, given in (entries or {}).items():
        _write_entries(application, ApplicationEntry.Kind(kind), [entry for entry in given if entry][:MOST_ENTRIES])
    if answers:
        _write_answers(application, answers)
    application.revision += 1
    application.saved_at = actor.now
    application.save()
    return application


def _write_entries(application: Application, kind: str, given: Sequence[EntryText]) -> None:
    ApplicationEntry.objects.filter(application=application, kind=kind).delete()
    ApplicationEntry.objects.bulk_create(
        ApplicationEntry(
            programme_id=application.programme_id,
            application=application,
            kind=kind,
            order=order,
            where=entry.where,
            what=entry.what,
            from_year=entry.from_year,
            to_year=entry.to_year,
            text=entry.text,
        )
        for order, entry in enumerate(given, start=1)
    )


def _write_answers(application: Application, answers: Mapping[int, str]) -> None:
    asked = ApplicationQuestion.objects.filter(intake=application.intake_id, withdrawn_at=None, pk__in=answers)
    ApplicationAnswer.objects.bulk_create(
        [
            ApplicationAnswer(programme_id=application.programme_id, application=application, question=question, text=answers[question.pk])
            for question in asked
        ],
        update_conflicts=True,
        unique_fields=["application", "question"],
        update_fields=["text"],
    )


@command("selection.application.send")
def submit_application(*, actor: Actor, application: Application) -> Application:
    """Send the application: a candidate with a number, a receipt by mail, all in one transaction. Sent twice is sent once.

    The deadline is asked inside the transaction and to the second; what was written stays written. Raises ``DomainError``:
    ``closed``, or ``missing`` when something is required that is not there. It comes back unsent when the address has applied
    before: a letter explains.
    """
    # The intake is the lock: whoever gives out the next number, or moves the deadline, waits.
    intake = Intake.objects.select_for_update().get(pk=application.intake_id)
    application = Application.objects.select_for_update().get(pk=application.pk)
    if application.submitted_at is not None:
        return application
    if not is_call_open(intake, now=actor.now):
        raise DomainError(_("Applications are closed."), code="closed")
    missing = missing_parts(application)
    if missing:
        raise DomainError(_("Something is still missing: %(what)s.") % {"what": ", ".join(part.words for part in missing)}, code="missing")
    known = Candidate.objects.filter(intake=intake, email__iexact=application.email).first()
    if known is not None:
        # Not sent, and the screen does not say why: only the owner of the mailbox is told.
        portal_letters.queue_own_link(known, now=actor.now)
        return application
    candidate = _candidate_from(application, intake, actor.now)
    _write_fairness(application, candidate)
    match_conflicts(candidate, now=actor.now)
    application.candidate, application.submitted_at = candidate, actor.now
    application.saved_at = actor.now
    for name in FAIRNESS:
        # They are counted with the candidates from now on, and lie beside no name twice.
        setattr(application, name, "")
    application.save()
    link = ensure_candidate_link(candidate, now=actor.now)
    portal_letters.queue_receipt(candidate, link, now=actor.now)
    return application


def _candidate_from(application: Application, intake: Intake, now: dt.datetime) -> Candidate:
    last = Candidate.objects.filter(intake=intake).aggregate(last=Max("number"))["last"] or 0
    entries = written_entries(application)
    same = ("full_name", "email", "phone", "born_on", "city", "region", "occupation", "language", "needs_extra_time")
    through = bool(application.came_through_training)
    training = ("training_course", "trainer_name", "trainer_email")
    return Candidate.objects.create(
        programme_id=intake.programme_id,
        intake=intake,
        number=last + 1,
        created_at=now,
        # By the name they wrote, so that colleagues never open the file; other spellings are found by people.
        organisation=Organisation.objects.filter(name_key=fold(application.organisation_name)[:200]).first(),
        came_through_training=through,
        professional_experience=compose_entries(entries, ApplicationEntry.Kind.PROFESSIONAL),
        youth_experience=compose_entries(entries, ApplicationEntry.Kind.YOUTH),
        education=compose_entries(entries, ApplicationEntry.Kind.EDUCATION),
        **{name: getattr(application, name) for name in same},
        # Whoever took back the "yes" did not come through training, whatever else is still in the fields.
        **{name: getattr(application, name) if through else "" for name in training},
    )


def _write_fairness(application: Application, candidate: Candidate) -> None:
    given = {name: getattr(application, name) for name in FAIRNESS}
    if any(given.values()):
        FairnessAnswers.objects.create(
            programme_id=candidate.programme_id, candidate=candidate, region=candidate.region, language=candidate.language, **given
        )


@command("selection.link.send_again")
def send_links_again(*, actor: Actor, intake: Intake, email: str) -> int:
    """Mail the owner of an address the way to what they have here: an application that was begun, or their own page. The letters."""
    candidate = Candidate.objects.filter(intake=intake, email__iexact=email, erased_at=None).first()
    if candidate is not None:
        return portal_letters.queue_own_link(candidate, now=actor.now)
    begun = Application.objects.filter(intake=intake, email__iexact=email, submitted_at=None).order_by("-saved_at").first()
    return portal_letters.queue_resume_link(begun, now=actor.now) if begun else 0
