"""Setting up an empty installation, step by step. What is typed waits in the session; the last step writes it all at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.hashers import make_password
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
from talimger.people.authentication import BACKEND
from talimger.people.commands import FirstCycle, FirstProgramme, NewOfficer, set_up_installation
from talimger.people.forms.setup import FrameworkStep, OfficerStep, PeopleStep, ProgrammeStep
from talimger.people.http import see_other
from talimger.people.lists import read_lines
from talimger.people.models import Programme, User
from talimger.people.roles import Role
from talimger.people.setup import NewProgrammeOptions, is_needed, opens
from talimger.shell.forms import ShellForm

SESSION_KEY = "setup"
STEPS = {
    "programme": gettext_lazy("Programme"),
    "you": gettext_lazy("You"),
    "framework": gettext_lazy("Framework"),
    "people": gettext_lazy("First people"),
    "summary": gettext_lazy("Summary"),
}
_ORDER = list(STEPS)
# Which step a rule's refusal belongs to.
_STEP_OF_FIELD = {
    "name": "programme", "slug": "programme", "languages": "programme", "accent": "programme",
    "email": "you", "full_name": "you", "framework": "framework",
    "people": "people", "bootcamp_on": "people", "cycle_name": "people",
}  # fmt: skip
_INPUT_OF_FIELD = {"framework": "file"}


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@sensitive_post_parameters("password")
def setup(request: HttpRequest, token: str, step: str = "programme") -> HttpResponse:
    """One step. Without the console's signature, or once there is a programme, there is no such page."""
    if step not in STEPS or not opens(token) or not is_needed():
        raise Http404
    kept: dict[str, Any] = request.session.get(SESSION_KEY, {})
    missing = next((name for name in _ORDER[: _ORDER.index(step)] if name not in kept), None)
    if missing is not None:
        return see_other(_address(token, missing))
    if step == "summary":
        return _summary(request, token, kept)
    form = _FORMS[step](request, kept.get(step, {}))
    if request.method == "POST" and form.is_valid():
        kept[step] = _KEEPERS[step](form, kept.get(step, {}))
        request.session[SESSION_KEY] = kept
        return see_other(_address(token, _ORDER[_ORDER.index(step) + 1]))
    return _show_step(request, token, step, form)


def _summary(request: HttpRequest, token: str, kept: dict[str, Any]) -> HttpResponse:
    if request.method == "POST":
        try:
            programme = _create(kept)
        except DomainError as error:
            return _refused(request, token, kept, error)
        del request.session[SESSION_KEY]
        person = User.objects.get(email__iexact=kept["you"]["email"])
        login(request, person, backend=BACKEND)
        with translation.override(person.language):
            messages.success(request, _("Your programme is ready. Welcome!"))
        return see_other(reverse("home:tasks", args=[programme.slug]))
    people, _bad = read_lines(kept["people"]["people"])
    context = {
        "kept": kept,
        "name": LocalisedText.of(kept["programme"]["name"]),
        "people": [(line, Role(line.role).label) for line in people],
        "cycle": _cycle(kept["people"]),
        "links": {name: _address(token, name) for name in _ORDER},
        "steps": _steps("summary"),
    }
    return render(request, "people/setup_summary.html", context)


def _refused(request: HttpRequest, token: str, kept: dict[str, Any], error: DomainError) -> HttpResponse:
    """Back to the step that a rule said no to, with everything as it was typed."""
    step = _STEP_OF_FIELD.get(error.field or "", "programme")
    form = _FORMS[step](request, kept[step])
    form = _bound_again(step, kept[step])
    form.is_valid()
    name = _INPUT_OF_FIELD.get(error.field or "", error.field)
    form.add_error(name if name in form.fields else None, error.message)
    return _show_step(request, token, step, form)


def _create(kept: dict[str, Any]) -> Programme:
    first, you, framework = kept["programme"], kept["you"], kept["framework"]
    people, _bad = read_lines(kept["people"]["people"])
    text = framework["text"]
    return set_up_installation(
        actor=system_actor(programme_id=None, now=timezone.now()),
        first=FirstProgramme(
            name=LocalisedText.of(first["name"]), slug=first["slug"], languages=first["languages"], accent=first["accent"]
        ),
        officer=NewOfficer(
            full_name=you["full_name"], email=you["email"], password_hash=you["password_hash"], language=you["language"]
        ),
        options=NewProgrammeOptions(framework_yaml=text.encode() if text else None),
        cycle=_cycle(kept["people"]),
        invited=people,
    )


def _cycle(kept: dict[str, Any]) -> FirstCycle | None:
    if not kept["starts_on"]:
        return None
    days = {name: dt.date.fromisoformat(kept[name]) for name in ("starts_on", "bootcamp_on", "ends_on")}
    return FirstCycle(name=LocalisedText.of(kept["cycle_name"]), **days)
