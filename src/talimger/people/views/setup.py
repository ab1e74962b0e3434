"""Setting up an empty installation, step by step. What is typed waits in the session; the last step writes it all at once."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from talimger.kernel.errors import DomainError
from talimger.kernel.languages import LocalisedText
from talimger.kernel.policies import system_actor
from talimger.people.authentication import enter
from talimger.people.commands import FirstCycle, FirstProgramme, NewOfficer, set_up_installation
from talimger.people.forms.setup import FrameworkStep, OfficerStep, PeopleStep, ProgrammeStep, SetupStep
from talimger.people.http import see_other
from talimger.people.lists import PersonLine, read_lines
from talimger.people.models import Programme, User
from talimger.people.roles import Role
from talimger.people.setup import NewProgrammeOptions, is_needed, opens
from talimger.people.views._answers import show

SESSION_KEY = "setup"
FORMS: dict[str, type[SetupStep]] = {"programme": ProgrammeStep, "you": OfficerStep, "framework": FrameworkStep, "people": PeopleStep}
SUMMARY = "summary"
_ORDER = [*FORMS, SUMMARY]
_TITLES = {
    "programme": gettext_lazy("Programme"),
    "you": gettext_lazy("You"),
    "framework": gettext_lazy("Framework"),
    "people": gettext_lazy("First people"),
    SUMMARY: gettext_lazy("Summary"),
}
# The step on which the refusal of a field is shown.
_STEP_OF_FIELD = {
    "email": "you", "full_name": "you", "password": "you", "framework": "framework", "people": "people", "bootcamp_on": "people",
}  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def setup(request: HttpRequest, token: str, step: str = "programme") -> HttpResponse:
    """One step. Without the console's signature, or once there is a programme, there is no such page."""
    if step not in _ORDER or not opens(token) or not is_needed():
        raise Http404
    kept: dict[str, Any] = request.session.get(SESSION_KEY, {})
    missing = next((name for name in _ORDER[: _ORDER.index(step)] if name not in kept), None)
    if missing is not None:
        return see_other(_address(token, missing))
    if step == SUMMARY:
        return _finish(request, token, kept) if request.method == "POST" else _summary(request, token, kept)
    form = FORMS[step](request.POST or None, request.FILES or None, before=kept.get(step, {}))
    if request.method == "POST" and form.is_valid():
        request.session[SESSION_KEY] = kept | {step: form.kept()}
        return see_other(_address(token, _ORDER[_ORDER.index(step) + 1]))
    place = _ORDER.index(step)
    back = _address(token, _ORDER[place - 1]) if place else ""
    return show(request, f"people/setup_{step}.html", form, steps=_steps(step), back=back, roles=Role.choices)


def _summary(request: HttpRequest, token: str, kept: dict[str, Any]) -> HttpResponse:
    context = {
        "name": LocalisedText.of(kept["programme"]["name"]),
        "kept": kept,
        "people": [(line, Role(line.role).label) for line in _people(kept)],
        "cycle": _cycle(kept),
        "links": {name: _address(token, name) for name in FORMS},
        "steps": _steps(SUMMARY),
    }
    return render(request, "people/setup_summary.html", context)


def _finish(request: HttpRequest, token: str, kept: dict[str, Any]) -> HttpResponse:
    try:
        programme = _create(kept)
    except DomainError as error:
        messages.error(request, error.message)
        return see_other(_address(token, _STEP_OF_FIELD.get(error.field or "", "programme")))
    del request.session[SESSION_KEY]
    person = User.objects.get_by_natural_key(kept["you"]["email"])
    enter(request, person, typed_password=True)
    with translation.override(person.language):
        messages.success(request, _("Your programme is ready. Welcome!"))
    return see_other(reverse("home:tasks", args=[programme.slug]))


def _create(kept: dict[str, Any]) -> Programme:
    first, you, text = kept["programme"], kept["you"], kept["framework"]["text"]
    return set_up_installation(
        actor=system_actor(programme_id=None, now=timezone.now()),
        first=FirstProgramme(
            name=LocalisedText.of(first["name"]), slug=first["slug"], languages=first["languages"], accent=first["accent"]
        ),
        officer=NewOfficer(**you),
        options=NewProgrammeOptions(framework_yaml=text.encode() if text else None),
        cycle=_cycle(kept),
        invited=_people(kept),
    )


def _people(kept: dict[str, Any]) -> list[PersonLine]:
    return read_lines(kept["people"]["people"])[0]


def _cycle(kept: dict[str, Any]) -> FirstCycle | None:
    values = kept["people"]
    if not values["starts_on"]:
        return None
    days = {name: dt.date.fromisoformat(values[name]) for name in ("starts_on", "bootcamp_on", "ends_on")}
    return FirstCycle(name=LocalisedText.of(values["cycle_name"]), **days)


def _steps(current: str) -> list[tuple[str, str]]:
    place = _ORDER.index(current)
    return [(str(_TITLES[name]), "was" if number < place else "now" if number == place else "") for number, name in enumerate(_ORDER)]


def _address(token: str, step: str) -> str:
    return reverse("setup_step", kwargs={"token": token, "step": step})
