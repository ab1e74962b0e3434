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
from django.core.validators import validate_email
from django.db.models import F, QuerySet

from talimger.kernel.models import OutboxMail

logger = logging.getLogger(__name__)
MAX_ATTEMPTS = 12
MAX_BACKOFF = dt.timedelta(hours=6)
# How long a worker may take to hand over one letter: each step of the conversation may last EMAIL_TIMEOUT.
LEASE = dt.timedelta(minutes=10)


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
    """Put a letter into the outbox, in the transaction of its cause: no cause, no letter. A wrong address raises ``ValidationError``."""
    validate_email(to_email)
    host = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("> ") or "localhost"
    return OutboxMail.objects.create(
        programme_id=programme_id,
        purpose=purpose,
        # A header is one line, whatever a name or a title brought along.
        to_name=" ".join(to_name.split())[:200],
        to_email=to_email,
        subject=" ".join(subject.split())[:250],
        body=body,
        language=language,
        message_id=f"<{uuid.uuid4()}@{host}>",
        created_at=now,
        next_attempt_at=now,
    )


def deliver_due_mail(*, now: dt.datetime, limit: int = 50) -> int:
    """Send the letters that are due over one connection and return how many left. While mail is held, none is sent.

    No transaction is open while the mail server is spoken to: on SQLite nobody else could write meanwhile.
    """
    if settings.EMAIL_HELD:
        return 0
    waiting = OutboxMail.objects.filter(state=OutboxMail.State.WAITING, next_attempt_at__lte=now)
    due = list(waiting.order_by("pk").values_list("pk", flat=True)[:limit])
    if not due:
        return 0
    connection = get_connection()
    try:
        connection.open()
    except (smtplib.SMTPException, OSError) as error:
        for mail in filter(None, (_claim(key, now) for key in due)):
            _postpone(mail, now, error)
        return 0
    try:
        return _send_all(due, connection, now)
    finally:
        connection.close()


def _send_all(keys: list[int], connection: BaseEmailBackend, now: dt.datetime) -> int:
    sent = 0
    for key in keys:
        mail = _claim(key, now)
        if mail is None:
            continue
        try:
            _message(mail, connection).send()
        except smtplib.SMTPException as error:
            _postpone(mail, now, error, is_final=_is_refused(error))
            if isinstance(error, smtplib.SMTPServerDisconnected):  # the others are still due: a new connection takes them
                break
        except OSError as error:
            _postpone(mail, now, error)
            break
        except Exception as error:  # a letter that cannot be written must not stop the others
            logger.exception("letter %s cannot be sent", mail.pk)
            _postpone(mail, now, error, is_final=True)
        else:
            _waiting(key).update(state=OutboxMail.State.SENT, sent_at=now, last_error="")
            sent += 1
    return sent


def _waiting(key: int) -> QuerySet[OutboxMail]:
    return OutboxMail.objects.filter(pk=key, state=OutboxMail.State.WAITING)


def _claim(key: int, now: dt.datetime) -> OutboxMail | None:
    """Take a letter for a while: of two workers one gets it. If this one dies, the letter is due again when the lease ends."""
    due = _waiting(key).filter(next_attempt_at__lte=now)
    if not due.update(attempts=F("attempts") + 1, next_attempt_at=now + LEASE):
        return None
    return OutboxMail.objects.get(pk=key)


def _postpone(mail: OutboxMail, now: dt.datetime, error: Exception, *, is_final: bool = False) -> None:
    logger.warning("letter %s was not accepted: %s", mail.pk, error)
    is_over = is_final or mail.attempts >= MAX_ATTEMPTS
    _waiting(mail.pk).update(
        state=OutboxMail.State.FAILED if is_over else OutboxMail.State.WAITING,
        next_attempt_at=now + min(dt.timedelta(minutes=1) * 2 ** (mail.attempts - 1), MAX_BACKOFF),
        last_error=f"{type(error).__name__}: {error}"[:400],
    )


def _is_refused(error: smtplib.SMTPException) -> bool:
    """Whether the address was refused for good; a code below 500 means "later"."""
    return isinstance(error, smtplib.SMTPRecipientsRefused) and all(code >= 500 for code, _words in error.recipients.values())


def _message(mail: OutboxMail, connection: BaseEmailBackend) -> EmailMessage:
    return EmailMessage(
        subject=mail.subject,
        body=mail.body,
        to=[formataddr((mail.to_name, mail.to_email))],
        headers={"Message-ID": mail.message_id, "Content-Language": mail.language},
        connection=connection,
    )
