"""Letters to people without an account: their links and their receipt, each in their own language."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.template.loader import render_to_string
from django.utils import translation

from talimger.kernel.models import OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.selection.links import ensure_candidate_link, link_of, resume_link_of
from talimger.selection.models import Application, Candidate, PersonalLink

RESUME, RECEIPT, OWN_LINK = "application", "application_receipt", "candidate_link"
PURPOSES = (RESUME, RECEIPT, OWN_LINK)
# Whoever types somebody else's address again and again does not fill their mailbox.
MOST_AN_HOUR = 4


def queue_resume_link(application: Application, *, now: dt.datetime) -> int:
    """The way back to an application that was begun; how many letters were written."""
    words = {"link": resume_link_of(application), "until": application.intake.apply_until}
    return _queue(RESUME, application, application.email, application.full_name, application.language, words, now)


def queue_receipt(candidate: Candidate, link: PersonalLink, *, now: dt.datetime) -> int:
    """That the application has arrived, with its number and the way to the candidate's own page."""
    words = {"link": link_of(link), "number": candidate.number}
    return _queue(RECEIPT, candidate, candidate.email, candidate.full_name, candidate.language, words, now)


def queue_own_link(candidate: Candidate, *, now: dt.datetime) -> int:
    """The way to the candidate's own page, to who applied before or lost the link."""
    words = {"link": link_of(ensure_candidate_link(candidate, now=now)), "number": candidate.number}
    return _queue(OWN_LINK, candidate, candidate.email, candidate.full_name, candidate.language, words, now)


def _queue(
    purpose: str, row: Application | Candidate, email: str, name: str, language: str, words: Mapping[str, object], now: dt.datetime
) -> int:
    lately = OutboxMail.objects.filter(
        programme_id=row.programme_id, purpose__in=PURPOSES, to_email__iexact=email, created_at__gt=now - dt.timedelta(hours=1)
    )
    if purpose != RECEIPT and lately.count() >= MOST_AN_HOUR:
        return 0
    with translation.override(language):
        context = {
            **words,
            "purpose": purpose,
            "name": name,
            "intake": row.intake,
            "programme": row.programme.name.text(),
            "contact": row.programme.contact_email,
        }
        subject, _newline, body = render_to_string("selection/portal/mail.txt", context).strip().partition("\n")
    queue_mail(
        purpose=purpose,
        to_email=email,
        to_name=name,
        subject=subject,
        body=body.strip() + "\n",
        language=language,
        now=now,
        programme_id=row.programme_id,
    )
    return 1
