"""Programmes, people and what they hold: plain functions with sensible defaults, for the tests of every room."""

from __future__ import annotations

import datetime as dt
from itertools import count

from django.test import Client
from django.utils import timezone

from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import across_programmes
from talimger.people.models import Cycle, Invitation, Organisation, Programme, RoleAssignment, User
from talimger.people.queries import actor_for

_numbers = count(1)
# Given to people who need one. Long enough for the validators; hashing it costs time, so most people of tests have none.
PASSWORD = "кемпір-қосақ-2026"


def make_programme(slug: str = "samgau", **values: object) -> Programme:
    """A programme in three languages."""
    name = LocalisedText(ru=f"Программа {slug}", kk=f"{slug} бағдарламасы", en=f"Programme {slug}")
    defaults = {"name": name, "languages": ["ru", "kk", "en"], "contact_email": f"office@{slug}.test", "created_at": timezone.now()}
    programme: Programme = Programme.objects.create(slug=slug, **{**defaults, **values})
    return programme


def make_organisation(programme: Programme, name: str = "", kind: str = Organisation.Kind.NGO) -> Organisation:
    """An organisation of the programme."""
    with across_programmes():
        words = LocalisedText.of(name or f"Организация {next(_numbers)}")
        return Organisation.objects.create(programme=programme, name=words, kind=kind)


def make_person(
    programme: Programme | None,
    *roles: str,
    name: str = "",
    email: str = "",
    organisation: Organisation | None = None,
    language: str = "ru",
    is_demo: bool = False,
    password: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> User:
    """A person who holds these roles in the programme since long ago; without a password unless one is given."""
    number = next(_numbers)
    person = User(
        email=email or f"person{number}@example.test",
        full_name=name or f"Человек {number}",
        language=language,
        is_demo=is_demo,
        joined_at=timezone.now(),
    )
    if password is None:
        person.set_unusable_password()
    else:
        person.set_password(password)
    person.save()
    if programme is not None:
        for role in roles:
            give(person, programme, role, organisation=organisation, since=since, until=until)
    return person


def give(
    person: User,
    programme: Programme,
    role: str,
    *,
    organisation: Organisation | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> RoleAssignment:
    """A role that the person holds in the programme."""
    started = since or (until or timezone.localdate()) - dt.timedelta(days=100)
    with across_programmes():
        return RoleAssignment.objects.create(
            programme=programme, person=person, role=role, organisation=organisation, starts_on=started, ends_on=until
        )


def actor_of(person: User, programme: Programme, now: dt.datetime | None = None) -> Actor:
    """The person as somebody who acts in the programme now. They must hold a role there."""
    actor = actor_for(person, programme, now=now or timezone.now())
    assert actor is not None, f"{person} holds no role in {programme.slug}"
    return actor


def client_for(person: User, *, second_factor: bool = True) -> Client:
    """A browser in which the person is signed in, past the second step unless told otherwise."""
    client = Client()
    client.force_login(person, backend="talimger.people.authentication.PersonBackend")
    if second_factor:
        session = client.session
        session["second_factor_seen"] = True
        session.save()
    return client


def make_cycle(programme: Programme, name: str = "Цикл", *, bootcamp_on: dt.date | None = None, weeks: int = 20) -> Cycle:
    """A cycle that is running: its bootcamp was four weeks ago unless told otherwise."""
    bootcamp = bootcamp_on or timezone.localdate() - dt.timedelta(weeks=4)
    with across_programmes():
        return Cycle.objects.create(
            programme=programme,
            name=LocalisedText.of(name),
            bootcamp_on=bootcamp,
            starts_on=bootcamp - dt.timedelta(weeks=4),
            ends_on=bootcamp + dt.timedelta(weeks=weeks),
            created_at=timezone.now(),
        )


def make_invitation(programme: Programme, role: str = "assessor", **values: object) -> Invitation:
    """An open invitation that lasts two weeks."""
    number, now = next(_numbers), timezone.now()
    defaults = {
        "full_name": f"Приглашённый {number}",
        "email": f"guest{number}@example.test",
        "language": "ru",
        "nonce": f"nonce-{number}",
        "created_at": now,
        "expires_at": now + dt.timedelta(days=14),
    }
    with across_programmes():
        invitation: Invitation = Invitation.objects.create(programme=programme, role=role, **{**defaults, **values})
        return invitation
