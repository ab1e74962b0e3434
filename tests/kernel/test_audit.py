"""The audit: a row per command, sealed in a chain that shows every later change."""

import datetime as dt
import threading

import pytest
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from talimger.kernel.audit import SEAL_BATCH, broken_seals, record, seal_audit
from talimger.kernel.models import AuditEntry, AuditSeal
from talimger.kernel.policies import system_actor
from talimger.people.models import Programme
from tests.factories.people import actor_of, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


def write_rows(count: int, programme_id: int | None = None) -> list[AuditEntry]:
    actor = system_actor(programme_id=programme_id, now=NOW)
    return [record(actor=actor, action=f"selection.step{number}") for number in range(count)]


def test_row_says_who_did_what_to_which_row_and_when(programme: Programme) -> None:
    officer = make_person(programme, "officer")
    entry = record(actor=actor_of(officer, programme, NOW), action="people.settings.edit", target=programme, count=3)
    entry.refresh_from_db()
    assert (entry.at, entry.programme, entry.person, entry.action) == (NOW, programme, officer, "people.settings.edit")
    assert (entry.target_kind, entry.target_id, entry.count) == ("people.programme", str(programme.pk), 3)


def test_row_of_the_worker_has_no_person() -> None:
    entry = write_rows(1)[0]
    assert (entry.person, entry.programme, entry.target_kind, entry.target_id) == (None, None, "", "")


def test_seal_covers_what_was_written_since_the_last_one() -> None:
    first = write_rows(3)
    one = seal_audit(now=NOW)
    second = write_rows(2)
    two = seal_audit(now=NOW)
    assert one is not None
    assert two is not None
    assert (one.first_entry, one.last_entry, one.entries) == (first[0].pk, first[-1].pk, 3)
    assert (two.first_entry, two.last_entry, two.entries) == (second[0].pk, second[-1].pk, 2)
    assert one.digest != two.digest
    assert broken_seals() == []


def test_nothing_is_sealed_when_nothing_was_written() -> None:
    assert seal_audit(now=NOW) is None
    write_rows(1)
    seal_audit(now=NOW)
    assert seal_audit(now=NOW) is None
    assert AuditSeal.objects.count() == 1


def test_a_long_backlog_is_sealed_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("talimger.kernel.audit.SEAL_BATCH", 2)
    write_rows(5)
    while seal_audit(now=NOW):
        pass
    assert list(AuditSeal.objects.order_by("pk").values_list("entries", flat=True)) == [2, 2, 1]
    assert broken_seals() == []
    assert SEAL_BATCH == 10_000


@pytest.mark.parametrize(
    "change",
    [
        {"action": "selection.other"},
        {"at": NOW + dt.timedelta(seconds=1)},
        {"target_kind": "selection.sheet"},
        {"target_id": "7"},
        {"count": F("count") + 1},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_row_changed_after_sealing_breaks_its_seal(change: dict[str, object]) -> None:
    rows = write_rows(3)
    seal = seal_audit(now=NOW)
    AuditEntry.objects.filter(pk=rows[1].pk).update(**change)
    assert broken_seals() == [seal]


def test_a_row_given_to_another_person_or_programme_breaks_its_seal(programme: Programme) -> None:
    rows = write_rows(2, programme_id=programme.pk)
    seal = seal_audit(now=NOW)
    AuditEntry.objects.filter(pk=rows[0].pk).update(programme=None)
    assert broken_seals() == [seal]
    AuditEntry.objects.filter(pk=rows[0].pk).update(programme=programme, person=make_person(programme))
    assert broken_seals() == [seal]


def test_a_row_taken_away_breaks_its_seal() -> None:
    rows = write_rows(3)
    seal = seal_audit(now=NOW)
    rows[1].delete()
    assert broken_seals() == [seal]


def test_a_row_pushed_in_between_two_seals_breaks_the_later_one() -> None:
    write_rows(1)
    seal_audit(now=NOW)
    later = write_rows(1)[0]
    AuditEntry.objects.filter(pk=later.pk).update(id=later.pk + 10)
    seal = seal_audit(now=NOW)
    AuditEntry.objects.create(pk=later.pk + 5, at=NOW, action="selection.slipped_in")
    assert broken_seals() == [seal]


def test_a_seal_made_anew_for_changed_rows_breaks_the_seals_after_it() -> None:
    rows = write_rows(2)
    first = seal_audit(now=NOW)
    write_rows(1)
    second = seal_audit(now=NOW)
    assert first is not None
    AuditEntry.objects.filter(pk=rows[0].pk).update(action="selection.other")
    AuditSeal.objects.filter(pk=first.pk).update(digest="0" * 64)
    assert broken_seals() == [first, second]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_no_seal_is_made_while_somebody_is_writing_a_row() -> None:
    """A row that has its number but is not committed yet would otherwise fall behind the seal, and look like a forgery."""
    written, go_on = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with transaction.atomic():
            write_rows(1)
            written.set()
            go_on.wait(10)
        connection.close()

    writer = threading.Thread(target=write_slowly)
    writer.start()
    assert written.wait(10)
    write_rows(1)
    try:
        assert seal_audit(now=timezone.now()) is None
    finally:
        go_on.set()
        writer.join()
    seal = seal_audit(now=timezone.now())
    assert seal is not None
    assert seal.entries == 2
    assert broken_seals() == []
