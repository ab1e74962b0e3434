"""Long work that a person started."""

from __future__ import annotations

import uuid

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from talimger.kernel.models import Job
from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest


@require_safe
@never_cache
def job(request: ProgrammeRequest, programme: str, public_id: uuid.UUID) -> HttpResponse:
    """How far the work is, and its result. The page asks again by itself; without JavaScript a link does."""
    found: Job = fetch(request.actor, "people.job.view", public_id=public_id)
    context = {"job": found, "url": reverse("people:job", args=[programme, public_id])}
    fragment = request.headers.get("HX-Request") == "true"
    return render(request, "shell/_job.html" if fragment else "people/job.html", context)
