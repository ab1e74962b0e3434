"""Fairness: who was let through, by what candidates said of themselves. Counts only."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from talimger.kernel.policies import fetch
from talimger.people.http import ProgrammeRequest, see_other
from talimger.selection.commands import request_fairness
from talimger.selection.fairness_words import stages_in_words
from talimger.selection.models import Intake
from talimger.selection.queries import fairness_of


@require_safe
def fairness(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """What was counted last, in words first."""
    intake: Intake = fetch(request.actor, "selection.fairness.view", pk=pk)
    found = fairness_of(intake)
    stages = stages_in_words(found[1]) if found else []
    loud = sum(field.is_loud for stage in stages for field in stage.fields)
    context = {"intake": intake, "counted_at": found[0].created_at if found else None, "stages": stages, "loud": loud}
    return render(request, "selection/fairness.html", context)


@require_POST
def count_again(request: ProgrammeRequest, programme: str, pk: int) -> HttpResponse:
    """Have it counted again."""
    request_fairness(actor=request.actor, intake=fetch(request.actor, "selection.fairness.view", pk=pk))
    messages.success(request, _("It is being counted. Load the page again in a moment."))
    return see_other(reverse("selection:fairness", kwargs={"programme": programme, "pk": pk}))
