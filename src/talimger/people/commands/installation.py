"""The first programme of an empty installation, with its first officer, framework, cycle and invitations: all or nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.contenttypes.models import ContentType
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.commands._rows import address_of, known_language, name_of, save_row
from talimger.people.commands.invitations import invite
from talimger.people.commands.programme import save_cycle, used_languages
from talimger.people.lists import PersonLine
from talimger.people.models import Programme, RoleAssignment, User
from talimger.people.roles import Role
from talimger.people.setup import NewProgrammeOptions, equip, is_needed

FIRST_ROLES = (Role.OFFICER, Role.ADMINISTRATOR)


@dataclass(frozen=True)
class FirstProgramme:
    """What the first step asks for."""

    name: LocalisedText
    slug: str
    languages: Sequence[str]
    accent: str = Programme.Accent.SAMGAU


@dataclass(frozen=True)
class NewOfficer:
    """Who sets up the installation. The password comes hashed: it waits in the session between two steps."""

    full_name: str
    email: str
    password_hash: str
    language: str


@dataclass(frozen=True)
class FirstCycle:
    """The dates of the first cycle."""

    name: LocalisedText
    starts_on: dt.date
    bootcamp_on: dt.date
    ends_on: dt.date


@command("people.installation.set_up")
def set_up_installation(
    *,
    actor: Actor,
    first: FirstProgramme,
    officer: NewOfficer,
    options: NewProgrammeOptions,
    cycle: FirstCycle | None = None,
    invited: Sequence[PersonLine] = (),
) -> Programme:
    """Make the first programme and everything that it starts with. There is only ever one such moment."""
    # There is no programme to lock yet, so two wizards that finish at once queue up at a row that always exists.
    ContentType.objects.select_for_update().get_or_create(app_label="people", model="programme")
    if not is_needed():
        raise DomainError(_("This installation has been set up already."), code="set_up_already")
    programme = Programme(
        slug=first.slug,
        name=first.name,
        languages=used_languages(first.languages),
        accent=first.accent,
        contact_email=address_of(officer.email),
        created_at=actor.now,
    )
    save_row(programme, field="slug")
    with programme_scope(programme):
        person = _first_person(officer, programme, actor.now)
        acting = Actor(user_id=person.pk, programme_id=programme.pk, roles=frozenset(FIRST_ROLES), now=actor.now, name=person.full_name)
        try:
            equip(programme, acting, options)
        except DomainError as error:
            error.field = "framework"
            raise
        if cycle is not None:
            save_cycle(actor=acting, name=cycle.name, starts_on=cycle.starts_on, bootcamp_on=cycle.bootcamp_on, ends_on=cycle.ends_on)
        try:
            for line in invited:
                invite(actor=acting, full_name=line.name, email=line.email, role=line.role)
        except DomainError as error:
            error.field = "people"
            raise
    return programme


def _first_person(officer: NewOfficer, programme: Programme, now: dt.datetime) -> User:
    person = User(
        email=address_of(officer.email),
        full_name=name_of(officer.full_name),
        password=officer.password_hash,
        language=known_language(officer.language, programme),
        joined_at=now,
    )
    save_row(person, field="email")
    for role in FIRST_ROLES:
        save_row(RoleAssignment(programme=programme, person=person, role=role, starts_on=timezone.localdate(now)))
    return person
