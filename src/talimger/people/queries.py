"""What the house asks about people and roles."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from talimger.kernel.languages import in_alphabet, plain_words, search_words
from talimger.kernel.models import OutboxMail
from talimger.kernel.policies import Actor, allowed
from talimger.kernel.tenancy import across_programmes
from talimger.people.invitations import InvitationState
from talimger.people.models import Cycle, Invitation, Organisation, Programme, RoleAssignment, User
from talimger.people.roles import ROLE_ORDER, Role

NO_LONGER = "past"
"""The filter of the list of people for those who hold no role any more."""


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


def people_list(actor: Actor, *, role: str = "", words: str = "") -> QuerySet[User]:
    """Who holds this role today (or any, or none any more), in alphabetical order; ``words`` in any script and case."""
    assignments = allowed(actor, "people.list")
    current = assignments.filter(RoleAssignment.current(timezone.localdate(actor.now)))
    people = User.objects.all()
    if role == NO_LONGER:
        people = people.filter(pk__in=assignments.values("person")).exclude(pk__in=current.values("person"))
    else:
        people = people.filter(pk__in=(current.filter(role=role) if role else current).values("person"))
    for word in search_words(words):
        people = people.filter(name_key__contains=word)
    return people.order_by(in_alphabet("full_name"), "pk")


def roles_by_person(actor: Actor, people: Iterable[User]) -> dict[int, list[RoleAssignment]]:
    """The roles that these people hold today, in the order in which roles are read. One query."""
    today = timezone.localdate(actor.now)
    held = allowed(actor, "people.list").filter(RoleAssignment.current(today), person__in=[person.pk for person in people])
    result: dict[int, list[RoleAssignment]] = {}
    for assignment in sorted(held.select_related("organisation"), key=lambda each: ROLE_ORDER[each.role]):
        result.setdefault(assignment.person_id, []).append(assignment)
    return result


def invitations_list(actor: Actor, *, state: str = "", words: str = "") -> QuerySet[Invitation]:
    """The invitations that the actor may see, newest first; ``words`` in the name or the address."""
    invitations: QuerySet[Invitation] = allowed(actor, "people.invitation.view")
    if state in set(InvitationState):
        invitations = invitations.filter(InvitationState(state).rows(actor.now))
    for word in plain_words(words):
        invitations = invitations.filter(contains_word("full_name", word) | contains_word("email", word))
    return invitations.select_related("organisation", "created_by").order_by("-created_at", "-pk")


def letters_list(actor: Actor, *, state: str = "", words: str = "") -> QuerySet[OutboxMail]:
    """The programme's letters, newest first; ``words`` in the receiver, the address or the subject."""
    letters: QuerySet[OutboxMail] = allowed(actor, "people.outbox.view")
    if state in OutboxMail.State.values:
        letters = letters.filter(state=state)
    for word in plain_words(words):
        letters = letters.filter(contains_word("to_name", word) | contains_word("to_email", word) | contains_word("subject", word))
    return letters.order_by("-created_at", "-pk")


def contains_word(column: str, word: str) -> Q:
    """Rows in which the word stands, whatever its case. By pattern, because SQLite's own search knows no Cyrillic case."""
    return Q(**{f"{column}__iregex": re.escape(word)})


def settings_values(programme: Programme) -> dict[str, Any]:
    """What the settings page shows and saves."""
    return {
        "name": programme.name,
        "languages": list(programme.languages),
        "accent": programme.accent,
        "contact_email": programme.contact_email,
        "invitation_days": programme.invitation_days,
    }


def organisation_values(organisation: Organisation) -> dict[str, Any]:
    """What the page of an organisation shows and saves."""
    return {"name": organisation.name, "kind": organisation.kind}


def cycle_values(cycle: Cycle) -> dict[str, Any]:
    """What the page of a cycle shows and saves."""
    return {"name": cycle.name, "starts_on": cycle.starts_on, "bootcamp_on": cycle.bootcamp_on, "ends_on": cycle.ends_on}


def account_values(person: User) -> dict[str, Any]:
    """What a person's own settings show and save."""
    return {"full_name": person.full_name, "language": person.language, "phone": person.phone}


def demo_people() -> list[tuple[User, Role]]:
    """One demo person for each role of the first programme, in the order in which roles are read."""
    with across_programmes():
        first = Programme.objects.order_by("pk").first()
        current = RoleAssignment.objects.filter(
            RoleAssignment.current(timezone.localdate()), programme=first, person__is_demo=True, person__is_active=True
        )
        held = list(current.select_related("person").order_by("person"))
    # Who holds one role only shows it best.
    roles_of = Counter(assignment.person_id for assignment in held)
    chosen: dict[str, User] = {}
    for assignment in sorted(held, key=lambda each: roles_of[each.person_id]):
        chosen.setdefault(assignment.role, assignment.person)
    return [(chosen[role], role) for role in Role if role in chosen]


def organisations_list(actor: Actor, *, words: str = "") -> QuerySet[Organisation]:
    """The organisations by name, each with the number of people who hold a role for it today."""
    people = (
        RoleAssignment.objects.filter(RoleAssignment.current(timezone.localdate(actor.now)), organisation=OuterRef("pk"))
        .order_by()
        .values("organisation")
        .annotate(number=Count("person", distinct=True))
    )
    organisations: QuerySet[Organisation] = allowed(actor, "people.organisation.edit")
    for word in search_words(words):
        organisations = organisations.filter(name_key__contains=word)
    return organisations.annotate(people=Coalesce(Subquery(people.values("number")), 0)).order_by("name_key", "pk")
