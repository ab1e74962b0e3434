"""Letters, against a real mail server: each leaves once under its own Message-ID, or waits, or says why it cannot."""

from __future__ import annotations

import asyncio
import datetime as dt
import email
import email.policy
import socket
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from talimger.kernel.models import OutboxMail
from talimger.kernel.outbox import LEASE, MAX_ATTEMPTS, MAX_BACKOFF, deliver_due_mail, queue_mail
from talimger.people.models import Programme
from tests.factories.people import make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


def _on_own_connection(function: Callable[[], object]) -> None:
    try:
        function()
    finally:
        connection.close()


class Mailbox:
    """What the mail server took, and what it is told to answer."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.receivers: list[list[str]] = []
        self.refuses: dict[str, str] = {}
        self.connections = 0
        self.drops_after = 10**6
        self.meanwhile: Callable[[], object] | None = None

    async def handle_EHLO(self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if len(self.letters) >= self.drops_after:
            self.drops_after = 10**6
            server.transport.close()
            return "421 going away"
        if self.meanwhile is not None:
            await asyncio.get_running_loop().run_in_executor(None, _on_own_connection, self.meanwhile)
        content = envelope.original_content or b""
        self.letters.append(email.message_from_bytes(content, policy=email.policy.default))  # type: ignore[arg-type]
        self.receivers.append(list(envelope.rcpt_tos))
        return "250 OK"


class Server:
    """A mail server on this machine that can be stopped and started."""

    def __init__(self) -> None:
        self.box = Mailbox()
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self._controller: Controller | None = None

    def start(self) -> None:
        self._controller = Controller(self.box, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    def stop(self) -> None:
        if self._controller is not None:
            self._controller.stop()
            self._controller = None


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    server = Server()
    server.start()
    settings.EMAIL_HELD = False
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", server.port, 5
    settings.DEFAULT_FROM_EMAIL = "Талимгер <office@samgau.test>"
    yield server
    server.stop()


def letter(**values: Any) -> OutboxMail:
    words = {
        "purpose": "decision", "to_email": "aigerim@example.test", "to_name": "Айгерім Қасымова", "subject": "Сіз қабылдандыңыз",
        "body": "Құрметті Айгерім!\n\nСізді күтеміз.\n", "language": "kk", "now": NOW,
    }  # fmt: skip
    return queue_mail(**{**words, **values})


def states() -> list[str]:
    return list(OutboxMail.objects.order_by("pk").values_list("state", flat=True))


# ── leaving ──


def test_a_letter_leaves_once_with_the_message_id_that_was_stored(server: Server, programme: Programme) -> None:
    mail = letter(programme_id=programme.pk)
    assert deliver_due_mail(now=NOW) == 1
    assert deliver_due_mail(now=NOW + dt.timedelta(days=1)) == 0
    (sent,) = server.box.letters
    assert sent["Message-ID"] == mail.message_id
    assert mail.message_id.endswith("@samgau.test>")
    assert sent["Subject"] == "Сіз қабылдандыңыз"
    assert sent["To"].addresses[0].display_name == "Айгерім Қасымова"
    assert sent["From"].addresses[0].addr_spec == "office@samgau.test"
    assert sent["Content-Language"] == "kk"
    assert sent.get_content().replace("\r\n", "\n") == mail.body
    mail.refresh_from_db()
    assert (mail.state, mail.sent_at, mail.attempts, mail.last_error) == ("sent", NOW, 1, "")


def test_letters_leave_over_one_connection_in_the_order_of_writing(server: Server) -> None:
    for number in range(5):
        letter(subject=f"Письмо {number}")
    assert deliver_due_mail(now=NOW, limit=3) == 3
    assert server.box.connections == 1
    assert deliver_due_mail(now=NOW) == 2
    assert [sent["Subject"] for sent in server.box.letters] == [f"Письмо {number}" for number in range(5)]


def test_a_letter_whose_cause_was_rolled_back_never_existed(server: Server) -> None:
    with transaction.atomic():
        letter()
        transaction.set_rollback(True)
    assert deliver_due_mail(now=NOW) == 0
    assert server.box.letters == []


def test_no_letter_leaves_while_letters_are_held(server: Server, settings: Any) -> None:
    settings.EMAIL_HELD = True
    letter()
    assert deliver_due_mail(now=NOW) == 0
    assert (states(), server.box.connections) == (["waiting"], 0)


def test_the_mail_server_is_left_alone_when_nothing_is_due(server: Server) -> None:
    letter(now=NOW + MINUTE)
    assert deliver_due_mail(now=NOW) == 0
    assert server.box.connections == 0


@pytest.mark.django_db(transaction=True)
def test_nobody_is_kept_from_writing_while_the_mail_server_is_slow(server: Server) -> None:
    """With a transaction open, one slow mail server would lock SQLite for everybody."""
    others: list[int] = []
    server.box.meanwhile = lambda: others.append(make_programme("meanwhile").pk)
    letter()
    assert deliver_due_mail(now=NOW) == 1
    assert len(others) == 1


# ── waiting ──


def test_a_stopped_mail_server_makes_letters_wait_and_a_started_one_takes_them(server: Server) -> None:
    server.stop()
    letter(), letter()
    assert deliver_due_mail(now=NOW) == 0
    mail = OutboxMail.objects.order_by("pk")[0]
    assert (mail.state, mail.attempts, mail.next_attempt_at) == ("waiting", 1, NOW + MINUTE)
    assert "ConnectionRefusedError" in mail.last_error
    server.start()
    assert deliver_due_mail(now=NOW + MINUTE - dt.timedelta(seconds=1)) == 0
    assert deliver_due_mail(now=NOW + MINUTE) == 2
    assert states() == ["sent", "sent"]
    assert OutboxMail.objects.filter(last_error="").count() == 2


def test_waits_grow_to_six_hours_and_end_after_twelve_attempts(server: Server) -> None:
    server.stop()
    letter()
    now, waits = NOW, []
    while states() == ["waiting"]:
        deliver_due_mail(now=now)
        due = OutboxMail.objects.get().next_attempt_at
        waits.append(due - now)
        now = due
    assert waits[:3] == [MINUTE, 2 * MINUTE, 4 * MINUTE]
    assert max(waits) == MAX_BACKOFF
    assert (states(), len(waits)) == (["failed"], MAX_ATTEMPTS)


def test_a_connection_that_breaks_in_between_costs_only_one_letter_a_wait(server: Server) -> None:
    server.box.drops_after = 1
    for number in range(3):
        letter(subject=f"Письмо {number}")
    assert deliver_due_mail(now=NOW) == 1
    assert list(OutboxMail.objects.order_by("pk").values_list("state", "attempts")) == [("sent", 1), ("waiting", 1), ("waiting", 0)]
    assert deliver_due_mail(now=NOW) == 1
    assert deliver_due_mail(now=NOW + MINUTE) == 1
    assert [sent["Subject"] for sent in server.box.letters] == ["Письмо 0", "Письмо 2", "Письмо 1"]


def test_a_letter_whose_worker_died_while_sending_is_due_again_under_the_same_message_id(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_parts: object) -> None:
        raise SystemExit

    mail = letter()
    with monkeypatch.context() as patch:
        patch.setattr("talimger.kernel.outbox._message", die)
        with pytest.raises(SystemExit):
            deliver_due_mail(now=NOW)
    assert deliver_due_mail(now=NOW + LEASE - dt.timedelta(seconds=1)) == 0
    assert deliver_due_mail(now=NOW + LEASE) == 1
    assert server.box.letters[0]["Message-ID"] == mail.message_id


# ── refused ──


def test_a_refused_address_fails_at_once_and_the_others_leave(server: Server) -> None:
    server.box.refuses["nobody@example.test"] = "550 no such user"
    letter(to_email="nobody@example.test"), letter()
    assert deliver_due_mail(now=NOW) == 1
    assert states() == ["failed", "sent"]
    assert "no such user" in OutboxMail.objects.get(state="failed").last_error


def test_an_address_refused_for_now_is_tried_again(server: Server) -> None:
    server.box.refuses["aigerim@example.test"] = "450 greylisted, come back later"
    letter()
    assert deliver_due_mail(now=NOW) == 0
    assert states() == ["waiting"]
    server.box.refuses.clear()
    assert deliver_due_mail(now=NOW + MINUTE) == 1


def test_a_letter_that_cannot_be_written_fails_without_stopping_the_others(server: Server) -> None:
    broken = letter()
    OutboxMail.objects.filter(pk=broken.pk).update(message_id="<a@b>\nBcc: everybody@example.test")
    letter()
    assert deliver_due_mail(now=NOW) == 1
    assert states() == ["failed", "sent"]
    assert server.box.receivers == [["aigerim@example.test"]]


# ── nothing can be smuggled in ──


@pytest.mark.parametrize("address", ["a@example.test\nBcc: b@example.test", "a@example.test, b@example.test", "nobody", ""])
def test_an_address_that_is_not_one_address_is_refused_when_the_letter_is_queued(address: str) -> None:
    with pytest.raises(ValidationError):
        letter(to_email=address)


def test_names_and_subjects_cannot_add_headers_or_receivers(server: Server) -> None:
    letter(
        to_name='Айгерім"\r\nBcc: spy@example.test, <spy@example.test>',
        subject="Приглашение\r\nBcc: spy@example.test\n\nДругой текст",
        body="Строка\r\n.\r\nMAIL FROM:<spy@example.test>\r\n",
    )
    assert deliver_due_mail(now=NOW) == 1
    (sent,) = server.box.letters
    assert server.box.receivers == [["aigerim@example.test"]]
    assert sent["Bcc"] is None
    # Folding a long header may leave a space before its words; a mail programme shows none.
    assert sent["Subject"].strip() == "Приглашение Bcc: spy@example.test Другой текст"
    assert [address.addr_spec for address in sent["To"].addresses] == ["aigerim@example.test"]
    assert "MAIL FROM:<spy@example.test>" in sent.get_content()


# ── two workers ──


@pytest.mark.django_db(transaction=True)
def test_two_workers_deliver_each_letter_once(server: Server, at_once: Callable[..., list[Any]]) -> None:
    make_programme()
    for number in range(12):
        letter(subject=f"Письмо {number}")
    sent = at_once(lambda: deliver_due_mail(now=NOW), lambda: deliver_due_mail(now=NOW))
    assert sum(sent) == 12
    assert sorted(found["Subject"] for found in server.box.letters) == sorted(f"Письмо {number}" for number in range(12))
    assert states() == ["sent"] * 12


def test_the_database_refuses_a_sent_letter_without_a_time() -> None:
    mail = letter()
    with pytest.raises(IntegrityError, match="outbox_sent_has_time"), transaction.atomic():
        OutboxMail.objects.filter(pk=mail.pk).update(state="sent")
