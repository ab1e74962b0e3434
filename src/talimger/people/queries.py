"""What the house asks about people and roles."""

from __future__ import annotations

import datetime as dt

from django.db.models import QuerySet
from django.utils import timezone

from talimger.kernel.policies import Actor
from talimger.people.models import Cycle, Programme, RoleAssignment, User


def actor_for(person: User, programme: Programme, *, now: dt.datetime) -> Actor | None:
    """The person as somebody who acts in this programme today; ``None`` if they hold no role in it."""
    today = timezone.localdate(now)
    roles = RoleAssignment._base_manager.filter(RoleAssignment.current(today), person=person, programme=programme)
    names = frozenset(roles.values_list("role", flat=True))
    if not names:
        return None
    return Actor(user_id=person.pk, programme_id=programme.pk, roles=names, now=now, name=person.full_name)


def programmes_of(person: User, *, today: dt.date) -> QuerySet[Programme]:
    """The programmes in which the person holds a role today, oldest first."""
    held = RoleAssignment._base_manager.filter(RoleAssignment.current(today), person=person)
    return Programme.objects.filter(pk__in=held.values("programme")).order_by("pk")


def people_with_role(role: str, *, today: dt.date) -> QuerySet[User]:
    """Who holds this role today in the programme in scope."""
    held = RoleAssignment.objects.filter(RoleAssignment.current(today), role=role)
    return User.objects.filter(pk__in=held.values("person"), is_active=True)


def current_cycle(*, today: dt.date) -> Cycle | None:
    """The cycle that runs today in the programme in scope, else the next one, else the last one."""
    cycles = list(Cycle.objects.order_by("starts_on"))
    running = [cycle for cycle in cycles if cycle.starts_on <= today <= cycle.ends_on]
    coming = [cycle for cycle in cycles if cycle.starts_on > today]
    if running:
        return running[-1]
    return coming[0] if coming else (cycles[-1] if cycles else None)
