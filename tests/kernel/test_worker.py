"""The background process: does what is due, says that it lives, survives a mistake, stops when told."""

from __future__ import annotations

import datetime as dt
import os
import signal
import threading

import pytest
from django.utils import timezone

from talimger.kernel import worker
from talimger.kernel.events import publish, subscribe
from talimger.kernel.models import AuditSeal, Event
from talimger.kernel.worker import WorkerLoop, beat, keep_house, last_beat, run_once

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)


@pytest.mark.django_db
def test_one_round_delivers_news_and_says_how_much_it_did() -> None:
    seen: list[str] = []
    subscribe("test.worker", lambda event: seen.append(event.kind))
    publish("test.worker", now=NOW, programme_id=None)
    assert run_once(now=NOW) == 1
    assert seen == ["test.worker"]
    assert run_once(now=NOW) == 0


@pytest.mark.django_db
def test_a_step_that_breaks_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*, now: dt.datetime) -> int:
        raise RuntimeError("out of order")

    monkeypatch.setattr(worker, "deliver_events", broken)
    publish("test.nobody", now=NOW, programme_id=None)
    assert run_once(now=NOW) == 0
    assert Event.objects.filter(delivered_at=None).count() == 1


@pytest.mark.django_db
def test_keeping_house_seals_the_audit_and_the_beat_is_kept() -> None:
    assert last_beat() is None
    beat(now=NOW)
    beat(now=NOW + dt.timedelta(minutes=1))
    assert last_beat() == NOW + dt.timedelta(minutes=1)
    keep_house(now=NOW)
    assert AuditSeal.objects.count() == 0


@pytest.mark.django_db
def test_a_room_has_its_own_housekeeping_done_and_a_broken_one_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "_chores", [])
    seen: list[dt.datetime] = []

    def broken(*, now: dt.datetime) -> None:
        raise RuntimeError("out of order")

    def tidy(*, now: dt.datetime) -> None:
        seen.append(now)

    for step in (broken, tidy, tidy):
        worker.register_chore(step)
    keep_house(now=NOW)
    assert seen == [NOW]


@pytest.mark.django_db(transaction=True)
def test_the_loop_beats_works_and_stops_when_told() -> None:
    loop = WorkerLoop(interval=0.05)
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGTERM)).start()
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        loop.run()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    seen = last_beat()
    assert seen is not None
    assert timezone.now() - seen < dt.timedelta(seconds=30)


@pytest.mark.django_db(transaction=True)
def test_the_loop_ends_with_the_server_that_started_it() -> None:
    before = signal.getsignal(signal.SIGTERM), signal.getsignal(signal.SIGINT)
    try:
        # A parent that is somebody else's: the server has gone.
        WorkerLoop(interval=0.05, parent=1).run()
    finally:
        signal.signal(signal.SIGTERM, before[0])
        signal.signal(signal.SIGINT, before[1])
    assert os.getppid() != 1
