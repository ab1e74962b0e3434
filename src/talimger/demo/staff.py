"""The programme of the demo with its cycles, organisations and people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from talimger.demo.calendar import DemoCalendar
from talimger.demo.content import FirstProgrammeData, PersonData
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import Actor, system_actor
from talimger.kernel.tenancy import programme_scope
from talimger.people.commands import (
    FirstCycle,
    FirstProgramme,
    NewOfficer,
    end_role,
    give_role,
    invite,
    save_cycle,
    save_organisation,
    save_settings,
    set_up_installation,
)
from talimger.people.models import Organisation, Programme, RoleAssignment, User
from talimger.people.queries import actor_for, settings_values
from talimger.people.roles import Role
from talimger.people.setup import NewProgrammeOptions
from talimger.people.versions import version_of

ActingAs = Callable[[User, dt.datetime], Actor]
"""Makes a person act at a moment of the story."""

NAME = LocalisedText(ru="Самғау (UPSHIFT)", kk="Самғау (UPSHIFT)", en="Samgau (UPSHIFT)")
SLUG = "samgau"
CONTACT = "samgau@unicef-kz.example.org"
LAST_CYCLE = LocalisedText(ru="Цикл 2", kk="2-цикл", en="Cycle 2")
THIS_CYCLE = LocalisedText(ru="Цикл 3", kk="3-цикл", en="Cycle 3")
# Who came with the programme, and who is asked anew for each intake.
_FOR_THIS_INTAKE = {Role.ASSESSOR.value}


@dataclass(frozen=True)
class Staff:
    """Everybody who works in a programme, by the codes of the data."""

    programme: Programme
    people: dict[str, User]

    def acting(self, code: str, now: dt.datetime) -> Actor:
        """A person as somebody who acts at a moment of the story."""
        return acting(self.people[code], self.programme, now)

    def holding(self, role: str) -> list[User]:
        """Who holds a role, in the order of the data."""
        holders = set(RoleAssignment.objects.filter(role=role, ends_on=None).values_list("person", flat=True))
        return [person for person in self.people.values() if person.pk in holders]


def acting(person: User, programme: Programme, now: dt.datetime) -> Actor:
    """A person as somebody who acts in a programme at a moment of the story."""
    actor = actor_for(person, programme, now=now)
    if actor is None:
        raise LookupError(f"{person.email} holds no role on {now:%Y-%m-%d}")
    return actor


def found_programme(data: FirstProgrammeData, calendar: DemoCalendar) -> Staff:
    """Set up the programme as a wizard would, almost a year ago, and let its people in."""
    founded_at = calendar.at(calendar.last_began_on - dt.timedelta(days=10), 10)
    founder = next(person for person in data.staff if person.code == "officer")
    programme = set_up_installation(
        actor=system_actor(programme_id=None, now=founded_at),
        first=FirstProgramme(name=NAME, slug=SLUG, languages=("ru", "kk", "en")),
        officer=NewOfficer(founder.name, founder.email, make_password(None), founder.language),
        options=NewProgrammeOptions(),
        cycle=FirstCycle(LAST_CYCLE, calendar.last_began_on, calendar.last_bootcamp_on, calendar.last_ended_on),
    )
    officer = User.objects.get(email=founder.email)
    officer.is_demo = True
    officer.save(update_fields=["is_demo", "name_key"])
    with programme_scope(programme):
        first_day = acting(officer, programme, founded_at)
        organisations = _organisations(data, first_day)
        RoleAssignment.objects.filter(person=officer).update(organisation=organisations[founder.organisation])
        version = version_of(settings_values(programme))
        save_settings(actor=first_day, version=version, **{**settings_values(programme), "contact_email": CONTACT})
        people = {founder.code: officer}
        for person in data.staff:
            if person is not founder:
                people[person.code] = _let_in(person, programme, organisations, calendar)
        staff = Staff(Programme.objects.get(pk=programme.pk), people)
        _hand_over_administration(staff, calendar)
        _later_roles(data.staff, staff, organisations, calendar)
        save_cycle(
            actor=staff.acting("officer", calendar.at(calendar.call_on - dt.timedelta(days=12), 15)),
            name=THIS_CYCLE,
            starts_on=calendar.call_on,
            bootcamp_on=calendar.bootcamp_on,
            ends_on=calendar.ends_on,
        )
        for person in data.invited:
            invite(
                actor=staff.acting("officer", calendar.days_ago(3, 16, 20)),
                full_name=person.name,
                email=person.email,
                role=person.roles[0],
                language=person.language,
                organisation=organisations[person.organisation],
            )
    return staff


def _organisations(data: FirstProgrammeData, actor: Actor) -> dict[str, Organisation]:
    return {each.code: save_organisation(actor=actor, name=each.name, kind=each.kind) for each in data.organisations}


def _let_in(person: PersonData, programme: Programme, organisations: dict[str, Organisation], calendar: DemoCalendar) -> User:
    """An account with the main role. Rows, because the command would write thirty letters of invitation."""
    began_on = calendar.call_on if person.roles[0] in _FOR_THIS_INTAKE else calendar.last_began_on - dt.timedelta(days=10)
    account = demo_account(person, calendar.at(began_on, 12))
    RoleAssignment.objects.create(
        programme=programme,
        person=account,
        role=person.roles[0],
        organisation=organisations[person.organisation],
        starts_on=began_on,
    )
    return account


def demo_account(person: PersonData, joined_at: dt.datetime) -> User:
    """An account that is entered by its button in the demo, and not at all anywhere else."""
    return User.objects.create(
        email=person.email,
        full_name=person.name,
        language=person.language,
        password=make_password(None),
        is_demo=True,
        joined_at=joined_at,
    )


def _hand_over_administration(staff: Staff, calendar: DemoCalendar) -> None:
    """Who sets up is officer and administrator; the second role went to a colleague soon."""
    actor = staff.acting("officer", calendar.at(calendar.last_began_on, 9, 30))
    own = RoleAssignment.objects.get(person=staff.people["officer"], role=Role.ADMINISTRATOR)
    end_role(actor=actor, key=own.pk, ends_on=calendar.last_began_on)


def _later_roles(people: Iterable[PersonData], staff: Staff, organisations: dict[str, Organisation], calendar: DemoCalendar) -> None:
    """Second roles were given by the officer at the beginning of this cycle."""
    actor = staff.acting("officer", calendar.at(calendar.call_on, 11))
    for person in people:
        for role in person.roles[1:]:
            give_role(actor=actor, person=staff.people[person.code], role=role, organisation=organisations[person.organisation])
