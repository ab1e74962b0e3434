"""Each command, as each role: who may not is told nothing, and nothing is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from talimger.kernel.languages import LocalisedText
from talimger.kernel.models import AuditEntry, OutboxMail
from talimger.kernel.outbox import queue_mail
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import programme_scope
from talimger.people import commands
from talimger.people.models import Programme, RoleAssignment, User
from talimger.people.queries import account_values, cycle_values, organisation_values, settings_values
from talimger.people.roles import Role
from talimger.people.versions import version_of
from tests.factories.people import actor_of, make_cycle, make_invitation, make_organisation, make_person

pytestmark = pytest.mark.django_db
OFFICE = {"officer", "coordinator"}
KEEPERS = {"officer", "administrator"}
NAME = LocalisedText(ru="Имя", kk="Атау", en="Name")
TODAY = timezone.localdate()


def _invite(actor: Actor, programme: Programme) -> object:
    return commands.invite(actor=actor, full_name="А", email="new@example.org", role="mentor")


def _renew(actor: Actor, programme: Programme) -> object:
    return commands.renew_invitation(actor=actor, key=make_invitation(programme, "mentor").pk)


def _withdraw(actor: Actor, programme: Programme) -> object:
    return commands.withdraw_invitation(actor=actor, key=make_invitation(programme, "mentor").pk)


def _renew_powerful(actor: Actor, programme: Programme) -> object:
    return commands.renew_invitation(actor=actor, key=make_invitation(programme, "administrator").pk)


def _withdraw_powerful(actor: Actor, programme: Programme) -> object:
    return commands.withdraw_invitation(actor=actor, key=make_invitation(programme, "officer").pk)


def _give(actor: Actor, programme: Programme) -> object:
    return commands.give_role(actor=actor, person=make_person(programme, "mentor"), role="trainer")


def _end(actor: Actor, programme: Programme) -> object:
    with programme_scope(programme):
        key = RoleAssignment.objects.get(person=make_person(programme, "mentor")).pk
    return commands.end_role(actor=actor, key=key, ends_on=TODAY)


def _organisation(actor: Actor, programme: Programme) -> object:
    row = make_organisation(programme)
    return commands.save_organisation(actor=actor, name=NAME, kind="ngo", key=row.pk, version=version_of(organisation_values(row)))


def _settings(actor: Actor, programme: Programme) -> object:
    version = version_of(settings_values(programme))
    return commands.save_settings(
        actor=actor, name=NAME, languages=["ru"], accent="plum", contact_email="", invitation_days=7, version=version
    )


def _cycle(actor: Actor, programme: Programme) -> object:
    row = make_cycle(programme)
    version = version_of(cycle_values(row))
    days = {"starts_on": TODAY, "bootcamp_on": TODAY, "ends_on": TODAY}
    return commands.save_cycle(actor=actor, name=NAME, key=row.pk, version=version, **days)


def _retry(actor: Actor, programme: Programme) -> object:
    letter = queue_mail(
        purpose="x", to_email="a@example.org", subject="s", body="b", language="ru", now=timezone.now(), programme_id=programme.pk
    )
    OutboxMail.objects.filter(pk=letter.pk).update(state=OutboxMail.State.FAILED)
    return commands.retry_letter(actor=actor, key=letter.pk)


COMMANDS: dict[Callable[[Actor, Programme], object], set[str]] = {
    _invite: OFFICE | {"administrator"},
    _renew: OFFICE | {"administrator"},
    _withdraw: OFFICE | {"administrator"},
    _renew_powerful: KEEPERS,
    _withdraw_powerful: KEEPERS,
    _give: KEEPERS,
    _end: KEEPERS,
    _organisation: OFFICE | {"administrator"},
    _settings: KEEPERS,
    _cycle: KEEPERS,
    _retry: OFFICE,
}
# What names a row; the others act on the actor's own programme by construction.
ON_A_ROW = [_renew, _withdraw, _renew_powerful, _withdraw_powerful, _give, _end, _organisation, _cycle, _retry]


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__.strip("_"))
def test_a_role_does_what_the_table_says_and_nothing_else(programme: Programme, command: Any, role: str) -> None:
    make_person(programme, "officer")
    actor = actor_of(make_person(programme, role), programme)
    if role in COMMANDS[command]:
        command(actor, programme)
        assert AuditEntry.objects.filter(person=actor.user_id).exists()
        return
    with pytest.raises(Http404):
        command(actor, programme)
    assert not AuditEntry.objects.exists()


@pytest.mark.parametrize("command", ON_A_ROW, ids=lambda command: command.__name__.strip("_"))
def test_rows_of_another_programme_are_not_there_for_anybody(programme: Programme, other_programme: Programme, command: Any) -> None:
    person = make_person(programme, "officer", "coordinator", "administrator")
    with pytest.raises(Http404):
        command(actor_of(person, programme), other_programme)
    assert not AuditEntry.objects.exists()


def test_a_person_changes_their_own_account_and_no_other() -> None:
    mine, other = make_person(None), make_person(None)
    now = timezone.now()
    values = {"full_name": "Новое имя", "language": "kk", "phone": "8 701 555 12 34", "version": version_of(account_values(mine))}
    actor = Actor(user_id=mine.pk, programme_id=None, roles=frozenset(), now=now)
    assert commands.update_my_settings(actor=actor, **values).phone == "+77015551234"
    assert User.objects.get(pk=other.pk).full_name == other.full_name
    with pytest.raises(Http404):
        commands.update_my_settings(actor=Actor(user_id=None, programme_id=None, roles=frozenset(), now=now), **values)
