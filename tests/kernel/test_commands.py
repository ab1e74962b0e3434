"""The frame of every write: all of it or nothing, with one audit row."""

import datetime as dt

import pytest
from django.db import connection

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError, StaleWriteError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import AuditEntry
from talimger.kernel.policies import Actor, system_actor
from talimger.people.models import Organisation, Programme

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 11, 24, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def actor(programme: Programme) -> Actor:
    return system_actor(programme_id=programme.pk, now=NOW)


@command("test.organisation.add")
def add_organisation(*, actor: Actor, name: str, fails: bool = False) -> Organisation:
    assert connection.in_atomic_block
    row = Organisation.objects.create(programme_id=actor.programme_key, name=LocalisedText.of(name), kind="ngo")
    if fails:
        raise DomainError("No.", field="name")
    return row


def test_a_command_leaves_one_audit_row_with_the_key_of_what_it_returns(actor: Actor) -> None:
    row = add_organisation(actor=actor, name="Жас Отау")
    entry = AuditEntry.objects.get()
    assert (entry.action, entry.target_kind, entry.target_id, entry.count) == (
        "test.organisation.add",
        "people.organisation",
        str(row.pk),
        1,
    )
    assert "Жас" not in repr(vars(entry))


def test_a_command_that_fails_leaves_neither_rows_nor_audit(actor: Actor) -> None:
    with pytest.raises(DomainError) as refusal:
        add_organisation(actor=actor, name="Жас Отау", fails=True)
    assert (str(refusal.value), refusal.value.code, refusal.value.field) == ("No.", "refused", "name")
    assert not Organisation.objects.exists()
    assert not AuditEntry.objects.exists()


def test_a_command_whose_audit_cannot_be_written_changes_nothing(actor: Actor, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_words: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("talimger.kernel.commands.record", fail)
    with pytest.raises(OSError, match="disk full"):
        add_organisation(actor=actor, name="Жас Отау")
    assert not Organisation.objects.exists()


def test_a_command_takes_no_positional_arguments(actor: Actor) -> None:
    with pytest.raises(TypeError, match="keyword arguments only"):
        add_organisation(actor, "Жас Отау")  # type: ignore[misc]


@pytest.mark.parametrize("given", [{}, {"actor": None}, {"actor": "officer"}])
def test_a_command_needs_somebody_who_acts(given: dict[str, object], programme: Programme) -> None:
    with pytest.raises(TypeError, match="needs an actor"):
        add_organisation(name="Жас Отау", **given)  # type: ignore[arg-type]
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize(("result", "count"), [(None, 1), (True, 1), (4, 4), (0, 0), ([1, 2, 3], 3), ((1, 2), 2), ("letter", 1)])
def test_audit_counts_what_a_command_did(actor: Actor, result: object, count: int) -> None:
    @command("test.many")
    def do_many(*, actor: Actor) -> object:
        return result

    assert do_many(actor=actor) == result
    entry = AuditEntry.objects.get()
    assert (entry.count, entry.target_kind) == (count, "")


def test_a_command_within_a_command_is_undone_with_it(actor: Actor) -> None:
    @command("test.outer")
    def outer(*, actor: Actor) -> None:
        add_organisation(actor=actor, name="Жас Отау")
        raise StaleWriteError("Somebody was quicker.")

    with pytest.raises(StaleWriteError):
        outer(actor=actor)
    assert not AuditEntry.objects.exists()
    assert not Organisation.objects.exists()
