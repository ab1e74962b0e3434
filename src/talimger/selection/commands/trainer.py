"""Asking the trainer of a candidate for a word, by a personal link that opens one form and nothing else."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from talimger.framework.models import Method
from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.outbox import queue_mail
from talimger.kernel.policies import Actor, require
from talimger.people.models import RoleAssignment, User
from talimger.people.roles import Role
from talimger.selection.commands.conflicts import match_conflicts
from talimger.selection.commands.scores import request_scores
from talimger.selection.links import fresh_nonce, link_of
from talimger.selection.models import (
    LIVE_STATES,
    Candidate,
    ConflictOfInterest,
    Intake,
    MethodSetting,
    PersonalLink,
    RatingSheet,
)

LETTER = "trainer_feedback"


@command("selection.trainer.ask")
def ask_trainer(*, actor: Actor, candidate: Candidate) -> PersonalLink:
    """Give the trainer whom the candidate named a sheet and a link to it, and write to them. Asked again, the letter goes again.

    Raises ``DomainError`` for somebody who did not come through training, names no trainer, or whose trainer has answered.
    """
    require(actor, "selection.trainer.ask", candidate)
    candidate = Candidate.objects.select_for_update(of=("self",)).select_related("intake", "programme").get(pk=candidate.pk)
    setting = setting_for(candidate)
    if setting is None:
        raise DomainError(_("Nobody is asked here: trainer feedback does not apply to this candidate."), code="not_applicable")
    until = last_moment(candidate.intake)
    if candidate.intake.state != Intake.State.OPEN or until <= actor.now:
        raise DomainError(_("The time for rating is over. Move the date of the intake first."), code="over")
    trainer = _trainer(candidate, actor)
    sheet = _sheet(candidate, setting, trainer, actor)
    link = PersonalLink.objects.filter(sheet=sheet, withdrawn_at=None).first()
    if link is None:
        link = PersonalLink(programme_id=candidate.programme_id, purpose=PersonalLink.Purpose.TRAINER, sheet=sheet, nonce=fresh_nonce())
        link.created_at = actor.now
    link.expires_at = until
    link.save()
    _write(link, candidate, trainer, actor.now)
    request_scores(intake_id=candidate.intake_id, now=actor.now)
    return link


@command("selection.trainer.withdraw")
def withdraw_trainer_link(*, actor: Actor, candidate: Candidate) -> int:
    """Close every trainer's link of a candidate; what was locked before stays."""
    require(actor, "selection.trainer.ask", candidate)
    return PersonalLink.objects.filter(sheet__candidate=candidate, withdrawn_at=None).update(withdrawn_at=actor.now)


def setting_for(candidate: Candidate) -> MethodSetting | None:
    """What the intake asks of trainers about this candidate; ``None`` where it asks nothing or there is nobody to ask."""
    if not candidate.came_through_training or not candidate.trainer_email or candidate.withdrawn_at or candidate.erased_at:
        return None
    settings = MethodSetting.objects.filter(intake=candidate.intake_id, method__kind=Method.Kind.FEEDBACK)
    return settings.select_related("method").order_by("method__order").first()


def last_moment(intake: Intake) -> dt.datetime:
    """The end of the last day on which trainers can answer."""
    return timezone.make_aware(dt.datetime.combine(intake.rate_by + dt.timedelta(days=1), dt.time.min))


def _trainer(candidate: Candidate, actor: Actor) -> User:
    """The account behind the address that the candidate named, made now if there is none: it has no password and opens no page."""
    email = candidate.trainer_email.strip()
    if email.lower() == candidate.email.lower():
        raise DomainError(_("The trainer’s address is the candidate’s own. Ask the candidate for the right one."), code="own_address")
    person = User.objects.filter(email__iexact=email).first()
    if person is None:
        person = User(email=email, full_name=(candidate.trainer_name or email)[:200], language="ru", joined_at=actor.now)
        person.set_unusable_password()
        person.save()
    today = timezone.localdate(actor.now)
    barred = ConflictOfInterest.objects.filter(~Q(ground=ConflictOfInterest.Ground.TRAINING), candidate=candidate, person=person)
    if barred.exists():
        raise DomainError(_("This trainer has a conflict of interest with the candidate."), code="conflict")
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), person=person, role=Role.TRAINER)
    if not held.exists():
        RoleAssignment.objects.create(
            programme_id=candidate.programme_id, person=person, role=Role.TRAINER, starts_on=today, ends_on=candidate.intake.rate_by
        )
    match_conflicts(candidate, now=actor.now)
    return person


def _sheet(candidate: Candidate, setting: MethodSetting, trainer: User, actor: Actor) -> RatingSheet:
    sheet, _created = RatingSheet.objects.get_or_create(
        candidate=candidate,
        method=setting.method,
        assessor=trainer,
        state__in=LIVE_STATES,
        defaults={
            "programme_id": candidate.programme_id,
            "intake_id": candidate.intake_id,
            "state": RatingSheet.State.ASSIGNED,
            "gate": setting.gate,
            "due_on": candidate.intake.rate_by,
            "queue_place": candidate.number,
            "assigned_at": actor.now,
        },
    )
    if sheet.state == RatingSheet.State.LOCKED:
        raise DomainError(_("The trainer has answered already."), code="answered")
    return sheet


def text_to_trainer(link: PersonalLink, candidate: Candidate, trainer: User) -> tuple[str, str]:
    """Subject and words of the letter, in the trainer's language; the words serve in a messenger too."""
    with translation.override(trainer.language):
        context = {
            "link": link_of(link),
            "name": trainer.full_name,
            "candidate": candidate,
            "programme": candidate.programme.name.text(),
            "contact": candidate.programme.contact_email,
            "until": candidate.intake.rate_by,
        }
        subject, _newline, body = render_to_string("selection/trainer_letter.txt", context).strip().partition("\n")
    return subject, body.strip() + "\n"


def _write(link: PersonalLink, candidate: Candidate, trainer: User, now: dt.datetime) -> None:
    subject, body = text_to_trainer(link, candidate, trainer)
    queue_mail(
        purpose=LETTER,
        to_email=trainer.email,
        to_name=trainer.full_name,
        subject=subject,
        body=body,
        language=trainer.language,
        now=now,
        programme_id=candidate.programme_id,
    )
