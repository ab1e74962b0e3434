"""What `talimger check` sees, and that one broken check does not hide the others."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from talimger.framework.models import Term
from talimger.kernel import checks, worker
from talimger.kernel.audit import record, seal_audit
from talimger.kernel.checks import Finding, register_check, run_checks
from talimger.kernel.events import publish
from talimger.kernel.models import AuditEntry, Event, OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.kernel.policies import system_actor
from talimger.kernel.tenancy import programme_scope
from tests.factories.framework import publish_default
from tests.factories.people import actor_of, make_person, make_programme

pytestmark = pytest.mark.django_db


def findings() -> dict[str, tuple[bool, str]]:
    return {finding.name: (finding.is_fine, finding.words) for finding in run_checks(now=timezone.now())}


def test_a_whole_installation_is_fine_but_for_the_worker_that_a_test_does_not_start() -> None:
    found = findings()
    assert [name for name, (fine, _words) in found.items() if not fine] == ["worker"]
    assert "0 missing, 0 fuzzy" in found["translations"][1]


def test_a_worker_that_was_seen_a_minute_ago_is_fine_and_one_of_an_hour_ago_is_not() -> None:
    worker.beat(now=timezone.now() - dt.timedelta(minutes=1))
    assert findings()["worker"][0]
    worker.beat(now=timezone.now() - dt.timedelta(hours=1))
    assert not findings()["worker"][0]


def test_an_audit_row_that_was_changed_breaks_the_chain() -> None:
    actor = system_actor(programme_id=None, now=timezone.now())
    entry = record(actor=actor, action="test.done")
    seal_audit(now=timezone.now())
    assert findings()["audit"][0]
    AuditEntry.objects.filter(pk=entry.pk).update(action="test.undone")
    assert not findings()["audit"][0]


def test_letters_that_were_not_delivered_are_told() -> None:
    mail = queue_mail(purpose="test", to_email="a@example.test", subject="s", body="b", language="ru", now=timezone.now())
    assert "1 waiting" in findings()["outbox"][1]
    OutboxMail.objects.filter(pk=mail.pk).update(state="failed")
    assert "1 not delivered" in findings()["outbox"][1]


def test_letters_that_wait_too_long_are_a_fault_where_they_should_leave(settings: Any) -> None:
    settings.EMAIL_HELD = False
    queue_mail(purpose="t", to_email="a@example.test", subject="s", body="b", language="ru", now=timezone.now() - dt.timedelta(hours=3))
    fine, words = findings()["outbox"]
    assert not fine
    assert "3 hours" in words


def test_news_that_nobody_could_take_are_told() -> None:
    event = publish("test.stuck", now=timezone.now(), programme_id=None)
    assert findings()["events"] == (True, "1 waiting")
    Event.objects.filter(pk=event.pk).update(attempts=2, last_error="KeyError: 7")
    fine, words = findings()["events"]
    assert not fine
    assert "KeyError: 7" in words


def test_a_framework_changed_after_publishing_is_told() -> None:
    programme = make_programme()
    officer = make_person(programme, "officer")
    with programme_scope(programme):
        publish_default(actor_of(officer, programme))
        assert findings()["framework"][0]
        Term.objects.first().delete()  # type: ignore[union-attr]  # there are 15
    fine, words = findings()["framework"]
    assert not fine
    assert "samgau 1" in words


def test_a_check_that_breaks_is_a_finding_and_the_others_still_run(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(now: dt.datetime) -> Finding:
        raise RuntimeError("out of order")

    monkeypatch.setattr(checks, "_checks", {"broken": broken, **checks._checks})
    found = findings()
    assert not found["broken"][0]
    assert "out of order" in found["broken"][1]
    assert len(found) > 5


def test_two_checks_cannot_share_a_name() -> None:
    with pytest.raises(ValueError, match="database"):
        register_check("database", lambda now: Finding("fine"))
