"""The programme's settings and its cycles."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from talimger.kernel.policies import allowed, fetch, require
from talimger.people.commands import save_cycle, save_settings
from talimger.people.forms.programme import CycleForm, SettingsForm
from talimger.people.http import ProgrammeRequest, see_other
from talimger.people.models import Cycle
from talimger.people.queries import current_cycle, cycle_values, settings_values
from talimger.people.views._answers import carry_out, show
from talimger.shell.charts import Span, Timeline, Track


@require_http_methods(["GET", "HEAD", "POST"])
def programme_settings(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """The programme's name, languages, colour, contact address and how long invitations last."""
    require(request.actor, "people.settings.edit", request.programme)
    form = SettingsForm(request.POST or None, stored=settings_values(request.programme))
    if request.method == "POST":
        saved = carry_out(form, lambda: save_settings(actor=request.actor, version=form.data.get("version", ""), **form.values))
        if saved is not None:
            messages.success(request, _("Settings saved."))
            return see_other(reverse("people:settings", args=[programme]))
    return show(request, "people/settings.html", form)


@require_safe
def cycles(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """All cycles on one line of time."""
    require(request.actor, "people.cycle.edit")
    today = timezone.localdate(request.actor.now)
    rows = list(allowed(request.actor, "people.cycle.edit").order_by("-bootcamp_on", "-pk"))
    chart = Timeline(
        key="cycles",
        title=_("Cycles of the programme"),
        description=_("Each cycle from its first to its last day, before and after its bootcamp."),
        today=today,
        tracks=tuple(_track(cycle) for cycle in reversed(rows)),
    )
    context = {"cycles": rows, "chart": chart, "current": current_cycle(today=today), "today": today}
    return render(request, "people/cycles.html", context)


def _track(cycle: Cycle) -> Track:
    after = Span(_("From the bootcamp on"), cycle.bootcamp_on, cycle.ends_on)
    if cycle.starts_on == cycle.bootcamp_on:
        return Track(str(cycle.name), (after,))
    before = Span(_("Before the bootcamp"), cycle.starts_on, cycle.bootcamp_on - dt.timedelta(days=1))
    return Track(str(cycle.name), (before, after))


@require_http_methods(["GET", "HEAD", "POST"])
def cycle_new(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """Add a cycle."""
    require(request.actor, "people.cycle.edit")
    return _save(request, CycleForm(request.POST or None), None)


@require_http_methods(["GET", "HEAD", "POST"])
def cycle(request: ProgrammeRequest, programme: str, key: int) -> HttpResponse:
    """Change a cycle."""
    found: Cycle = fetch(request.actor, "people.cycle.edit", pk=key)
    return _save(request, CycleForm(request.POST or None, stored=cycle_values(found)), found)


def _save(request: ProgrammeRequest, form: CycleForm, found: Cycle | None) -> HttpResponse:
    if request.method == "POST":
        key: dict[str, Any] = {} if found is None else {"key": found.pk, "version": form.data.get("version", "")}
        saved = carry_out(form, lambda: save_cycle(actor=request.actor, **form.values, **key))
        if saved is not None:
            messages.success(request, _("Saved: %(name)s.") % {"name": saved.name})
            return see_other(reverse("people:cycles", args=[request.programme.slug]))
    return show(request, "people/cycle.html", form, cycle=found)
