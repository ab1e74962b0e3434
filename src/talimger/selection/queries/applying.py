"""What the application form asks about: whether the call is open, what is written, what is missing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from talimger.selection.models import Application, ApplicationAnswer, ApplicationEntry, ApplicationQuestion, Intake


@dataclass(frozen=True)
class MissingPart:
    """Something without which an application cannot be sent, and the page where it is asked."""

    step: str
    words: str


@dataclass(frozen=True)
class AnsweredQuestion:
    """A question of the programme with the answer so far."""

    question: ApplicationQuestion
    answer: str


def is_call_open(intake: Intake, *, now: dt.datetime) -> bool:
    """Whether people may apply to this intake now. Without a deadline nobody applies by themselves."""
    return (
        intake.state == Intake.State.OPEN
        and intake.phase == Intake.Phase.CALL
        and intake.apply_until is not None
        and now < intake.apply_until
    )


@dataclass(frozen=True)
class CallNumbers:
    """How many applications were sent, and how many were only begun."""

    sent: int
    begun: int


def call_numbers(intake: Intake) -> CallNumbers:
    """Counts only: what is not sent is nobody's business but the applicant's."""
    rows = Application.objects.filter(intake=intake)
    counted = rows.aggregate(sent=Count("pk", filter=Q(submitted_at__isnull=False)), begun=Count("pk", filter=Q(submitted_at=None)))
    return CallNumbers(**counted)


def questions_of(intake: Intake) -> list[ApplicationQuestion]:
    """The programme's own questions that are asked now, in their order."""
    return list(ApplicationQuestion.objects.filter(intake=intake, withdrawn_at=None))


def answered_questions(application: Application) -> list[AnsweredQuestion]:
    """The questions that are asked now, and what has been answered."""
    texts = dict(ApplicationAnswer.objects.filter(application=application).values_list("question", "text"))
    asked = ApplicationQuestion.objects.filter(intake=application.intake_id, withdrawn_at=None)
    return [AnsweredQuestion(question, texts.get(question.pk, "")) for question in asked]


def written_entries(application: Application) -> list[ApplicationEntry]:
    """All entries of an application, kind by kind in their order."""
    return list(ApplicationEntry.objects.filter(application=application))


def compose_entries(entries: Sequence[ApplicationEntry], kind: str) -> str:
    """The entries of one kind as a text: what assessors read as evidence.

    Each begins with its years, place and task in one line; the own words follow.
    """
    return "\n\n".join(compose_entry(entry) for entry in entries if entry.kind == kind)


def compose_entry(entry: ApplicationEntry) -> str:
    """One entry as a text."""
    years = "–".join(str(year) for year in (entry.from_year, entry.to_year) if year)
    head = ", ".join(part for part in (years, entry.where.strip(), entry.what.strip()) if part)
    return "\n".join(part for part in (head, entry.text.strip()) if part)


def missing_parts(application: Application) -> list[MissingPart]:
    """What has to be there before an application can be sent; asked for as little as can be."""
    missing = []
    if application.consented_at is None:
        missing.append(MissingPart("you", _("your consent")))
    if not application.full_name.strip():
        missing.append(MissingPart("you", _("your name")))
    if application.came_through_training is None:
        missing.append(MissingPart("training", _("whether you came through UPSHIFT training")))
    for each in answered_questions(application):
        if each.question.required and not each.answer.strip():
            missing.append(MissingPart("training", _("an answer to “%(question)s”") % {"question": each.question.text}))
    return missing
