"""The front door, and the page that answers "what is mine to do now"."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from talimger.home.charts import cycle_chart, selection_funnel
from talimger.home.tasks import current_intake, tasks_for
from talimger.kernel.policies import require
from talimger.people.http import ProgrammeRequest
from talimger.people.models import Cycle, User
from talimger.people.queries import programmes_of
from talimger.selection.models import Decision, Intake
from talimger.selection.queries import sheet_totals

CYCLES_SHOWN = 2
DRAWN_WITHIN = dt.timedelta(days=3653)


@require_safe
@login_required
def front_door(request: HttpRequest) -> HttpResponse:
    """Lead a person to their programme; who has several chooses."""
    person = request.user
    programmes = list(programmes_of(person, today=timezone.localdate())) if isinstance(person, User) else []
    if len(programmes) == 1:
        return redirect("home:tasks", programme=programmes[0].slug)
    return render(request, "home/programmes.html", {"programmes": programmes})


@require_safe
def my_tasks(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """What is mine to do now, with dates; then, for the office, where the cycle is."""
    require(request.actor, "people.home", request.programme)
    today = timezone.localdate(request.actor.now)
    intake = current_intake(request.actor)
    totals = sheet_totals(intake) if intake else None
    tasks = tasks_for(request.actor, programme, intake, totals)
    context: dict[str, object] = {
        "today": today,
        "first": tasks[0] if tasks else None,
        "others": tasks[1:],
        "count": len(tasks),
        "intake": intake,
    }
    if intake and totals:
        # A slip of the keyboard (the year 9999) must not take the page away.
        near = Cycle.objects.filter(starts_on__gte=today - DRAWN_WITHIN, ends_on__lte=today + DRAWN_WITHIN)
        cycles = list(near.order_by("-bootcamp_on")[:CYCLES_SHOWN])
        decided = Decision.objects.filter(candidate__intake=intake, superseded_at=None).values_list("outcome").annotate(n=Count("pk"))
        context["totals"] = totals
        context["cycles"] = cycle_chart(cycles, list(Intake.objects.filter(cycle__in=cycles)), today=today) if cycles else None
        context["funnel"] = selection_funnel(totals, dict(decided))
    return render(request, "home/tasks.html", context)
