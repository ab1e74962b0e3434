"""One button for each role on the demo's sign-in page."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from talimger.people.models import User
from talimger.people.queries import demo_people
from talimger.people.roles import Role

WHAT_TO_TRY: dict[str, str | Promise] = {
    Role.OFFICER: _("Import candidates, see who still has to be rated, decide, read the letter that goes out."),
    Role.COORDINATOR: _("Invite people, pass links on by messenger, follow the letters."),
    Role.ASSESSOR: _("Rate candidates on a sheet with the keys 1 to 5, and lock it."),
    Role.TRAINER: _("Look at the framework that trainings are built on."),
    Role.SENIOR_INTERVIEWER: _("Open the framework and the sheets that wait for you."),
    Role.MENTOR: _("See the competencies that mentors grow in."),
    Role.SENIOR_MENTOR: _("See the competencies and what each level looks like."),
    Role.PARTNER: _("See what a partner sees: little, and nothing personal."),
    Role.SAFEGUARDING: _("See how little this role shows, and what it keeps closed."),
    Role.ANALYST: _("Export ratings without touching anything."),
    Role.ADMINISTRATOR: _("Change the programme's settings, give and end roles."),
}


@dataclass(frozen=True)
class DemoDoor:
    """One button: whom one becomes, and what is worth trying."""

    person: User
    role: Role

    @property
    def what_to_try(self) -> str:
        return str(WHAT_TO_TRY[self.role])


def demo_doors() -> list[DemoDoor]:
    """The buttons in the order of the roles."""
    return [DemoDoor(person, role) for person, role in demo_people()]
