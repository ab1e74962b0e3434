"""Reminding assessors of what they have still to rate: one letter each, however many sheets, at most once a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from django.conf import settings
from django.db.models import Count, Min, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import override

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.models import OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.kernel.policies import Actor, require
from talimger.people.models import Programme, User
from talimger.selection.models import OPEN_STATES, Intake, RatingSheet

LETTER = "rating_reminder"
# Whoever was reminded today is not reminded again, however often the button is clicked.
PAUSE = dt.timedelta(hours=20)


@command("selection.sheet.remind")
def remind_assessors(*, actor: Actor, intake: Intake, assessors: Collection[int]) -> list[OutboxMail]:
    """Write to those of these assessors who have sheets left, in their own language.

    A letter names no candidate and no rating: it can be read over a shoulder. Raises ``DomainError`` if nobody is left to write to.
    """
    require(actor, "selection.sheet.assign", intake)
    Intake.objects.select_for_update().get(pk=intake.pk)
    programme = Programme.objects.get(pk=intake.programme_id)
    reminded = OutboxMail.objects.filter(programme=programme, purpose=LETTER, created_at__gt=actor.now - PAUSE).values("to_email")
    left = _left(intake, assessors)
    people = {person.pk: person for person in User.objects.filter(pk__in=left, is_active=True).exclude(email__in=reminded)}
    letters = [_letter(person, *left[key], programme=programme, now=actor.now) for key, person in sorted(people.items())]
    if not letters:
        raise DomainError(_("Nobody to write to: they have nothing left, or were reminded today."), code="nobody")
    return letters


def _left(intake: Intake, assessors: Collection[int]) -> dict[int, tuple[int, dt.date]]:
    sheets: QuerySet[RatingSheet] = RatingSheet.objects.filter(intake=intake, assessor__in=assessors, state__in=OPEN_STATES)
    return {key: (number, due) for key, number, due in sheets.values_list("assessor").annotate(n=Count("pk"), due=Min("due_on"))}


def _letter(person: User, number: int, due_on: dt.date, *, programme: Programme, now: dt.datetime) -> OutboxMail:
    with override(person.language):
        text = render_to_string(
            f"selection/letters/reminder.{person.language}.txt",
            {
                "person": person,
                "number": number,
                "due": date_format(due_on, "MONTH_DAY_FORMAT"),
                "programme": programme,
                "contact": programme.contact_email,
                "link": settings.BASE_URL + reverse("selection:queue", kwargs={"programme": programme.slug}),
            },
        )
    subject, _newline, body = text.strip().partition("\n")
    return queue_mail(
        purpose=LETTER,
        to_email=person.email,
        to_name=person.full_name,
        subject=subject,
        body=body.strip() + "\n",
        language=person.language,
        now=now,
        programme_id=programme.pk,
    )
