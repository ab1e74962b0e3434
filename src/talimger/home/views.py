"""The front door, and the page that answers "what is mine to do now"."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from talimger.people.http import ProgrammeRequest
from talimger.people.queries import programmes_of


@require_safe
@login_required
def front_door(request: HttpRequest) -> HttpResponse:
    """Lead a person to their programme."""
    programmes = list(programmes_of(request.user, today=timezone.localdate()))  # type: ignore[arg-type]  # signed in
    if len(programmes) == 1:
        return redirect("home:tasks", programme=programmes[0].slug)
    return render(request, "home/programmes.html", {"programmes": programmes})


@require_safe
def my_tasks(request: ProgrammeRequest, programme: str) -> HttpResponse:
    """What is mine to do now."""
    return render(request, "home/tasks.html")
