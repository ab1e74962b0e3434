"""News that travels up: written with what happened, delivered at least once, one handler's failure is not the others'."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pytest
from django.db import transaction

from talimger.kernel import events
from talimger.kernel.events import MAX_BACKOFF, deliver_events, publish, subscribe
from talimger.kernel.models import Event
from talimger.kernel.tenancy import current_programme
from talimger.people.models import Programme
from tests.factories.people import make_programme

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def own_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Handlers of these tests do not stay."""
    monkeypatch.setattr(events, "_handlers", defaultdict(list))


def test_an_event_is_handed_to_everybody_who_subscribed_inside_its_programme(programme: Programme) -> None:
    seen: list[Any] = []
    subscribe("selection.admitted", lambda event: seen.append(("first", event.keys["candidate"], current_programme())))
    subscribe("selection.admitted", lambda event: seen.append(("second", event.keys["candidate"], current_programme())))
    subscribe("selection.other", lambda event: seen.append("wrong"))
    publish("selection.admitted", now=NOW, programme_id=programme.pk, candidate=7)
    assert seen == []
    assert deliver_events(now=NOW) == 1
    assert seen == [("first", 7, programme), ("second", 7, programme)]
    assert Event.objects.get().delivered_at == NOW


def test_an_event_that_was_delivered_is_not_delivered_again(programme: Programme) -> None:
    seen: list[int] = []
    subscribe("selection.admitted", lambda event: seen.append(event.pk))
    publish("selection.admitted", now=NOW, programme_id=programme.pk)
    assert [deliver_events(now=NOW) for _ in range(3)] == [1, 0, 0]
    assert len(seen) == 1


def test_a_handler_subscribed_twice_is_called_once() -> None:
    seen: list[int] = []

    def handler(event: Event) -> None:
        seen.append(event.pk)

    subscribe("kernel.news", handler)
    subscribe("kernel.news", handler)
    publish("kernel.news", now=NOW, programme_id=None)
    deliver_events(now=NOW)
    assert len(seen) == 1


def test_news_outside_any_programme_opens_no_scope() -> None:
    seen: list[object] = []
    subscribe("kernel.news", lambda event: seen.append(current_programme()))
    publish("kernel.news", now=NOW, programme_id=None)
    assert deliver_events(now=NOW) == 1
    assert seen == [None]


def test_an_event_of_something_that_was_rolled_back_never_happened(programme: Programme) -> None:
    with transaction.atomic():
        publish("selection.admitted", now=NOW, programme_id=programme.pk)
        transaction.set_rollback(True)
    assert not Event.objects.exists()


def test_a_failing_handler_does_not_stop_other_news_and_leaves_nothing_behind(
    programme: Programme, caplog: pytest.LogCaptureFixture
) -> None:
    seen: list[str] = []

    def fail(event: Event) -> None:
        Programme.objects.filter(pk=programme.pk).update(contact_email="half@example.test")
        raise ValueError("not today")

    subscribe("selection.broken", fail)
    subscribe("selection.fine", lambda event: seen.append(event.kind))
    publish("selection.broken", now=NOW, programme_id=programme.pk)
    publish("selection.fine", now=NOW, programme_id=programme.pk)
    assert deliver_events(now=NOW) == 1
    assert seen == ["selection.fine"]
    programme.refresh_from_db()
    assert programme.contact_email == "office@samgau.test"
    broken = Event.objects.get(kind="selection.broken")
    assert (broken.delivered_at, broken.attempts, broken.last_error) == (None, 1, "ValueError: not today")
    assert "not today" in caplog.text


def test_a_failing_event_waits_longer_and_longer_and_arrives_at_last(programme: Programme) -> None:
    calls: list[dt.datetime] = []
    now = NOW

    def fail_seven_times(event: Event) -> None:
        calls.append(now)
        if len(calls) <= 20:
            raise ValueError

    subscribe("selection.slow", fail_seven_times)
    publish("selection.slow", now=NOW, programme_id=programme.pk)
    waits: list[dt.timedelta] = []
    while not deliver_events(now=now):
        event = Event.objects.get()
        waits.append(event.next_attempt_at - now)
        assert deliver_events(now=event.next_attempt_at - dt.timedelta(microseconds=1)) == 0
        now = event.next_attempt_at
    assert len(calls) == 21
    assert waits == sorted(waits)
    assert waits[0] == dt.timedelta(seconds=20)
    assert waits[-1] == MAX_BACKOFF
    assert Event.objects.get().delivered_at == now


def test_old_news_comes_first_and_a_round_takes_only_so_much(programme: Programme) -> None:
    seen: list[int] = []
    subscribe("selection.admitted", lambda event: seen.append(event.keys["candidate"]))
    for number in range(5):
        publish("selection.admitted", now=NOW, programme_id=programme.pk, candidate=number)
    assert [deliver_events(now=NOW, limit=3) for _ in range(2)] == [3, 2]
    assert seen == [0, 1, 2, 3, 4]


@pytest.mark.django_db(transaction=True)
def test_two_workers_deliver_an_event_once(at_once: Callable[..., list[Any]]) -> None:
    programme = make_programme()
    seen: list[int] = []
    subscribe("selection.admitted", lambda event: seen.append(event.pk))
    for _number in range(10):
        publish("selection.admitted", now=NOW, programme_id=programme.pk)
    delivered = at_once(lambda: deliver_events(now=NOW), lambda: deliver_events(now=NOW))
    assert sum(delivered) == 10
    assert len(seen) == len(set(seen)) == 10
