"""Who is in the programme, in which roles, since when."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from talimger.kernel.policies import allowed, fetch, may, require
from talimger.people.commands import end_role, give_role
from talimger.people.forms.people import EndRoleForm, GiveRoleForm
from talimger.people.http import ProgrammeRequest, see_other
from talimger.people.invitations import InvitationState
from talimger.people.models import RoleAssignment, User
from talimger.people.queries import NO_LONGER, invitations_list, people_list, roles_by_person
from talimger.people.roles import ROLE_ORDER, Role
from talimger.people.views._answers import carry_out, page_of, show
from talimger.shell.languages import LANGUAGE_NAMES

INVITATIONS_SHOWN = 5


@require_safe
def people(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Everybody with a role today, to be searched and filtered; above them the invitations that wait for an answer."""
    require(request.actor, "people.list")
    role = request.GET.get("role", "")
    role = role if role in {*Role.values, NO_LONGER} else ""
    words = request.GET.get("q", "").strip()[:100]
    page = page_of(request, people_list(request.actor, role=role, words=words))
    held = roles_by_person(request.actor, page.object_list)
    waiting = invitations_list(request.actor, state=InvitationState.OPEN)
    context = {
        "page": page,
        "rows": [(person, held.get(person.pk, [])) for person in page.object_list],
        "role": role,
        "q": words,
        "roles": [*Role.choices, (NO_LONGER, _("No role any more"))],
        "waiting": waiting[:INVITATIONS_SHOWN],
        "waiting_count": waiting.count(),
    }
    return render(request, "people/people.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def person(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """One person: the roles they hold, held before and will hold; giving one more."""
    found: User = fetch(request.actor, "people.person.view", pk=key)
    form = None
    if may(request.actor, "people.role.give", request.programme):
        form = GiveRoleForm(request.POST or None, actor=request.actor)
    elif request.method == "POST":
        require(request.actor, "people.role.give", request.programme)
    if form is not None and request.method == "POST":
        given = carry_out(form, lambda: give_role(actor=request.actor, person=found, **form.cleaned_data))
        if given is not None:
            messages.success(request, _("%(name)s: new role “%(role)s”.") % {"name": found.full_name, "role": given.get_role_display()})
            return see_other(reverse("people:person", args=[programme, key]))
    assignments = allowed(request.actor, "people.list").filter(person=found).select_related("organisation")
    today = timezone.localdate(request.actor.now)
    in_order = sorted(assignments, key=lambda each: (ROLE_ORDER[each.role], each.starts_on))
    over = [each for each in in_order if each.ends_on is not None and each.ends_on < today]
    context = {
        "person": found,
        "now": [each for each in in_order if each not in over and each.starts_on <= today],
        "coming": [each for each in in_order if each.starts_on > today],
        "before": sorted(over, key=lambda each: each.ends_on, reverse=True),
        "may_end": may(request.actor, "people.role.end"),
        "language_name": LANGUAGE_NAMES[found.language].full,
    }
    if form is None:
        return render(request, "people/person.html", context)
    return show(request, "people/person.html", form, **context)


@require_http_methods(["GET", "HEAD", "POST"])
def role_end(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """Say on which day a role ends."""
    assignment: RoleAssignment = fetch(
        request.actor, "people.role.end", RoleAssignment.objects.select_related("person", "organisation"), pk=key
    )
    form = EndRoleForm(request.POST or None, assignment=assignment, today=timezone.localdate(request.actor.now))
    if request.method == "POST":
        ended = carry_out(form, lambda: end_role(actor=request.actor, key=key, **form.cleaned_data))
        if ended is not None:
            messages.success(request, _("The role “%(role)s” ends.") % {"role": assignment.get_role_display()})
            return see_other(reverse("people:person", args=[programme, assignment.person_id]))
    return show(request, "people/role_end.html", form, assignment=assignment)
