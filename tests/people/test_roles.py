"""Roles: given for a time, ended on a day, never so that nobody is left who could give them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone

from talimger.kernel.errors import DomainError
from talimger.kernel.events import _handlers, deliver_events
from talimger.kernel.models import Event
from talimger.kernel.tenancy import programme_scope
from talimger.people.commands import end_role, give_role
from talimger.people.models import Programme, RoleAssignment
from talimger.people.queries import actor_for
from tests.factories.people import actor_of, give, make_organisation, make_person, make_programme

pytestmark = pytest.mark.django_db
TODAY = timezone.localdate()


def test_a_role_is_given_from_today_unless_told_otherwise(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    person = make_person(programme, "mentor")
    given = give_role(actor=actor, person=person, role="senior_mentor", organisation=make_organisation(programme))
    assert (given.starts_on, given.ends_on) == (TODAY, None)
    assert actor_of(person, programme).roles == {"mentor", "senior_mentor"}


def test_a_role_that_is_held_is_not_given_again(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    person = make_person(programme, "mentor", until=TODAY + dt.timedelta(days=3))
    with pytest.raises(DomainError) as refused:
        give_role(actor=actor, person=person, role="mentor")
    assert refused.value.field == "role"
    assert give_role(actor=actor, person=person, role="mentor", starts_on=TODAY + dt.timedelta(days=4)).pk


def test_who_is_unknown_in_the_programme_is_invited_and_not_simply_given_a_role(programme: Programme, other_programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    stranger = make_person(other_programme, "mentor")
    with pytest.raises(Http404):
        give_role(actor=actor, person=stranger, role="mentor")


def test_a_role_that_does_not_exist_is_refused(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    with pytest.raises(DomainError) as refused:
        give_role(actor=actor, person=make_person(programme, "mentor"), role="emperor")
    assert refused.value.field == "role"


def test_the_last_day_of_a_role_still_counts_and_the_next_one_does_not(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    person = make_person(programme, "mentor")
    assignment = RoleAssignment.objects.get(person=person)
    end_role(actor=actor, key=assignment.pk, ends_on=TODAY)
    assert actor_for(person, programme, now=actor.now) is not None
    assert actor_for(person, programme, now=actor.now + dt.timedelta(days=1)) is None


def test_the_end_of_a_role_is_told_to_the_house(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    person = make_person(programme, "assessor")
    assignment = RoleAssignment.objects.get(person=person)
    end_role(actor=actor, key=assignment.pk, ends_on=TODAY)
    event = Event.objects.get()
    assert (event.kind, event.programme) == ("people.role_ended", programme)
    assert event.keys == {"assignment": assignment.pk, "person": person.pk, "role": "assessor", "ends_on": TODAY.isoformat()}


def test_a_planned_end_is_told_when_the_day_is_over(programme: Programme, monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[Event] = []
    monkeypatch.setitem(_handlers, "people.role_ended", [heard.append])
    actor = actor_of(make_person(programme, "officer"), programme)
    assignment = RoleAssignment.objects.get(person=make_person(programme, "mentor"))
    end_role(actor=actor, key=assignment.pk, ends_on=TODAY + dt.timedelta(days=2))
    for days, told in ((0, 0), (2, 0), (3, 1)):
        deliver_events(now=timezone.make_aware(dt.datetime.combine(TODAY + dt.timedelta(days=days), dt.time(12))))
        assert len(heard) == told


def test_a_role_cannot_end_before_it_starts_nor_twice(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    person = make_person(programme, "mentor", since=TODAY)
    assignment = RoleAssignment.objects.get(person=person)
    with pytest.raises(DomainError) as refused:
        end_role(actor=actor, key=assignment.pk, ends_on=TODAY - dt.timedelta(days=1))
    assert refused.value.field == "ends_on"
    over = give(person, programme, "trainer", until=TODAY - dt.timedelta(days=1))
    with pytest.raises(DomainError):
        end_role(actor=actor, key=over.pk, ends_on=TODAY)
    assert not Event.objects.exists()


def test_the_planned_end_of_a_role_can_be_moved(programme: Programme) -> None:
    actor = actor_of(make_person(programme, "officer"), programme)
    assignment = give(make_person(None), programme, "mentor", since=TODAY, until=TODAY + dt.timedelta(days=9))
    assert end_role(actor=actor, key=assignment.pk, ends_on=TODAY).ends_on == TODAY


def test_the_last_one_who_can_give_roles_keeps_theirs(programme: Programme) -> None:
    officer = make_person(programme, "officer")
    actor = actor_of(officer, programme)
    mine = RoleAssignment.objects.get(person=officer)
    with pytest.raises(DomainError) as refused:
        end_role(actor=actor, key=mine.pk, ends_on=TODAY)
    assert refused.value.code == "last_keeper"
    make_person(programme, "administrator")
    assert end_role(actor=actor, key=mine.pk, ends_on=TODAY).ends_on == TODAY


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_two_officers_who_end_each_others_role_at_once_leave_one(at_once: Callable[..., list[Any]]) -> None:
    programme = make_programme()
    first, second = make_person(programme, "officer"), make_person(programme, "officer")
    actors = {first: actor_of(first, programme), second: actor_of(second, programme)}

    def end(who: object, whose: object) -> RoleAssignment:
        with programme_scope(programme):
            key = RoleAssignment.objects.get(person=whose).pk  # type: ignore[misc]
            return end_role(actor=actors[who], key=key, ends_on=TODAY)  # type: ignore[index]

    results = at_once(lambda: end(first, second), lambda: end(second, first))
    assert sorted(isinstance(result, DomainError) for result in results) == [False, True]


@pytest.mark.both_databases
@pytest.mark.django_db(transaction=True)
def test_a_role_given_twice_at_once_is_held_once(at_once: Callable[..., list[Any]]) -> None:
    programme = make_programme()
    actor = actor_of(make_person(programme, "officer"), programme)
    person = make_person(programme, "mentor")

    def assign() -> RoleAssignment:
        with programme_scope(programme):
            return give_role(actor=actor, person=person, role="trainer")

    results = at_once(assign, assign)
    assert sorted(isinstance(result, DomainError) for result in results) == [False, True]
    with programme_scope(programme):
        assert RoleAssignment.objects.filter(person=person, role="trainer").count() == 1
