"""Mail: queued in the transaction that causes it, delivered by the worker over SMTP, readable on a page."""

from __future__ import annotations

import datetime as dt
import logging
import smtplib
import uuid
from email.utils import formataddr

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from talimger.kernel.models import OutboxMail

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 12
MAX_BACKOFF = dt.timedelta(hours=6)


def queue_mail(
    *,
    purpose: str,
    to_email: str,
    subject: str,
    body: str,
    language: str,
    now: dt.datetime,
    to_name: str = "",
    programme_id: int | None = None,
) -> OutboxMail:
    """Put a letter into the outbox, in the transaction of its cause: no cause, no letter."""
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return OutboxMail.objects.create(
        programme_id=programme_id,
        purpose=purpose,
        to_name=to_name,
        to_email=to_email,
        # A header is one line, whatever a name or a title brought along.
        subject=" ".join(subject.split())[:250],
        body=body,
        language=language,
        message_id=f"<{uuid.uuid4()}@{host}>",
        created_at=now,
        next_attempt_at=now,
    )


def deliver_due_mail(*, now: dt.datetime, limit: int = 50) -> int:
    """Send the letters that are due over one connection and return how many left. While mail is held, none is sent."""
    if settings.EMAIL_HELD:
        return 0
    due = list(
        OutboxMail.objects.filter(state=OutboxMail.State.WAITING, next_attempt_at__lte=now)
        .order_by("pk")
        .values_list("pk", flat=True)[:limit]
    )
    sent = 0
    connection = get_connection() if due else None
    for key in due:
        sent += _deliver(key, connection, now)
    if connection is not None:
        connection.close()
    return sent


def _deliver(key: int, connection: BaseEmailBackend | None, now: dt.datetime) -> int:
    with transaction.atomic():
        mail = OutboxMail.objects.select_for_update().get(pk=key)
        if mail.state != OutboxMail.State.WAITING:  # what is marked sent is never sent again
            return 0
        mail.attempts += 1
        try:
            _message(mail, connection).send()
        except (smtplib.SMTPException, OSError) as error:
            logger.warning("letter %s was not accepted: %s", mail.pk, error)
            mail.last_error = f"{type(error).__name__}: {error}"[:400]
            refused = isinstance(error, smtplib.SMTPRecipientsRefused)
            if refused or mail.attempts >= MAX_ATTEMPTS:
                mail.state = OutboxMail.State.FAILED
            mail.next_attempt_at = now + min(dt.timedelta(minutes=1) * 2 ** (mail.attempts - 1), MAX_BACKOFF)
            mail.save(update_fields=["attempts", "last_error", "state", "next_attempt_at"])
            return 0
        mail.state = OutboxMail.State.SENT
        mail.sent_at = now
        mail.last_error = ""
        mail.save(update_fields=["attempts", "state", "sent_at", "last_error"])
        return 1


def _message(mail: OutboxMail, connection: BaseEmailBackend | None) -> EmailMessage:
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[formataddr((mail.to_name, mail.to_email))],
        headers={"Message-ID": mail.message_id, "Content-Language": mail.language},
        connection=connection,
    )
