"""Roles: given for a time, ended on a day."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from talimger.kernel.commands import command
from talimger.kernel.errors import DomainError
from talimger.kernel.events import publish
from talimger.kernel.policies import Actor, fetch, require
from talimger.people.commands._rows import save_row
from talimger.people.models import Organisation, Programme, RoleAssignment, User
from talimger.people.roles import Role

# Whoever may give roles. A programme keeps at least one of them, or nobody could ever let anybody in again.
KEEPERS = (Role.OFFICER, Role.ADMINISTRATOR)


@command("people.role.give")
def give_role(
    *, actor: Actor, person: User, role: str, starts_on: dt.date | None = None, organisation: Organisation | None = None
) -> RoleAssignment:
    """Give a role to somebody who has held one in this programme before; others are invited."""
    require(actor, "people.role.give")
    # One at a time: of two officers who give the same role at once, the second one is told.
    Programme.objects.select_for_update().get(pk=actor.programme_key)
    person = fetch(actor, "people.person.view", pk=person.pk)
    if organisation is not None:
        organisation = fetch(actor, "people.organisation.edit", pk=organisation.pk)
    starts_on = starts_on or timezone.localdate(actor.now)
    overlapping = RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=starts_on), person=person, role=role)
    if overlapping.exists():
        raise DomainError(_("%(name)s holds this role already.") % {"name": person.full_name}, code="holds_role", field="role")
    assignment = RoleAssignment(programme_id=actor.programme_key, person=person, role=role, organisation=organisation, starts_on=starts_on)
    save_row(assignment, field="role")
    return assignment


@command("people.role.end")
def end_role(*, actor: Actor, key: int, ends_on: dt.date) -> RoleAssignment:
    """End a role on a day, which is its last one. The programme keeps somebody who can give roles.

    The house hears of it at once, or, when the day is still to come, once it is over.
    """
    # Two officers who end each other's role at once would leave nobody: one at a time.
    Programme.objects.select_for_update().get(pk=actor.programme_key)
    assignment: RoleAssignment = fetch(actor, "people.role.end", RoleAssignment.objects.select_related("person"), pk=key)
    today = timezone.localdate(actor.now)
    if assignment.ends_on is not None and assignment.ends_on < today:
        raise DomainError(_("This role has ended already."), code="ended", field="ends_on")
    if assignment.role in KEEPERS and not _other_keepers(assignment, today):
        raise DomainError(
            _("Nobody else can give roles in this programme. Make somebody else an officer or an administrator first."),
            code="last_keeper",
            field="ends_on",
        )
    assignment.ends_on = ends_on
    save_row(assignment, field="ends_on")
    publish(
        "people.role_ended",
        now=actor.now if ends_on <= today else _midnight_after(ends_on),
        programme_id=assignment.programme_id,
        assignment=assignment.pk,
        person=assignment.person_id,
        role=assignment.role,
        ends_on=ends_on.isoformat(),
    )
    return assignment


def _midnight_after(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day + dt.timedelta(days=1), dt.time()))


def _other_keepers(assignment: RoleAssignment, today: dt.date) -> bool:
    keepers = RoleAssignment.objects.filter(role__in=KEEPERS, starts_on__lte=today, ends_on=None, person__is_active=True)
    return keepers.exclude(pk=assignment.pk).exists()
